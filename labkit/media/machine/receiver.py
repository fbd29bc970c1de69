"""The receiving half of a video stream: RTP packets in, whole pictures out, at once.

A VP8 picture builds on the one before it. When one is lost, the next ones cannot be
decoded: they are dropped, and a keyframe is asked for (PLI, RFC 4585 section 6.3.1).
JPEG needs none of that. RFC 3550, 2435, 7741. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.media.formats import MediaFormat
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.reassembly import Reassembly, WholeFrame
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket

PATIENCE = 0.050
"""Seconds a VP8 picture waits for the packets of the one before it."""
ASK_AGAIN = 0.200
"""Seconds between two requests for a keyframe."""


class RtpReceiver:
    """The pictures of one media line."""

    def __init__(self, receive: Mapping[int, MediaFormat], clock: MediaClock) -> None:
        self.sources = SourceLock(receive)
        self.frames_received = 0
        self.key_frames_received = 0
        self.frames_dropped = 0
        """Whole pictures that could not be decoded for want of an earlier one."""
        self.picture_loss_indications = 0
        self._clock = clock
        self._reassembly = Reassembly(0.0)
        self._past_late = 0
        self._past_given_up = 0
        self._keyframe_missing = False
        self._asked_at: float | None = None

    @property
    def late(self) -> int:
        """Packets that came when their picture was shown or given up."""
        return self._past_late + self._reassembly.late

    @property
    def given_up(self) -> int:
        """Pictures that came in part only."""
        return self._past_given_up + self._reassembly.given_up

    def received(self, packet: RtpPacket, now: float) -> list[ReceivedFrame]:
        """Take in a packet; the pictures it completes, in order, to be shown now."""
        place = self.sources.admit(packet, now)
        if place is None:
            return []
        if place.begins:
            self._begin(place.format)
        frames = self._reassembly.add(
            packet, place.number, place.timestamp, place.format, now
        )
        if not frames:  # as with most packets
            return []
        return [
            self._hand_on(frame, packet.ssrc, now)
            for frame in frames
            if self._can_be_decoded(frame)
        ]

    def decoding_failed(self) -> None:
        """The decoder did not like a picture: go on with the next keyframe."""
        self._keyframe_missing = True

    def asks_for_keyframe(self, now: float) -> bool:
        """Whether to send a picture loss indication now; it then counts as sent."""
        if not self._keyframe_missing:
            return False
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
            return False
        self._asked_at = now
        self.picture_loss_indications += 1
        return True

    def _begin(self, media: MediaFormat) -> None:
        self._past_late, self._past_given_up = self.late, self.given_up
        self._reassembly = Reassembly(PATIENCE if media.name == "VP8" else 0.0)
        self._keyframe_missing = media.name == "VP8"
        self._asked_at = None

    def _can_be_decoded(self, frame: WholeFrame) -> bool:
        self.frames_received += 1
        if _is_keyframe(frame):
            self.key_frames_received += 1
            self._keyframe_missing = False
            return True
        if not frame.follows:
            self._keyframe_missing = True
        self.frames_dropped += self._keyframe_missing
        return not self._keyframe_missing

    def _hand_on(self, frame: WholeFrame, ssrc: int, now: float) -> ReceivedFrame:
        rate = frame.format.clock_rate
        return ReceivedFrame(
            data=frame.data,
            format=frame.format,
            timestamp=frame.timestamp,
            captured=self._clock.captured(ssrc, frame.timestamp, rate, now),
            arrived=now,
            first_arrived=frame.first_arrived,
            keyframe=_is_keyframe(frame),
        )


def _is_keyframe(frame: WholeFrame) -> bool:
    """VP8 says it in the lowest bit of the first octet (RFC 6386, section 9.1)."""
    return frame.format.name != "VP8" or (
        frame.data[:1] != b"" and not frame.data[0] & 1
    )
