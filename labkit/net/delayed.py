"""Actions at a time: one thread and a heap, for packets that are under way in a link.

Waiting is done with a condition, which the kernel ends some 0.1 ms late; the thread
starts at the first action, so that a link that delays nothing costs nothing.

Notebook: 05-latency.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

from labkit.net import clock

MOST = 65_536
"""How many actions may wait; what would be more is dropped and counted. Enough for four
paths (`labkit.link.path.MOST_UNDER_WAY`): they refuse before."""
JOIN = 1.0
_log = logging.getLogger("labkit.delayed")


class Delayed:
    """Carries out actions at their times (`labkit.net.clock`), one after the other.

    An action must not block: those behind it wait. One that raises is logged.
    """

    def __init__(self, name: str = "labkit-delayed", most: int = MOST) -> None:
        self.dropped = 0
        """Actions refused because too many were waiting."""
        self._name, self._most = name, most
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        """Equal times keep their order."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many actions wait."""
        return len(self._heap)

    def at(self, time: float, action: Callable[[], object]) -> bool:
        """Call `action` at `time`, or soon if that is past; False if it was dropped.

        It is called on the thread of this object; after `close`, never.
        """
        with self._changed:
            if self._closed or len(self._heap) >= self._most:
                self.dropped += 1
                return False
            entry = (time, next(self._order), action)
            heapq.heappush(self._heap, entry)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()
            elif self._heap[0] is entry:
                self._changed.notify()
        return True

    def close(self) -> None:
        """End the thread; what still waits is forgotten."""
        with self._changed:
            self._closed = True
            self._heap.clear()
            self._changed.notify()
        if self._thread not in (None, threading.current_thread()):
            self._thread.join(JOIN)

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception:
                _log.exception("a delayed action failed")

    def _next(self) -> Callable[[], object] | None:
        """Wait for the next action that is due; None once closed."""
        with self._changed:
            while not self._closed:
                if not self._heap:
                    self._changed.wait()
                elif (left := self._heap[0][0] - clock.now()) > 0:
                    self._changed.wait(left)
                else:
                    return heapq.heappop(self._heap)[2]
        return None
