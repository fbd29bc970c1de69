"""The screen of the console programs: whatever is to be printed, in order.

Messages, notices and tables come from the loop's thread and from the keyboard's. None
of them may wait for a slow terminal, so they queue here, the oldest dropped when there
are too many, and one thread prints them.

Requirements B2, B5, B10, B19.

Notebook: 04-videocall.
"""

from __future__ import annotations

import queue
import sys
import threading

from rich.console import Console, RenderableType

MOST = 2000
"""How much may wait to be printed."""


class Screen:
    """Prints on standard output from a thread of its own; also a context manager."""

    def __init__(self) -> None:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks an arrow shows "?"
            reconfigure(errors="replace")
        self._console = Console(highlight=False, markup=False, soft_wrap=True)
        self._waiting: queue.Queue[RenderableType | None] = queue.Queue(MOST)
        self._thread = threading.Thread(target=self._print, name="labkit-screen")
        self._thread.daemon = True
        self._thread.start()

    def show(self, what: RenderableType) -> None:
        """Print `what` soon; returns at once."""
        self._put(what)

    def close(self) -> None:
        """Print what still waits, for at most two seconds."""
        self._put(None)
        self._thread.join(2.0)

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, what: RenderableType | None) -> None:
        while True:
            try:
                return self._waiting.put_nowait(what)
            except queue.Full:
                try:
                    self._waiting.get_nowait()
                except queue.Empty:
                    pass

    def _print(self) -> None:
        while (what := self._waiting.get()) is not None:
            try:
                self._console.print(what)
            except (OSError, ValueError):  # the terminal went away: print no more
                return
