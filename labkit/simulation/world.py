"""Virtual time: a clock that jumps to whatever happens next.

Nothing waits here. Ten minutes of a call take as long as its work takes, and the same
seed gives the same call, byte for byte.

Requirement A15. Notebook: 05-latency.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

BEGINNING = 1_700_000_000.0
"""Where true time begins, in seconds since 1970: any moment serves."""
Action = Callable[[], None]


@dataclass(slots=True)
class World:
    """True time, and what is going to happen."""

    now: float = BEGINNING
    _events: list[tuple[float, int, Action]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, time: float, action: Action) -> None:
        """Do something at a time; what is due at the same time is done in the order in
        which it was asked for."""
        heapq.heappush(self._events, (max(time, self.now), next(self._order), action))

    def step(self) -> bool:
        """Let the next thing happen; False when nothing is going to."""
        if not self._events:
            return False
        self.now, _, action = heapq.heappop(self._events)
        action()
        return True

    def run_until(self, end: float) -> None:
        """Let everything happen that happens before `end`."""
        events = self._events
        while events and events[0][0] <= end:
            self.now, _, action = heapq.heappop(events)
            action()
        self.now = end


@dataclass(frozen=True, slots=True)
class Clock:
    """A phone's own clock: never right, and never quite as fast as another's."""

    world: World
    ahead: float = 0.0
    """Seconds that it is ahead of true time at the beginning."""
    skew: float = 0.0
    """Seconds a second that it gains: 100e-6 is 100 ppm, a cheap quartz."""

    def now(self) -> float:
        """What it reads."""
        return self.read(self.world.now)

    def read(self, true: float) -> float:
        """What it reads at a true time."""
        return true + self.ahead + self.skew * (true - BEGINNING)

    def true(self, reading: float) -> float:
        """At which true time it reads so."""
        return BEGINNING + (reading - self.ahead - BEGINNING) / (1 + self.skew)

    def at(self, reading: float, action: Action) -> None:
        """Do something when it reads so."""
        self.world.at(self.true(reading), action)

    def every(self, period: float, action: Action, first: float) -> None:
        """Do something each time that it has gone on by `period`, from `first` on.

        Until the world ends, or `action` raises StopIteration.
        """

        def again(number: int) -> None:
            try:
                action()
            except StopIteration:
                return
            # Counted from the first: steps added up would add up their rounding, too.
            self.at(first + (number + 1) * period, lambda: again(number + 1))

        self.at(first, lambda: again(0))
