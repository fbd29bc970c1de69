"""The receiving half of a video stream: RTP packets in, pictures out, at once.

A VP8 or H264 picture builds on the one before it. When one is lost, the next ones
cannot be decoded: they are dropped, and a keyframe is asked for (PLI, RFC 4585 section
6.3.1). JPEG needs none of that; where its packets can be shown alone, a picture that
lost some is mended with the one before.

Most pictures are handed on with their last packet. Only when packets are missing does
time decide: `next_deadline` says when to `poll`.

RFC 3550, 2435, 6184, 7741. Notebook: 03-media, 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.media.formats import MediaFormat
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.keyframes import is_keyframe
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.partial_picture import WholeFrame
from labkit.media.machine.reassembly import Reassembly
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket

PATIENCE = 0.050
"""Seconds a VP8 or H264 picture waits for the packets of the one before it."""
MENDING_PATIENCE = 0.003
"""Seconds a JPEG with gaps waits for more of its packets, after the last that came."""
ASK_AGAIN = 0.200
"""Seconds between two requests for a keyframe."""


class RtpReceiver:
    """The pictures of one media line."""

    def __init__(
        self,
        receive: Mapping[int, MediaFormat],
        clock: MediaClock,
        *,
        patience: float | None = None,
        keep_old_pixels: bool = True,
        keyframe_requests: bool = True,
    ) -> None:
        self.sources = SourceLock(receive)
        self.keyframe_requests = keyframe_requests
        """Whether to ask for a keyframe after a loss, and to show nothing until it
        comes. If not, what comes is shown, right or wrong; only the very first keyframe
        is asked for all the same."""
        self.frames_received = 0
        """Pictures put together, mended ones too, whether they were of use or not."""
        self.key_frames_received = 0
        self.frames_dropped = 0
        """Whole pictures that could not be decoded for want of an earlier one."""
        self.picture_loss_indications = 0
        self._clock = clock
        self._patience = patience
        self._reassembly = Reassembly(MENDING_PATIENCE, keep_old_pixels)
        self._past = 0, 0, 0
        self._keyframe_missing = self._first_missing = False
        self._asked_at: float | None = None

    # --- switches -------------------------------------------------------------------

    @property
    def patience(self) -> float | None:
        """Seconds to wait for missing packets; None: as little as the format allows.

        Longer where they will be sent again (NACK), for they come a round trip later.
        """
        return self._patience

    @patience.setter
    def patience(self, seconds: float | None) -> None:
        self._patience = seconds
        source = self.sources.source
        if source is not None:
            self._reassembly.patience = self._patience_for(source.format)

    @property
    def keep_old_pixels(self) -> bool:
        """Whether a gap in a picture shows what was there before; else it is grey."""
        return self._reassembly.keep_old_pixels

    @keep_old_pixels.setter
    def keep_old_pixels(self, keep: bool) -> None:
        self._reassembly.keep_old_pixels = keep

    @property
    def can_mend(self) -> bool:
        """Whether the newest picture could be shown with packets missing."""
        return self._reassembly.can_mend

    # --- counts ---------------------------------------------------------------------

    @property
    def late(self) -> int:
        """Packets that came when their picture was shown or given up."""
        return self._past[0] + self._reassembly.late

    @property
    def given_up(self) -> int:
        """Pictures that came in part only, and were not shown."""
        return self._past[1] + self._reassembly.given_up

    @property
    def mended(self) -> int:
        """Pictures that came in part only, and were shown."""
        return self._past[2] + self._reassembly.mended

    # --- packets in, pictures out ---------------------------------------------------

    def received(self, packet: RtpPacket, now: float) -> list[ReceivedFrame]:
        """Take in a packet; the pictures it completes, in order, to be shown now."""
        place = self.sources.admit(packet, now)
        if place is None:
            return []
        if place.begins:
            self.begin(place.format)
        return self.place(packet, place.number, place.timestamp, place.format, now)

    def place(
        self,
        packet: RtpPacket,
        number: int,
        timestamp: int,
        media: MediaFormat,
        now: float,
    ) -> list[ReceivedFrame]:
        """Take in a packet that was admitted, or recovered: its numbers unwrapped.

        A number that is there already changes nothing.
        """
        frames = self._reassembly.add(packet, number, timestamp, media, now)
        return self._hand_on(frames, now) if frames else []  # as with most packets

    def begin(self, media: MediaFormat) -> None:
        """A new source begins: nothing from before is mixed in."""
        self._past = self.late, self.given_up, self.mended
        self._reassembly = Reassembly(self._patience_for(media), self.keep_old_pixels)
        self._keyframe_missing = self._first_missing = media.builds_on_earlier
        self._asked_at = None

    @property
    def next_deadline(self) -> float | None:
        """When to `poll` if no packet comes before; None: nothing is waited for."""
        return self._reassembly.next_deadline

    def poll(self, now: float) -> list[ReceivedFrame]:
        """The pictures that have waited long enough for what is missing, in order."""
        return self._hand_on(self._reassembly.poll(now), now)

    # --- keyframes ------------------------------------------------------------------

    def decoding_failed(self) -> None:
        """The decoder did not like a picture: go on with the next keyframe."""
        self._keyframe_missing = True

    def asks_for_keyframe(self, now: float) -> bool:
        """Whether to send a picture loss indication now; it then counts as sent."""
        if not self.needs_keyframe:
            return False
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
            return False
        self._asked_at = now
        self.picture_loss_indications += 1
        return True

    @property
    def needs_keyframe(self) -> bool:
        """Whether nothing can be shown before the next keyframe."""
        missing = self.keyframe_requests and self._keyframe_missing
        return missing or self._first_missing

    def _can_be_decoded(self, frame: WholeFrame) -> bool:
        self.frames_received += 1
        if is_keyframe(frame.format, frame.data):
            self.key_frames_received += 1
            self._keyframe_missing = self._first_missing = False
            return True
        if not frame.follows:
            self._keyframe_missing = True
        self.frames_dropped += self.needs_keyframe
        return not self.needs_keyframe

    # --------------------------------------------------------------------------------

    def _patience_for(self, media: MediaFormat) -> float:
        if self._patience is not None:
            return self._patience
        return PATIENCE if media.builds_on_earlier else MENDING_PATIENCE

    def _hand_on(self, frames: list[WholeFrame], now: float) -> list[ReceivedFrame]:
        source = self.sources.source
        ssrc = 0 if source is None else source.ssrc
        return [
            ReceivedFrame(
                data=frame.data,
                format=frame.format,
                timestamp=frame.timestamp,
                captured=self._clock.captured(
                    ssrc, frame.timestamp, frame.format.clock_rate, now
                ),
                arrived=now,
                first_arrived=frame.first_arrived,
                keyframe=is_keyframe(frame.format, frame.data),
                complete=frame.share,
            )
            for frame in frames
            if self._can_be_decoded(frame)
        ]
