"""One appointment on the thread for delayed actions: of several times the earliest.

A machine says after each packet when it wants to be looked at again; mostly that is the
time it said before, or a later one. Each look ends with the next appointment, so there
must never be two of them: they would go on side by side for ever.

Notebook: 05-latency.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from labkit.net import clock
from labkit.net.delayed import Delayed

LEAST = 0.001
"""Seconds until it rings, at the least: whoever wants to be called at once, again and
again, must not keep a processor busy."""


class Alarm:
    """Calls `ring` on the thread of `later`, once for each time that was set and kept.

    Safe to use from any thread.
    """

    def __init__(self, later: Delayed, ring: Callable[[], object]) -> None:
        self._later, self._ring = later, ring
        self._lock = threading.Lock()
        self._at: float | None = None

    def set(self, at: float) -> None:
        """Ring at `at` (`labkit.net.clock`), unless it rings before that anyway."""
        with self._lock:
            if self._at is not None and self._at <= at:
                return
            self._at = at = max(at, clock.now() + LEAST)
        if not self._later.at(at, partial(self._due, at)):
            self._keep(at)

    def _due(self, at: float) -> None:
        if self._keep(at):
            self._ring()

    def _keep(self, at: float) -> bool:
        """Whether the appointment still holds; then it is over."""
        with self._lock:
            holds = self._at == at
            if holds:
                self._at = None
            return holds
