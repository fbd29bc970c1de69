"""Commands of a panel, one at a time, on a thread of its own.

A button's callback only leaves a command here: placing a call may wait for the network,
and whichever thread calls back (it differs between versions of ipykernel) must not.

Requirement D2. Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

MOST = 4
JOIN = 2.0
_log = logging.getLogger("labkit.panels")


class CommandThread:
    """Does what is posted, in order; refuses when too much waits."""

    def __init__(self, name: str) -> None:
        self._queue: queue.Queue[tuple[Callable[[], None], Future[None]] | None]
        self._queue = queue.Queue(MOST)
        self._closed = False
        self._thread = threading.Thread(
            target=self._run, name=f"labkit-worker-{name}", daemon=True
        )
        self._thread.start()

    def post(self, work: Callable[[], None]) -> Future[None] | None:
        """Do `work` soon; None when too much waits already or all is over."""
        done: Future[None] = Future()
        try:
            if not self._closed:
                self._queue.put_nowait((work, done))
                return done
        except queue.Full:
            pass
        return None

    def close(self) -> None:
        """End after what is being done; what waits is dropped. Safe to repeat."""
        self._closed = True
        try:
            self._queue.put_nowait(None)
        except queue.Full:  # it looks at _closed before the next
            pass
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, done = item
            if self._closed:
                done.cancel()
                continue
            try:
                work()
                done.set_result(None)
            except Exception as error:
                _log.exception("a panel's command failed")
                done.set_exception(error)
