"""The one thread that speaks to a page.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from labkit.net import clock

LONGEST_WAIT = 1.0
SHORTEST_WAIT = 0.002
JOIN = 2.0
_log = logging.getLogger("labkit.devices")


class PageThread:
    """Calls `step()` when rung, and at the time that the last call returned."""

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        self._name, self._step = name, step
        self._bell = threading.Event()
        self._ended = False
        self._thread = threading.Thread(
            target=self._run, name=f"labkit-page-{name}", daemon=True
        )

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def ring(self) -> None:
        """There is something to say; returns at once, from any thread."""
        self._bell.set()

    def end(self) -> None:
        """Say nothing more."""
        self._ended = True
        self._bell.set()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN)

    def _run(self) -> None:
        while not self._ended:
            self._bell.clear()
            due = clock.now() + LONGEST_WAIT
            try:
                due = self._step()
            except Exception:
                _log.exception("%s's page could not be told", self._name)
            self._bell.wait(min(max(due - clock.now(), SHORTEST_WAIT), LONGEST_WAIT))
