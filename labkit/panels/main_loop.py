"""Is the kernel's main loop busy with a cell?

Messages from the page wait for it (ipykernel 6 and 7.4), so a panel must be able to
tell "the page is silent" from "nobody listens to the page". It asks: leaves a call on
the loop, and looks whether it was made. Notebook: 04-videocall.
"""

from __future__ import annotations

import asyncio
import threading

LATE = 0.25
"""Seconds without an answer after which the loop counts as busy."""
ASK_EVERY = 0.1


class MainLoop:
    """The loop that the panel was made on, if it was made in a notebook's cell."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        if threading.current_thread() is threading.main_thread():
            try:
                self._loop = asyncio.get_running_loop()
            except RuntimeError:  # a plain program: no notebook, no pages
                pass
        self._asked: float | None = None
        self._last = float("-inf")

    def is_late(self, now: float) -> bool:
        """Whether the loop has left a question unanswered; asks the next one."""
        if self._loop is None:
            return False
        if self._asked is None and now - self._last >= ASK_EVERY:
            self._asked = self._last = now
            try:
                self._loop.call_soon_threadsafe(self._answer)
            except RuntimeError:  # the loop is closed: the kernel is going down
                self._loop = None
                return False
        asked = self._asked
        return asked is not None and now - asked > LATE

    def _answer(self) -> None:
        self._asked = None
