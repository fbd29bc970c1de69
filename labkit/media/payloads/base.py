"""The shape of every payload: frames into packets, packets into frames.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from labkit.frames import EncodedFrame

ROOM = 1200
"""Payload bytes a packet: what fits under any MTU met today, all headers included."""


class Assembler(Protocol):
    """Puts the frames of one received stream together again."""

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The encoded frame whose packets' payloads these are.

        `payloads` are all those of one RTP timestamp, in the order of their sequence
        numbers, without duplicates. Raises RemoteError when they are not one whole
        frame.
        """
        ...


class Mended(NamedTuple):
    """A picture put together although packets of it are missing."""

    data: bytes
    share: float
    """How much of it is new, above 0 and at most 1."""


@runtime_checkable
class MendingAssembler(Assembler, Protocol):
    """One that can make a picture of some of its packets."""

    def can_mend(self, payload: bytes) -> bool:
        """Whether the picture that this is a packet of may be mended at all."""
        ...

    def mend(self, payloads: Sequence[bytes], old: bytes | None) -> Mended:
        """The picture of which these packets came; what is missing is taken from `old`,
        the picture shown before.

        Raises RemoteError when nothing can be made of them.
        """
        ...


class Payload(Protocol):
    """One format's way into RTP packets; without state, one serves all streams."""

    def packetise(self, frame: EncodedFrame, room: int = ROOM) -> list[bytes]:
        """The RTP payloads of one frame, each at most `room` bytes.

        The last one's packet gets the marker if the format is video. Raises LocalError
        for a frame that this payload format cannot carry.
        """
        ...

    def new_assembler(self) -> Assembler:
        """A fresh assembler for one received stream."""
        ...
