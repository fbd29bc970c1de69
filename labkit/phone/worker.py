"""One thread that does a phone's slow work, one piece after the other.

Unlike those of `concurrent.futures` it still works while Python shuts down, when a
phone that nobody closed hangs up and lets go of its devices.

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Worker:
    """Runs what it is given, in order; what is given after `close` is not run."""

    def __init__(self, name: str) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], None]) -> None:
        """Do `work` when all before it is done; it must not raise."""
        self._work.put(work)

    def close(self, timeout: float = 5.0) -> None:
        """Finish what was given so far, at most `timeout` seconds long; then end."""
        self._work.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
