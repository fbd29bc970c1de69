"""The playout buffer: sound waits here so that it can be played evenly.

Delay is kept in seconds, never in packets: frame `m` (seconds, by its timestamp) is due
at `m + shortest travel + delay`. The loudspeaker is the clock: each time it fetches,
the next frame is played, whatever the packets do. How long that frame has been due
tells whether the buffer is too full or too empty:

    due for less than `delay`   packets come later than before: grow
    due for longer              we are later than needed: shrink
    missing                     it is lost, or late: something is played in its place

Growing and shrinking are a switch. `skip`: play a frame's length of silence, leave a
frame out. `silence` and `stretch`: whoever decodes the frame makes its sound longer or
shorter (`correction` says by how much, `changed` takes down what was done). Nothing
else is needed: sound that was made longer lasts longer, so the next frame is fetched
later. With `stretch` a frame that is missing while nothing later is here is waited for,
up to 100 ms: it is played late, and the sound after it a little faster.

In every mode latency has a ceiling: what is 100 ms too late is left out at once, after
a stall of sender, network or receiver. Every frame that came in is played, late, a
duplicate or left out: `received + repaired` is the sum of the four and of what still
waits. Requirement A15.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from labkit.media.machine.durations import USUAL
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout.correction import STALL, WOBBLE, Correction
from labkit.media.machine.playout.counts import Entry, PlayoutCounts
from labkit.media.machine.playout.journal import Waiting
from labkit.media.machine.playout.quantile import QuantileDelay
from labkit.media.machine.playout.rule import PlayoutRule
from labkit.media.treatments import CatchUp

MOST_FRAMES = 100
"""Frames that may wait: two seconds of 20 ms each."""
GONE = 1.0
"""Seconds without a packet after which the stream counts as paused."""
OUT_OF_TOUCH = 0.5
"""Seconds in which all that comes is late that mean: the way is another now, longer
than the rule may wait."""
LEAP = 2.0
"""Seconds by which a timestamp must be off to mean that the sender counts anew."""
RECENT = 250
"""Arrivals and fates that are remembered: five seconds."""


@dataclass(frozen=True, slots=True)
class NoSound:
    """There is no sound for so many seconds; `why`: waiting, missing or stretched."""

    seconds: float
    why: str


class PlayoutBuffer(PlayoutCounts):
    """Frames of sound by timestamp, played at an even pace."""

    def __init__(
        self,
        new_rule: Callable[[], PlayoutRule] = QuantileDelay,
        catch_up: CatchUp = "skip",
    ) -> None:
        super().__init__()
        self.delay = new_rule()
        """The rule; exchange it with `use`."""
        self.catch_up = catch_up
        self.reordering = True
        """Else a frame that comes after a newer one is late."""
        self.least = 0.0
        """Seconds that sound waits whatever the rule says, so that repairs can come."""
        self.hold = 0.0
        """Seconds that it waits on top of that, for the pictures (lip sync)."""
        self.quiet = True
        """Whether nothing worth hearing is being played; the listener says so."""
        self._frames: dict[int, Entry] = {}
        self._new_rule = new_rule
        self._arrivals: deque[tuple[float, float]] = deque(maxlen=RECENT)
        self._heard: dict[int, None] = {}
        """Timestamps of frames that were played of late."""
        self._newest = -inf
        """The latest media time that came."""
        self._cursor: float | None = None
        """The media time whose turn it is; None while nothing is played."""
        self._length = USUAL
        self._last_put = 0.0
        self._late_since: float | None = None
        """Since when nothing came in time."""
        self._correction = Correction()
        self._held = 0.0
        """Seconds for which the frame at the cursor has been waited for."""

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def wanted(self) -> float:
        """Seconds that a frame should wait, counted from the shortest travel."""
        return max(self.delay.seconds, self.least) + self.hold

    @property
    def correction(self) -> float:
        """Seconds by which the sound of the frame that `next` just gave should be made
        longer; negative: by which it may be made shorter."""
        return self._correction.seconds

    def waiting(self, now: float) -> list[Waiting]:
        """The frames that are in the buffer, by their turn."""
        late = self.delay.shortest + self.wanted - now
        return [
            Waiting(timestamp, w.media_time, w.frame.arrived, w.media_time + late, w.by)
            for timestamp, w in sorted(self._frames.items())
        ]

    # --- in -------------------------------------------------------------------------

    def put(
        self, frame: ReceivedFrame, seconds: float, now: float, by: str = ""
    ) -> None:
        """A frame of `seconds` length has come, or was repaired `by` some means.

        What was repaired tells nothing of the network's delay: the rule does not hear
        of it.
        """
        media_time = frame.timestamp / frame.format.clock_rate
        if by:
            self.repaired += 1
        else:
            self.received += 1
            leaps = abs(now - media_time - self.delay.shortest) > LEAP  # or the first
            if leaps or self._is_out_of_touch(media_time, now):
                self.restart()
            self._arrivals.append((media_time, now))
            self.delay.arrived(media_time, now)
        self._last_put = now
        entry = Entry(frame, media_time, seconds, by)
        if frame.timestamp in self._frames or frame.timestamp in self._heard:
            self._count_duplicate(entry, now, self.wanted)
        elif self._is_late(media_time, by):
            self._count_late(entry, now, self.wanted)
        else:
            self._newest = max(self._newest, media_time)
            self._frames[frame.timestamp] = entry
            if len(self._frames) > MOST_FRAMES:
                self._leave_out(min(self._frames), now)

    def use(self, new_rule: Callable[[], PlayoutRule]) -> None:
        """Wait by another rule from now on; it is told first what came of late."""
        self._new_rule = new_rule
        self.delay = new_rule()
        for media_time, arrived in self._arrivals:
            self.delay.arrived(media_time, arrived)
        self._correction.begin()

    def restart(self) -> None:
        """Another source, or a sender that counts anew: forget what was, count on."""
        for timestamp in tuple(self._frames):
            self._leave_out(timestamp, self._last_put)
        self._give_up_waiting()
        self._newest = -inf
        self._arrivals.clear()
        self._late_since = None
        self._heard.clear()
        self.delay = self._new_rule()
        self._correction.begin()

    def _is_late(self, media_time: float, by: str) -> bool:
        if by and not self._arrivals:
            return True  # where it belongs cannot be told yet
        if not self.reordering and media_time < self._newest and not by:
            return True
        if not self.delay.in_order or self._cursor is None:
            return False
        return media_time < self._cursor - self._length / 2

    def _is_out_of_touch(self, media_time: float, now: float) -> bool:
        """Whether all has been late for so long that the rule must learn anew. A fixed
        one learns nothing: it is meant to show that."""
        if not self.delay.elastic or not self._is_late(media_time, ""):
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        return self._late_since is not None and now - self._late_since > OUT_OF_TOUCH

    # --- out ------------------------------------------------------------------------

    def next(
        self, now: float, ahead: float = 0.0, block: float = USUAL
    ) -> ReceivedFrame | NoSound:
        """What the loudspeaker plays next, after `ahead` seconds that are decoded.

        `block` is how much it fetches at a time: what it does not fetch now it fetches
        that many seconds later.
        """
        if not self._frames and now - self._last_put > GONE:
            self._give_up_waiting()
        if self._cursor is None and not self._start(now):
            return NoSound(USUAL, "waiting")
        if not self.delay.in_order:
            return self._first_come(now, ahead)
        excess = self._due(now) - self.wanted
        if excess < -WOBBLE and self._may_wait():
            self.inserted_seconds += self._length
            self._correction.begin()
            return NoSound(self._length, "stretched")
        leaves_out = self.catch_up == "skip"
        late = self._correction.observe(excess, ahead, block, leaves_out)
        if late >= self._length:
            self._skip(int(late / self._length), now)
        timestamp = self._at_cursor()
        if timestamp is None and self.catch_up == "stretch" and self.delay.elastic:
            if not self._frames and excess + self._length <= STALL:
                self._held += self._length
                return NoSound(self._length, "missing")
            timestamp = self._what_comes_after(now)
        if timestamp is None:
            return self._miss(now)
        self._settle(excess)
        return self._play(timestamp, now, ahead)

    def changed(self, seconds: float) -> None:
        """The listener made sound longer, or (negative) shorter, by so much."""
        self.inserted_seconds += max(seconds, 0.0)
        self.removed_seconds += max(-seconds, 0.0)
        self._correction.done(seconds)

    def _start(self, now: float) -> bool:
        """Begin, once the oldest frame has waited as long as it should.

        If it waited longer, because the loudspeaker is late, begin with a newer one:
        what was never begun can be left out unheard.
        """
        if not self._frames:
            return False
        self._cursor = self._frames[min(self._frames)].media_time
        excess = self._due(now) - self.wanted
        if excess < 0 and self.delay.in_order:
            self._cursor = None
            return False
        self._skip(int(excess / self._length), now)
        return True

    def _due(self, now: float) -> float:
        """For how long the frame at the cursor might have been here already."""
        return now - self.delay.shortest - (self._cursor or 0.0)

    def _may_wait(self) -> bool:
        """Whether the frame at the cursor, whose time has not come, is waited for."""
        if self.catch_up == "skip":
            return True
        if self._at_cursor() is not None:
            return False  # play it, and make it longer
        return self.catch_up == "stretch" or self.quiet

    def _skip(self, frames: int, now: float) -> None:
        """Move on by so many frames, and leave out those that had their turn there."""
        while self._held > 0 and frames > 0:
            self._held = max(self._held - self._length, 0.0)
            self._pass_over(now)
            frames -= 1
        self._cursor = (self._cursor or 0.0) + frames * self._length
        self._correction.begin()
        for timestamp, waiting in list(self._frames.items()):
            if waiting.media_time < self._cursor - self._length / 2:
                self._leave_out(timestamp, now)

    # --- one frame's turn -----------------------------------------------------------

    def _at_cursor(self) -> int | None:
        """The timestamp of the frame whose turn it is, if it is here."""
        if not self._frames:
            return None
        oldest = min(self._frames)
        near = (self._cursor or 0.0) + self._length / 2
        return oldest if self._frames[oldest].media_time < near else None

    def _give_up_waiting(self) -> None:
        """Nothing more is played until something comes."""
        self.concealed_seconds += self._held
        self._cursor, self._held = None, 0.0

    # --- what was waited for --------------------------------------------------------

    def _what_comes_after(self, now: float) -> int | None:
        """The frame after what is missing, if that was waited for long enough.

        The frame at the cursor is lost, since a later one is here; the time in which it
        was waited for was the time in which it would have been played.
        """
        while self._held > 0 and self._at_cursor() is None and self._frames:
            self._held = max(self._held - self._length, 0.0)
            self._pass_over(now)
        return self._at_cursor()

    def _settle(self, excess: float) -> None:
        """The frame that was waited for is here, late: be on time again, little by
        little."""
        if self._held > 0:
            self.inserted_seconds += self._held
            self._correction.shorten(min(self._held, max(excess, 0.0)))
            self._held = 0.0

    def _first_come(self, now: float, ahead: float) -> ReceivedFrame | NoSound:
        """The frame that came first, whatever its number."""
        for timestamp, waiting in list(self._frames.items()):
            if now - waiting.frame.arrived <= STALL:
                return self._play(timestamp, now, ahead)
            self._leave_out(timestamp, now)
        return self._miss(now)

    def _play(self, timestamp: int, now: float, ahead: float) -> ReceivedFrame:
        entry = self._frames.pop(timestamp)
        self._heard[timestamp] = None
        if len(self._heard) > RECENT:
            del self._heard[next(iter(self._heard))]
        self._length = entry.seconds
        self._cursor = entry.media_time + entry.seconds
        # It may have come while this was waiting for its lock.
        at = max(now + ahead, entry.frame.arrived)
        self._count_played(entry, at, self.wanted)
        return entry.frame

    def _miss(self, now: float) -> NoSound:
        self._pass_over(now)
        return NoSound(self._length, "missing")

    def _pass_over(self, now: float) -> None:
        """The frame at the cursor is not played any more, should it come."""
        cursor = self._cursor or 0.0
        self._count_missing(cursor, self._length, now, self.wanted)
        self._cursor = cursor + self._length

    def _leave_out(self, timestamp: int, now: float) -> None:
        self._count_left_out(self._frames.pop(timestamp), now, self.wanted)
