"""A stream of repair packets beside the media: its own SSRC, its own numbers.

So the media's sequence numbers keep telling what was lost, and Wireshark shows each
stream's own loss. Packets that are worth something only together with the media's name
these in the CSRC field, as RFC 8627 (section 4.2.1) does. Notebook: 06-loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.media.messages import RtpPacket

if TYPE_CHECKING:
    from random import Random


class RepairStream:
    """Numbers the packets of one kind of repair."""

    def __init__(self, random: Random) -> None:
        self.ssrc = random.getrandbits(32)
        self._next = random.getrandbits(16)

    def packet(
        self,
        payload_type: int,
        like: RtpPacket,
        payload: bytes,
        csrcs: tuple[int, ...] = (),
    ) -> RtpPacket:
        """The stream's next packet, with the timestamp and marker of `like`."""
        number, self._next = self._next, (self._next + 1) & 0xFFFF
        return RtpPacket(
            payload_type, number, like.timestamp, self.ssrc, payload, like.marker, csrcs
        )
