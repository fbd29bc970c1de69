"""Carries a widget's messages to its pages and back: through Jupyter, or by a shortcut.

A page that is shown on the very machine that the kernel runs on may ask for a shortcut
(`net/shortcut.py`), and has it some milliseconds later; all others, on a hub or through
a tunnel, are reached through Jupyter as ever. Nobody else has to know which way it was.
`LABKIT_SHORTCUT=off` in the environment has all go through Jupyter.

    carrier = Carrier(widget, self._on_message)
    carrier.send({"kind": "frame"}, [jpeg])

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import anywidget

from labkit.net import clock
from labkit.net.shortcut import Shortcut
from labkit.net.shortcut_door import DOOR
from labkit.net.shortcut_message import packed
from labkit.panels.main_loop import MainLoop

Hear: TypeAlias = Callable[[object, object, Sequence[object]], None]
FAR_GONE = 5.0
"""Seconds after which a page that spoke through Jupyter is not there any more."""
SWITCH = "LABKIT_SHORTCUT"
_log = logging.getLogger("labkit.panels")


class Carrier:
    """The ways between one widget and all pages that show it."""

    def __init__(self, widget: anywidget.AnyWidget, hear: Hear) -> None:
        """`hear(widget, content, buffers)` must return at once, on any thread."""
        self._widget, self._hear = widget, hear
        self._main_loop = MainLoop()
        self._lock = threading.Lock()
        self._shortcuts: tuple[Shortcut, ...] = ()
        self._far = float("-inf")
        self._closed = False
        widget.on_msg(self._on_jupyters)

    def send(self, content: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """Tell all pages; from any one thread."""
        near = self._shortcuts
        if not near:
            self._widget.send(content, buffers)
            return
        message = packed(content, buffers)  # once, however many pages are near
        for shortcut in near:
            shortcut.send(message)
        if self._is_anybody_far(clock.now()):
            self._widget.send({**content, "twice": True}, buffers)

    def is_deaf(self, now: float) -> bool:
        """Whether some page speaks to a main loop that is busy with a cell."""
        late = self._main_loop.is_late(now)
        return late and (not self._shortcuts or self._is_anybody_far(now))

    def close(self) -> None:
        """Take no more shortcuts, and leave those there are."""
        self._closed = True
        for shortcut in self._shortcuts:
            shortcut.close()

    # --- net.shortcut.Guest ---

    def came(self, shortcut: Shortcut) -> None:
        """A page is near."""
        with self._lock:
            self._shortcuts += (shortcut,)
        if self._closed:
            shortcut.close()

    def heard(self, content: dict[str, Any], buffers: Sequence[object]) -> None:
        """A near page speaks."""
        self._hear(self._widget, content, buffers)

    def left(self, shortcut: Shortcut) -> None:
        """It speaks through Jupyter again, if it is still there."""
        with self._lock:
            self._shortcuts = tuple(s for s in self._shortcuts if s is not shortcut)

    # --- inside ---

    def _on_jupyters(
        self, widget: object, content: object, buffers: Sequence[object]
    ) -> None:
        if isinstance(content, dict) and content.get("kind") == "shortcut":
            self._invite(content.get("page"))
        else:
            self._far = clock.now()
            self._hear(widget, content, buffers)

    def _invite(self, page: object) -> None:
        if self._closed or os.environ.get(SWITCH) == "off":
            return
        try:
            one = DOOR.invite(self)
        except OSError as error:
            _log.debug("no port for a page's shortcut: %s", error)
            return
        told = {"kind": "shortcut", "to": str(page)[:64]}
        self._widget.send({**told, "port": one.port, "token": one.token}, [])

    def _is_anybody_far(self, now: float) -> bool:
        if self._main_loop.is_late(now):  # then nobody far can be heard
            return self._far > float("-inf")
        return now - self._far < FAR_GONE
