"""A picture on its way in, and what is handed on of it.

RFC 3550, section 5.1. Notebook: 03-media, 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.media.formats import MediaFormat
from labkit.media.payloads import MendingAssembler


@dataclass(slots=True)
class PartialPicture:
    """A picture of which packets are still missing, perhaps."""

    format: MediaFormat
    first_arrived: float
    last_arrived: float
    lowest: int
    mender: MendingAssembler | None
    """Makes a picture of what came; None: only all packets are of use."""
    payloads: dict[int, bytes] = field(default_factory=dict)
    last: int | None = None
    """The number of the packet with the marker."""
    tried: int | None = None
    """The lowest number there was when joining failed: only an earlier one helps."""
    octets: int = 0
    data: bytes | None = None
    """The encoded picture, once it is whole."""
    whole_since: float = 0.0

    def may_be_whole(self) -> bool:
        """Whether there is no gap, and joining has not failed with these packets."""
        if self.last is None or self.tried == self.lowest:
            return False
        return self.last - self.lowest + 1 == len(self.payloads)

    @property
    def in_order(self) -> list[bytes]:
        """The payloads that are here, by their numbers."""
        return [payload for _, payload in sorted(self.payloads.items())]


@dataclass(frozen=True, slots=True)
class WholeFrame:
    """A picture put together; `follows` tells whether nothing is missing before it."""

    data: bytes
    format: MediaFormat
    timestamp: int
    first_arrived: float
    follows: bool
    share: float = 1.0
    """How much of it came."""
