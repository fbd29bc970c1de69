"""The last seconds of something that only counts up.

A figure of now is the difference of two snapshots. Whoever has just moved a slider
wants to see what that does, not what was before it: the window then begins anew, as
soon as there is enough to be counted.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Generic, TypeVar

OVER = 5.0
"""Seconds that the window is long."""
SETTLE = 0.3
"""Seconds after a change in which what was under way still arrives."""
LEAST = 1.0
"""Seconds after that from which on the window is as new as the change."""
MOST = 256

Snapshot = TypeVar("Snapshot")


class Window(Generic[Snapshot]):
    """Snapshots of the last seconds."""

    def __init__(self, over: float = OVER) -> None:
        self._over = over
        self._past: deque[tuple[float, Snapshot]] = deque(maxlen=MOST)
        self._setting: object = None
        self._since = -inf

    def clear(self) -> None:
        """What was counted so far counts for nothing."""
        self._past.clear()
        self._since = -inf

    def add(
        self, snapshot: Snapshot, now: float, setting: object = None
    ) -> tuple[Snapshot, Snapshot]:
        """The newest snapshot; the two to subtract, the earlier one first. `setting`:
        what somebody may change; another one begins the window anew."""
        if setting != self._setting:
            self._since = now + SETTLE if self._past else -inf
            self._setting = setting
        self._past.append((now, snapshot))
        begin = now - self._over
        if now - self._since >= LEAST:
            begin = max(begin, self._since)
        while len(self._past) > 2 and self._past[1][0] <= begin:
            self._past.popleft()
        return self._past[0][1], snapshot
