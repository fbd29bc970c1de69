"""The receiving half of a stream of sound: packets in at any pace, frames out evenly.

RFC 3550, 3551, 7587. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.media.formats import MediaFormat
from labkit.media.machine.durations import duration_of
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.playout import PlayoutBuffer, Silence
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket


class AudioReceiver:
    """The sound of one media line."""

    def __init__(
        self,
        receive: Mapping[int, MediaFormat],
        clock: MediaClock,
        playout: PlayoutBuffer | None = None,
    ) -> None:
        self.sources = SourceLock(receive)
        self.playout = playout or PlayoutBuffer()
        self._clock = clock

    def received(self, packet: RtpPacket, now: float) -> None:
        """Take in a packet; its sound waits for its turn."""
        place = self.sources.admit(packet, now)
        if place is None:
            return
        if place.begins:
            self.playout.restart()
        frame = ReceivedFrame(
            data=packet.payload,
            format=place.format,
            timestamp=place.timestamp,
            captured=self._clock.captured(
                packet.ssrc, place.timestamp, place.format.clock_rate, now
            ),
            arrived=now,
            first_arrived=now,
        )
        self.playout.put(frame, duration_of(place.format, packet.payload), now)

    def next(self, now: float) -> ReceivedFrame | Silence:
        """What the loudspeaker is to play next."""
        return self.playout.next(now)
