"""The pictures of one call, both ways, without sockets, threads and clocks.

    camera → encode → write ~~~> take → reassembly → decode → screen

RFC 2435, RFC 6184, RFC 7741. Notebook: 03-media.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from labkit.errors import RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs import VideoDecoder, new_video_decoder
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.deadlines import earlier
from labkit.media.machine.encoding import PictureEncoding
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.freezes import Freezes
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.rate_rule import Rung
from labkit.media.machine.receiver import RtpReceiver
from labkit.media.machine.reports import RtcpEvent
from labkit.media.machine.stream import Stream
from labkit.media.repair.recovery import Recovered
from labkit.media.treatments import Treatments

if TYPE_CHECKING:
    from random import Random

LONGEST_WAIT = 0.080
"""Seconds that a picture waits for packets that were asked for: more is seen."""
SPARE = 0.015
"""Seconds beyond a round trip until what was asked for is there."""


class PictureStream(Stream):
    """Pictures both ways."""

    def __init__(self, *, cname: str, offset: ClockOffset, random: Random) -> None:
        clock = MediaClock(offset)
        self.receiver = RtpReceiver({}, clock)
        super().__init__(
            "video",
            self.receiver.sources,
            clock,
            cname=cname,
            offset=offset,
            random=random,
        )
        self.encoding = PictureEncoding()
        self.freezes = Freezes()
        self.shown = 0
        """Pictures of the peer handed on."""
        self.skipped = 0
        """Whole pictures that a newer one overtook while we were busy."""
        self.broken = 0
        """Whole pictures that the decoder refused."""
        self.keyframes_asked = 0
        """By the peer."""
        self.decode_time = self.processing_time = 0.0
        self.size = (0, 0)
        self._decoders: dict[str, VideoDecoder] = {}

    @property
    def patience(self) -> float:
        """As long as a picture waits for missing packets."""
        return self._wait() or 0.0

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed, beginning with a picture that stands alone."""
        super().set_up(setup)
        self.receiver.patience = self._wait()
        self.encoding.keyframe_wanted = True
        self.freezes.pause()

    def use(self, treatments: Treatments) -> None:
        """Treat loss in this way from now on."""
        super().use(treatments)
        self.encoding.restart_intervals = treatments.restart_intervals
        self.receiver.keep_old_pixels = treatments.keep_old_pixels
        self.receiver.keyframe_requests = treatments.keyframe_requests
        self.receiver.patience = self._wait()

    def heed(self, rung: Rung) -> None:
        """Send so much from now on."""
        self.encoding.rung = rung

    def keyframe_asked(self) -> None:
        """The peer lost pictures."""
        self.keyframes_asked += 1
        self.encoding.keyframe_wanted = True

    def encode(self, picture: Picture) -> EncodedFrame | None:
        """The picture's frame; needs no lock but one thread at a time.

        Raises LocalError for a picture that the format cannot hold.
        """
        return (
            None
            if self.setup is None
            else self.encoding.encode(picture, self.setup.format)
        )

    # --- the peer's -----------------------------------------------------------------

    def place(self, item: Recovered, now: float) -> list[ReceivedFrame]:
        """Put a packet into its picture; the pictures that are now to be shown."""
        number, timestamp, media, begins = item.place
        if begins:
            self.receiver.begin(media)
        return self.receiver.place(item.packet, number, timestamp, media, now)

    @property
    def next_deadline(self) -> float | None:
        """When time alone makes a picture ready, or something is to be sent."""
        return earlier(super().next_deadline, self.receiver.next_deadline)

    def overdue(self, now: float) -> list[ReceivedFrame]:
        """Pictures that have waited long enough for what is missing."""
        return self.receiver.poll(now)

    def heard(self, data: bytes, now: float) -> list[RtcpEvent]:
        """Take in the peer's reports; they tell how long a round trip is."""
        events = super().heard(data, now)
        self.receiver.patience = self._wait()
        return events

    def keyframe_request(self, now: float) -> bytes | None:
        """A report that asks for a picture that stands alone, if one is needed now."""
        return (
            self.ask_for_keyframe(now) if self.receiver.asks_for_keyframe(now) else None
        )

    def ask_for_keyframe(self, now: float) -> bytes | None:
        """A report that asks for one, needed or not."""
        return None if self.reports is None else self.reports.keyframe_request(now)

    def decode(self, frame: ReceivedFrame) -> npt.NDArray[np.uint8] | None:
        """BGR pixels, or None for a frame that shows nothing or is broken.

        Needs no lock, but one thread at a time.
        """
        name = frame.format.name
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = new_video_decoder(name)
        try:
            return decoder.decode(frame.data)
        except RemoteError:
            self.broken += 1
            self.receiver.decoding_failed()
            return None

    def seen(self, frame: ReceivedFrame, size: tuple[int, int], now: float) -> None:
        """A picture of `size` (width, height) is ready to be shown."""
        self.shown += 1
        self.size = size
        self.freezes.shown(now)
        self.processing_time += now - frame.first_arrived
        self.latency = None if frame.captured is None else now - frame.captured

    def _wait(self) -> float | None:
        """How long to wait for what was asked for; None: nothing is.

        A picture that can be mended is not held up: old pixels in a twentieth of it are
        seen less than a picture that comes a round trip late.
        """
        asks = self.treatments.nack and self.recovery.formats.nack
        if not asks or self.receiver.can_mend:
            return None
        round_trip = self._round_trip
        wait = LONGEST_WAIT if round_trip is None else round_trip + SPARE
        return wait if wait <= LONGEST_WAIT else None
