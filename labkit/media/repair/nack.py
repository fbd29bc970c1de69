"""What to ask for again, and when: the receiver's side of NACK (RFC 4585, 6.2.1).

A gap in the numbers is a loss, or a packet that was overtaken. Asking costs a packet
and takes a round trip; an answer that comes too late to be played is worth nothing:

    gap seen ── wait for overtaken ones ──> ask ── a round trip, no answer ──> ask again
    overdue ──────────────────────────────> ask ──┘
                 the answer could not come in time any more ──> give up

Sound comes at a steady pace. When two of its packets are overdue, the first is asked
for although no gap shows yet: in a burst of losses that saves the burst's length. Time,
the round trip and how long a packet stays of use are inputs. Notebook: 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.media.repair.arrivals import Arrivals

ASSUMED_ROUND_TRIP = 0.050
"""Seconds, until one was measured. Not more: pictures wait 80 ms for what was asked
for, and would not ask at all."""
MARGIN = 0.005
"""Seconds past a round trip after which an answer, or the question, counts as lost."""
MOST_MISSING = 256
"""Numbers that are watched at a time; beyond, the oldest are given up."""
MOST_OVERDUE = 8
"""Numbers that are asked for though nothing after them came: it may be a pause."""
MOST_ASKED = 512
"""Numbers of which it is remembered that they were asked for."""
LONGEST_REORDERING = 0.020
"""Seconds to wait for overtaken packets, at most."""
_FADE = 0.9


@dataclass(slots=True)
class _Missing:
    expected: float
    """When it should have come, judged by its neighbours."""
    noticed: float
    ask_at: float


class NackList:
    """The packets that one receiver misses; numbers are unwrapped.

    `steady`: the packets come one at a time at an even pace, as those of sound do.
    """

    def __init__(self, steady: bool = False) -> None:
        self.requests = 0
        """How often a packet was asked for."""
        self.reordering = 0.0
        """Seconds that a gap may last before it is asked about: learned."""
        self._steady = steady
        self._arrivals = Arrivals()
        self._missing: dict[int, _Missing] = {}
        self._asked: dict[int, None] = {}
        self._highest: int | None = None
        self._noticed = 0
        """The highest number that came or is known to be missing."""

    def __len__(self) -> int:
        return len(self._missing)

    @property
    def next_deadline(self) -> float | None:
        """When to ask about something next; None while nothing is missing."""
        times = [each.ask_at for each in self._missing.values()]
        overdue = self._next_overdue()
        return min(times if overdue is None else [*times, overdue], default=None)

    def was_asked(self, number: int) -> bool:
        """Whether we asked for this packet, not long ago."""
        return number in self._asked

    def here(self, number: int, now: float, by_itself: bool = True) -> None:
        """A packet is here, `by_itself` or by repair; the numbers before it tell what
        is not."""
        missing = self._missing.pop(number, None)
        if self._highest is None:
            self._highest = self._noticed = number
        elif number > self._highest:
            self._notice(number, now)
            self._highest = number
        elif missing is not None and by_itself:  # it had only been overtaken
            late = min(now - missing.noticed, LONGEST_REORDERING)
            self.reordering = max(self.reordering, late)
        if by_itself:
            self._arrivals.came(number, now)

    def due(self, now: float, round_trip: float | None, patience: float) -> list[int]:
        """The numbers to ask for now, in rising order; they count as asked.

        `patience`: how many seconds after its time a packet is still of use.
        """
        self._notice_overdue(now)
        trip = ASSUMED_ROUND_TRIP if round_trip is None else round_trip
        ask = []
        for number, missing in list(self._missing.items()):
            if max(now, missing.ask_at) + trip > missing.expected + patience:
                del self._missing[number]
            elif missing.ask_at <= now:
                missing.ask_at = now + trip + MARGIN
                ask.append(number)
        self.requests += len(ask)
        for number in ask:
            self._asked.pop(number, None)
            self._asked[number] = None
        _shorten(self._asked, MOST_ASKED)
        return sorted(ask)

    def _notice(self, number: int, now: float) -> None:
        """All between the last number noticed and this one are missing."""
        first = max(self._noticed + 1, number - MOST_MISSING)
        if first < number:
            self.reordering *= _FADE
        for between in range(first, number):
            expected = self._arrivals.between(between, number, now)
            self._missing[between] = _Missing(expected, now, now + self.reordering)
        self._noticed = max(self._noticed, number)
        _shorten(self._missing, MOST_MISSING)

    def _next_overdue(self) -> float | None:
        """When the next number is overdue: its successor should be here, too."""
        if not self._steady or self._highest is None:
            return None
        if self._noticed - self._highest >= MOST_OVERDUE:
            return None
        after_next = self._arrivals.expected(self._noticed + 2)
        return None if after_next is None else after_next + self._arrivals.slack

    def _notice_overdue(self, now: float) -> None:
        while (overdue := self._next_overdue()) is not None and overdue <= now:
            self._noticed += 1
            expected = self._arrivals.expected(self._noticed)
            assert expected is not None
            self._missing[self._noticed] = _Missing(expected, now, now)


def _shorten(entries: dict[int, _Missing] | dict[int, None], most: int) -> None:
    """Drop the oldest entries until `most` are left."""
    while len(entries) > most:
        del entries[next(iter(entries))]
