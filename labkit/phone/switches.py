"""A phone's switches: what the network does to it, and what it does about that.

The base of `Phone`, for what has to do with latency and loss. Requirements A15, A16.

Notebook: 06-loss.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from labkit.media.treatments import Treatments, checked
from labkit.net.call_link import CallLink
from labkit.net.media import MediaSession


class Switches(ABC):
    """The bad network, the treatments against it, and who chooses these."""

    def __init__(self, treatments: Treatments | None) -> None:
        self.link = CallLink()
        """What the network does to this phone's media; change it at any time."""
        self._treatments = Treatments() if treatments is None else checked(treatments)
        self._auto = treatments is None

    @property
    @abstractmethod
    def media(self) -> MediaSession | None:
        """Media of the present (or last) call."""

    @property
    def treatments(self) -> Treatments:
        """How this phone treats latency and loss now (A15, A16).

        Setting them, at any time, ends the automatic choice.
        """
        media = self.media
        if media is None or not self._auto:
            return self._treatments
        return media.treatments

    @treatments.setter
    def treatments(self, treatments: Treatments) -> None:
        self._treat(treatments, auto=False)

    @property
    def auto(self) -> bool:
        """Whether the phone chooses its treatments itself, by what it measures."""
        return self._auto

    @auto.setter
    def auto(self, auto: bool) -> None:
        self._treat(self._treatments, auto)

    @property
    def advice(self) -> str:
        """Why the phone chose its treatments, in words; empty if it did not."""
        media = self.media
        return "" if media is None else media.advice

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments, by name, that the present peer does not take."""
        media = self.media
        return frozenset() if media is None else media.lacks

    def _treat(self, treatments: Treatments, auto: bool) -> None:
        self._treatments, self._auto = checked(treatments), bool(auto)
        media = self.media
        if media is not None:
            media.treat(treatments, self._auto)
