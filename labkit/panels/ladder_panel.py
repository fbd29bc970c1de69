"""The ladder on the page: it grows while the call goes on, and each arrow opens.

    LadderPanel(alice, registry, bob)

The drawing is the trace's own (`labkit.trace.Ladder`); the page only shows it.

Requirements B10, B19, D1, D7. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from labkit.net import clock
from labkit.net.registry import Registry
from labkit.panels.live import LivePanel, script
from labkit.panels.words import WORDS
from labkit.phone import Phone
from labkit.trace import Trace, ladder

Traced: TypeAlias = Phone | Registry | Trace
EVERY = 0.4
"""Seconds between two looks at the traces."""


class LadderPanel(LivePanel):
    """The messages between some phones and registries, newest `most`."""

    _esm = script("ladder.js")

    def __init__(
        self, *traced: Traced, most: int = 80, rtcp: bool = False, height: int = 480
    ) -> None:
        """`rtcp`: show RTCP's reports too, several a second; `height` in pixels, above
        which the ladder scrolls."""
        traces = tuple(it if isinstance(it, Trace) else it.trace for it in traced)
        super().__init__(", ".join(trace.observer for trace in traces), every=EVERY)
        self._ladder = ladder(*traces, most=most, rtcp=rtcp)
        self._svg = ""
        self._height = height
        self._opened: int | None = None
        self._open()

    def open_message(self, number: int) -> None:
        """Show the full text of a message, by its number in the trace."""
        self._opened = number
        self._channel.wake()

    def _scene(self) -> dict[str, Any]:
        now = clock.now()
        if self._ladder.refresh(now) or not self._svg:
            self._svg = self._ladder.svg(now)
        return {"svg": self._svg, "height": self._height, "opened": self._text()}

    def _text(self) -> dict[str, Any] | None:
        number = self._opened
        if number is None:
            return None
        try:
            return {"number": number, "text": self._ladder.message(number)}
        except KeyError:
            return {"number": number, "text": WORDS["gone_message"]}

    def _on_command(self, content: Mapping[str, Any]) -> None:
        number = content.get("number")
        if content.get("kind") == "open":
            self._opened = number if isinstance(number, int) else None
            self._channel.wake()
