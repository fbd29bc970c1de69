"""A moving picture in a notebook: only the newest, and soon.

    LiveVideo(alice.peer, "bob, as alice sees him")

Requirement D3. Notebook: 03-media.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Protocol

from labkit.panels.live import LivePanel, script
from labkit.panels.words import WORDS

_count = itertools.count(1)


class Watchable(Protocol):
    """What pictures can be had from: a phone's `own` or `peer`."""

    @property
    def latest(self) -> Any:
        """The newest picture, or None."""

    def watch(self, watcher: Callable[[Any], None]) -> Callable[[], None]:
        """Hand over each new one; returns how to stop."""


class LiveVideo(LivePanel):
    """Shows what a lens sees, or what `show` is given."""

    _esm = script("video.js")

    def __init__(
        self, lens: Watchable | None = None, label: str = "", rate: float = 30.0
    ) -> None:
        """`label` says what is seen, for those who cannot; `rate`: pictures a second
        at most."""
        key = str(id(lens)) if lens is not None else f"of its own {next(_count)}"
        super().__init__(key, {"video": rate}, every=1.0)
        self._label = label or WORDS["live_picture"]
        self._stop = _nothing if lens is None else lens.watch(self._watch)
        if lens is not None and lens.latest is not None:
            self._watch(lens.latest)
        self._open()

    def show(self, jpeg: bytes) -> None:
        """Show this JPEG or PNG; returns at once, from any thread."""
        self._channel.offer("video", lambda: jpeg)

    def _watch(self, shown: Any) -> None:
        self._channel.offer("video", shown.as_jpeg)

    def _scene(self) -> dict[str, Any]:
        return {"label": self._label}

    def _let_go(self) -> None:
        self._stop()


def _nothing() -> None:
    """Nothing to stop."""
