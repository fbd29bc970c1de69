"""A phone's switches: what the network does to it, and what it does about that.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.media.treatments import Treatments, checked
from labkit.net.call_link import CallLink
from labkit.phone.present import Present


class Switches:
    """The bad network, the treatments against it, and who chooses these."""

    def __init__(self, treatments: Treatments | None, present: Present) -> None:
        self.link = CallLink()
        self.wanted = Treatments() if treatments is None else checked(treatments)
        """What our user wants, or last wanted."""
        self.auto = treatments is None
        """Whether the phone chooses its treatments itself, by what it measures."""
        self._present = present

    @property
    def treatments(self) -> Treatments:
        """How this phone treats latency and loss now."""
        media = self._present.media
        return self.wanted if media is None or not self.auto else media.treatments

    @property
    def advice(self) -> str:
        """Why the phone chose its treatments, in words; empty if it did not."""
        media = self._present.media
        return "" if media is None else media.advice

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments, by name, that the present peer does not take."""
        media = self._present.media
        return frozenset() if media is None else media.lacks

    def treat(self, treatments: Treatments, auto: bool) -> None:
        """Treat latency and loss so from now on. LocalError for what cannot be."""
        self.wanted, self.auto = checked(treatments), bool(auto)
        media = self._present.media
        if media is not None:
            media.treat(treatments, self.auto)
