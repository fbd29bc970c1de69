"""The sending half of one stream: encoded frames in, RTP packets out.

RFC 3550, section 5.1. Notebook: 03-media.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.frames import EncodedFrame
from labkit.media.formats import MediaFormat
from labkit.media.machine.timestamps import PictureStamps, SoundStamps
from labkit.media.messages import RtpPacket
from labkit.media.payloads import for_format
from labkit.media.payloads.base import ROOM
from labkit.media.wire.rtp import write_rtp

if TYPE_CHECKING:
    from random import Random

HEADER = 12
"""Octets of an RTP header without extras."""


class RtpSender:
    """Numbers, stamps and counts the packets of one stream.

    The SSRC and where the numbers and timestamps begin are random: strangers cannot
    guess them, and two streams do not collide.
    """

    def __init__(
        self, media: MediaFormat, payload_type: int, *, random: Random, room: int = ROOM
    ) -> None:
        self.ssrc = random.getrandbits(32)
        self.room = room
        self.packets_sent = 0
        self.octets_sent = 0
        """Payloads only, as sender reports count."""
        self.frames_sent = 0
        self.key_frames_sent = 0
        self.timestamp = 0
        """Of the newest frame."""
        self.format = media
        self.payload_type = payload_type
        self._sequence_number = random.getrandbits(16)
        self._start = random.getrandbits(32)
        self._payload = for_format(media.name)
        self._stamps = self._new_stamps()

    def use(self, media: MediaFormat, payload_type: int) -> None:
        """Send in this format from now on; the numbering goes on (RFC 3550, 5.1)."""
        self.payload_type = payload_type
        if media != self.format:
            self.format = media
            self._payload = for_format(media.name)
            self._stamps = self._new_stamps()

    def _new_stamps(self) -> PictureStamps | SoundStamps:
        stamps = PictureStamps if self.format.kind == "video" else SoundStamps
        return stamps(self.format, self._start)

    def send(self, frame: EncodedFrame) -> list[bytes]:
        """The packets of one frame, ready for the wire; see `packets`."""
        return [write_rtp(packet) for packet in self.packets(frame)]

    def packets(self, frame: EncodedFrame) -> list[RtpPacket]:
        """The packets of one frame.

        A picture's last packet bears the marker, so that nobody need wait for the next
        picture to know that this one is whole; with sound the first packet after a
        pause does. Raises LocalError for a frame that the payload format cannot carry.
        """
        payloads = self._payload.packetise(frame, self.room)
        timestamp, spurt = self._stamps.stamp(frame)
        self.timestamp = timestamp
        last = len(payloads) - 1
        marked = {last} if self.format.kind == "video" else {0} if spurt else set()
        packets = [
            RtpPacket(
                self.payload_type,
                (self._sequence_number + index) & 0xFFFF,
                timestamp,
                self.ssrc,
                payload,
                index in marked,
            )
            for index, payload in enumerate(payloads)
        ]
        self._sequence_number = (self._sequence_number + len(packets)) & 0xFFFF
        self.packets_sent += len(packets)
        self.octets_sent += sum(map(len, payloads))
        self.frames_sent += 1
        self.key_frames_sent += frame.keyframe
        return packets

    def timestamp_at(self, now: float) -> int:
        """The RTP timestamp of `now`: a sender report pairs it with the wall clock."""
        return self._stamps.at(now)
