"""Through a lens one watches pictures: one's own, or the peer's.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from labkit.net.media import Shown

_log = logging.getLogger("labkit.lens")


class Lens:
    """Hands each picture to whoever watches, and keeps the latest."""

    def __init__(self) -> None:
        self.latest: Shown | None = None
        self._watchers: list[Callable[[Shown], None]] = []
        self._failed: list[Callable[[Shown], None]] = []

    def watch(self, watcher: Callable[[Shown], None]) -> Callable[[], None]:
        """Call `watcher` with each picture, on a media thread; returns how to stop.

        It must return at once: whoever is slow keeps the newest and drops the rest.
        """
        self._watchers.append(watcher)

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
            if watcher in self._failed:
                self._failed.remove(watcher)

        return stop

    def show(self, shown: Shown) -> None:
        """A new picture is there."""
        self.latest = shown
        for watcher in tuple(self._watchers):
            try:
                watcher(shown)
            except Exception:
                if watcher not in self._failed:  # told once, not with every picture
                    self._failed.append(watcher)
                    _log.exception("a watcher of pictures failed")
