"""What the panels of a bad network ask of a phone, and of its call's media.

`labkit.phone.Phone` has all of it. That a panel asks for no more is written here, so
that it can be tried without a call. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias

from labkit.link import Conditions, PathRecord
from labkit.media.treatments import Treatments
from labkit.phone import PhoneState

Way: TypeAlias = Literal["there", "back"]
"""From the phone to its peer, or from the peer to the phone."""


class PhoneLink(Protocol):
    """The network inside a phone."""

    @property
    def there(self) -> Conditions:
        """What befalls packets on their way out."""

    @property
    def back(self) -> Conditions:
        """What befalls packets on their way in."""

    @property
    def seed(self) -> int:
        """What the chances of both come from."""

    def set(self, *, there: Conditions, back: Conditions, seed: int) -> object:
        """Change it, also while a call runs."""

    def record(self, way: Way) -> PathRecord:
        """What became of the packets of one way."""


class Told(Protocol):
    """One line of the playout buffer's journal."""

    @property
    def media_time(self) -> float:
        """Seconds, by the sender's timestamps."""

    @property
    def arrived(self) -> float | None:
        """None where no frame came."""

    @property
    def at(self) -> float:
        """When it was played, dropped, or had its turn in vain."""

    @property
    def fate(self) -> str:
        """played, late, duplicate, left out, missing."""

    @property
    def delay(self) -> float:
        """Seconds that the buffer wanted sound to wait then."""

    @property
    def by(self) -> str:
        """What repaired it, if it was."""


class Waits(Protocol):
    """One frame that is in the playout buffer now."""

    @property
    def media_time(self) -> float:
        """Seconds, by the sender's timestamps."""

    @property
    def arrived(self) -> float:
        """When it came."""

    @property
    def turn_in(self) -> float:
        """Seconds until it is played."""


class PlayoutView(Protocol):
    """The playout buffer at one moment."""

    @property
    def records(self) -> Sequence[Told]:
        """Fates, oldest first."""

    @property
    def waiting(self) -> Sequence[Waits]:
        """What waits, by its turn."""

    @property
    def delay(self) -> float:
        """Seconds that sound should wait now."""


class CallMedia(Protocol):
    """The sound and pictures of one call."""

    def statistics(self) -> Any:
        """A snapshot (`labkit.media.machine.statistics`)."""

    def playout_view(self, now: float) -> PlayoutView:
        """The buffer of the sound that comes."""


class PhoneWithSound(Protocol):
    """A phone whose sound can be watched."""

    @property
    def name(self) -> str:
        """Whose it is."""

    @property
    def state(self) -> PhoneState:
        """How it stands."""

    @property
    def media(self) -> CallMedia | None:
        """Of the present call, or the last one."""


class PhoneWithSwitches(PhoneWithSound, Protocol):
    """One that also has switches and a network."""

    treatments: Treatments
    auto: bool
    """Whether the phone chooses its treatments by itself."""

    @property
    def advice(self) -> str:
        """Why the automatic choice is what it is."""

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments that the present peer does not take."""

    @property
    def link(self) -> PhoneLink:
        """Through which both directions of its media pass."""
