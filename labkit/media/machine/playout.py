"""The playout buffer: sound waits here so that it can be played evenly.

Delay is kept in seconds, never in packets: frame `m` (seconds, by its timestamp) is due
at `m + shortest travel + delay`. The loudspeaker is the clock: each time it fetches,
the next frame is played, whatever the packets do. How long that frame has been due
tells whether the buffer is too full or too empty:

    due for less than `delay`     packets come later than before: play silence once
    due for a frame too long      we are later than needed: leave a frame out
    missing                       it is lost, or late: play silence in its place

So latency has a ceiling, and a stall (sender, network or receiver) is caught up with at
once. Every frame that came in is played, late, a duplicate or left out: `received` is
the sum of the four and of what still waits.

Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from labkit.media.machine.durations import USUAL
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout_delay import QuantileDelay

MOST_FRAMES = 100
"""Frames that may wait: two seconds of 20 ms each."""
WOBBLE = 0.002
"""Seconds by which a loudspeaker may fetch early or late without consequences."""
OBSERVED = 50
"""Fetches over which the buffer must be too full before a frame is left out: a second.
"""
STALL = 0.100
"""Seconds too late that call for catching up at once."""
GONE = 1.0
"""Seconds without a packet after which the stream counts as paused."""
LEAP = 2.0
"""Seconds by which a timestamp must be off to mean that the sender counts anew."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Play nothing for so many seconds; `why`: waiting, missing or stretched."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    frame: ReceivedFrame
    media_time: float
    seconds: float


class PlayoutBuffer:
    """Frames of sound by timestamp, played at an even pace."""

    def __init__(self, new_delay: Callable[[], QuantileDelay] = QuantileDelay) -> None:
        self.delay = new_delay()
        self.received = self.played = self.late = self.duplicate = self.left_out = 0
        self.played_seconds = 0.0
        self.concealed_seconds = 0.0
        """Played as silence, since the sound was missing."""
        self.concealments = 0
        """In so many stretches."""
        self.stretched_seconds = 0.0
        """Silence put in because the delay had to grow."""
        self.left_out_seconds = 0.0
        self.waited = 0.0
        """Seconds that each second of sound had waited, summed up: the mean delay is
        `waited / played_seconds`."""
        self._frames: dict[int, _Waiting] = {}
        self._new_delay = new_delay
        self._cursor: float | None = None
        """The media time whose turn it is; None while nothing is played."""
        self._length = USUAL
        self._excess: deque[float] = deque(maxlen=OBSERVED)
        self._last_put = 0.0
        self._concealing = False

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: ReceivedFrame, seconds: float, now: float) -> None:
        """A frame of `seconds` length has come."""
        media_time = frame.timestamp / frame.format.clock_rate
        self.received += 1
        if abs(now - media_time - self.delay.shortest) > LEAP:  # or the first of all
            self.restart()
        self._last_put = now
        self.delay.arrived(media_time, now)
        if self._cursor is not None and media_time < self._cursor - self._length / 2:
            self.late += 1
        elif frame.timestamp in self._frames:
            self.duplicate += 1
        else:
            self._frames[frame.timestamp] = _Waiting(frame, media_time, seconds)
            if len(self._frames) > MOST_FRAMES:
                self._leave_out(min(self._frames))

    def restart(self) -> None:
        """Another source, or a sender that counts anew: forget what was, count on."""
        for timestamp in tuple(self._frames):
            self._leave_out(timestamp)
        self._cursor = None
        self.delay = self._new_delay()

    def next(self, now: float) -> ReceivedFrame | Silence:
        """What the loudspeaker plays next."""
        if not self._frames and now - self._last_put > GONE:
            self._cursor = None
        if self._cursor is None and not self._start(now):
            return Silence(USUAL, "waiting")
        assert self._cursor is not None
        self._catch_up(now)
        if self._due(now) < self.delay.seconds - WOBBLE:
            self.stretched_seconds += self._length
            self._excess.clear()
            return Silence(self._length, "stretched")
        return self._play(now)

    def _start(self, now: float) -> bool:
        """Begin, once the oldest frame has waited as long as it should.

        If it waited longer, because the loudspeaker is late, begin with a newer one:
        what was never begun can be left out unheard.
        """
        if not self._frames:
            return False
        self._cursor = self._frames[min(self._frames)].media_time
        excess = self._due(now) - self.delay.seconds
        if excess < 0:
            self._cursor = None
            return False
        self._skip(int(excess / self._length))
        return True

    def _due(self, now: float) -> float:
        """For how long the frame at the cursor might have been here already."""
        return now - self.delay.shortest - (self._cursor or 0.0)

    def _catch_up(self, now: float) -> None:
        """Leave frames out when sound is played later than it need be."""
        excess = self._due(now) - self.delay.seconds
        if excess > STALL:
            self._skip(int(excess / self._length))
            return
        self._excess.append(excess)
        if len(self._excess) == OBSERVED and min(self._excess) > self._length:
            self._skip(int(min(self._excess) / self._length))

    def _skip(self, frames: int) -> None:
        """Move on by so many frames, and leave out those that had their turn there."""
        self._cursor = (self._cursor or 0.0) + frames * self._length
        self._excess.clear()
        for timestamp, waiting in list(self._frames.items()):
            if waiting.media_time < self._cursor - self._length / 2:
                self._leave_out(timestamp)

    def _play(self, now: float) -> ReceivedFrame | Silence:
        timestamp = self._at_cursor()
        if timestamp is None:
            self.concealed_seconds += self._length
            self.concealments += not self._concealing
            self._concealing = True
            self._cursor = (self._cursor or 0.0) + self._length
            return Silence(self._length, "missing")
        waiting = self._frames.pop(timestamp)
        self._concealing = False
        self._length = waiting.seconds
        self._cursor = waiting.media_time + waiting.seconds
        self.played += 1
        self.played_seconds += waiting.seconds
        self.waited += (now - waiting.frame.arrived) * waiting.seconds
        return waiting.frame

    def _at_cursor(self) -> int | None:
        """The timestamp of the frame whose turn it is, if it is here."""
        if not self._frames:
            return None
        oldest = min(self._frames)
        near = (self._cursor or 0.0) + self._length / 2
        return oldest if self._frames[oldest].media_time < near else None

    def _leave_out(self, timestamp: int) -> None:
        self.left_out_seconds += self._frames.pop(timestamp).seconds
        self.left_out += 1
