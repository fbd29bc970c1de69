"""One thread that does a phone's slow work, one piece after the other.

    worker.submit(lambda: camera.start(deliver))    # returns at once

A device that never comes back from its start holds up all that follows. So whoever
would begin something looks whether the worker `is_full`, and refuses; what ends
something (a call's devices, its sockets) is taken in any case.

Unlike those of `concurrent.futures` it still works while Python shuts down, when a
phone that nobody closed hangs up and lets go of its devices.

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

MOST = 16
"""Pieces of work that may wait before nothing new is begun."""


class Worker:
    """Runs what it is given, in order, until `close`."""

    def __init__(self, name: str) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing new should be begun."""
        return self._work.qsize() >= MOST

    def submit(self, work: Callable[[], None]) -> bool:
        """Do `work` when all before it is done; it must not raise.

        False when it will not be done, after `close`.
        """
        with self._lock:
            if not self._closed:
                self._work.put(work)
            return not self._closed

    def close(self, timeout: float = 5.0) -> None:
        """Finish what was given so far, at most `timeout` seconds long; then end."""
        with self._lock:
            self._closed = True
            self._work.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
