"""The few things that wait between the thread that hears and the one that works.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """Keeps the newest `most`; whoever takes them waits a while at most."""

    def __init__(self, most: int) -> None:
        self._items: deque[Item] = deque(maxlen=most)
        self._ready = threading.Condition()

    def put(self, *items: Item) -> bool:
        """Leave them and go on; whether an older one had to make way."""
        if not items:
            return False
        with self._ready:
            full = len(self._items) + len(items) > (self._items.maxlen or 0)
            self._items.extend(items)
            self._ready.notify()
        return full

    def take(self, patience: float) -> Item | None:
        """The oldest, waited for `patience` seconds at most."""
        with self._ready:
            if not self._items:
                self._ready.wait(patience)
            return self._items.popleft() if self._items else None

    def clear(self) -> None:
        """Nothing waits any more."""
        with self._ready:
            self._items.clear()
