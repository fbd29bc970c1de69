"""What time is it in the page? Its `performance.now()` on the kernel's clock.

The kernel asks, the page answers with its own time, and the answer belongs to the
middle of the wait, give or take half of it (as NTP has it, RFC 5905, 8). Messages
are held up by whole tenths of seconds now and then, so the quickest of the last answers
decides; an old one counts as less sure, for two quartzes part by some 0.005 %.

Time is an input here. Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque

REMEMBERED = 64
"""Answers that are compared, and questions that may be open."""
DRIFT = 50e-6
"""By which part two clocks may part."""
LONGEST = 5.0
"""Seconds after which an answer says nothing any more."""


class PageClock:
    """Maps one page's milliseconds to the kernel's seconds."""

    def __init__(self) -> None:
        self._asked: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)
        self._answers: deque[tuple[float, float, float]] = deque(maxlen=REMEMBERED)
        self._offset: float | None = None

    def asked(self, number: int, now: float) -> None:
        """Ping `number` leaves now."""
        self._asked.append((number, now))

    def answered(self, number: int, at: float, now: float) -> None:
        """The page, at its time `at` (ms), answered ping `number`; it comes now."""
        asked = next((when for sent, when in self._asked if sent == number), None)
        if asked is None or not 0 <= now - asked <= LONGEST:
            return
        self._answers.append((now, (now - asked) / 2, (asked + now) / 2 - at / 1000))
        _, _, self._offset = min(
            self._answers, key=lambda a: a[1] + (now - a[0]) * DRIFT
        )

    def forget(self) -> None:
        """Another page: its clock began at another time."""
        self._answers.clear()
        self._offset = None

    @property
    def is_set(self) -> bool:
        """Whether the page has answered yet."""
        return self._offset is not None

    def time_of(self, at: float, now: float) -> float:
        """The kernel's time of the page's `at` (ms); never later than `now`.

        Before the first answer, and for a time that cannot be, it is `now`.
        """
        if self._offset is None:
            return now
        then = self._offset + at / 1000
        return min(then, now) if abs(now - then) <= LONGEST else now
