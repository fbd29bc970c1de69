"""The receiving half of a stream of sound: packets in at any pace, frames out evenly.

RFC 3550, 3551, 7587. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from labkit.media.formats import MediaFormat
from labkit.media.machine.durations import duration_of
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.playout import NoSound, PlayoutBuffer, rule_for
from labkit.media.machine.playout.repair_wait import RepairWait
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket
from labkit.media.quality.loss_runs import LossRuns
from labkit.media.treatments import Treatments


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
        self.repair_wait = RepairWait(Treatments().playout_most)
        """How long sound waits for repairs."""
        self._waits_for_repair = True
        self.runs = LossRuns()
        """What was there when its turn came, and what was missing."""
        self._clock = clock
        self._in_vain = 0
        """Turns without a frame since the last that was played."""
        self._number: int | None = None
        """Of that frame; None before the first of a source."""

    def use(self, treatments: Treatments, before: Treatments | None = None) -> None:
        """Treat what comes in this way; `before` is how it was treated until now.

        The rule learns anew only if it is another one, and goes on without a gap.
        """
        self.playout.catch_up = treatments.catch_up
        self.playout.reordering = treatments.reordering
        if before is None or _rule_of(before) != _rule_of(treatments):
            self.playout.use(partial(rule_for, treatments))
            self.repair_wait.most = treatments.playout_most
            self.playout.least = 0.0
        # A fixed delay is what somebody wanted to see; it is left alone.
        learns = treatments.playout in ("adaptive", "quantile")
        least = treatments.playout_least if learns else 0.0
        self._waits_for_repair = learns and not least
        if not self._waits_for_repair:
            self.playout.least = min(least, treatments.playout_most)

    def received(self, packet: RtpPacket, now: float) -> None:
        """Take in a packet; its sound waits for its turn."""
        place = self.sources.admit(packet, now)
        if place is None:
            return
        if place.begins:
            self.begin()
        self.place(packet, place.number, place.timestamp, place.format, now)

    def begin(self) -> None:
        """Another source: nothing from before is mixed in."""
        self.playout.restart()
        self._in_vain, self._number = 0, None

    def place(
        self,
        packet: RtpPacket,
        number: int,
        timestamp: int,
        media: MediaFormat,
        now: float,
        by: str = "",
    ) -> None:
        """Give a packet its place among what waits, without counting it as received.

        `number` and `timestamp` are unwrapped; `by` says what repaired it: "red",
        "parity", "rtx"; "" for a packet that came by itself.
        """
        frame = ReceivedFrame(
            data=packet.payload,
            format=media,
            timestamp=timestamp,
            captured=self._clock.captured(
                packet.ssrc, timestamp, media.clock_rate, now
            ),
            arrived=now,
            first_arrived=now,
            number=number,
        )
        self.playout.put(frame, duration_of(media, packet.payload), now, by)
        if self._waits_for_repair and (by or self.playout.least):
            self._wait_for_repair(frame, by, now)

    def _wait_for_repair(self, frame: ReceivedFrame, by: str, now: float) -> None:
        if by:
            due = (
                frame.timestamp / frame.format.clock_rate + self.playout.delay.shortest
            )
            self.repair_wait.repaired(now - due, now)
        self.playout.least = self.repair_wait.seconds(now)

    def next(
        self, now: float, ahead: float = 0.0, block: float = 0.020
    ) -> ReceivedFrame | NoSound:
        """What the loudspeaker is to play next; see `PlayoutBuffer.next`."""
        item = self.playout.next(now, ahead, block)
        if isinstance(item, ReceivedFrame):
            self._count_losses(item)
        else:
            self._in_vain += item.why == "missing"
        return item

    def _count_losses(self, frame: ReceivedFrame) -> None:
        """Only what comes next tells why there was nothing to be played: its number
        says whether the sound was lost, or the peer paused, or hung up, or it was late
        and waited for. Without a buffer late is lost."""
        lost = self._in_vain
        if self._number is not None and frame.number is not None:
            gap = max(frame.number - self._number - 1, 0)
            lost = min(lost, gap) if self.playout.delay.in_order else lost
        for _ in range(lost):
            self.runs.next(lost=True)
        self.runs.next(lost=False)
        self._in_vain, self._number = 0, frame.number


def _rule_of(treatments: Treatments) -> tuple[str, float, float]:
    return treatments.playout, treatments.playout_delay, treatments.playout_most
