"""A slot between two threads that holds one thing: the newest.

Whoever is slower than the camera skips pictures instead of falling behind.
Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class Newest(Generic[_Item]):
    """`put` never waits and throws out what was not taken; `take` waits for something.

    The bell is a lock: taking it waits until somebody has released it. That is one
    hand-over of Python's lock a picture, where a Condition costs three.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._items: deque[_Item] = deque(maxlen=1)
        self._bell = threading.Lock()
        self._bell.acquire()
        self._closed = False

    def put(self, item: _Item) -> None:
        """Leave an item; the one before is dropped if nobody took it."""
        self.dropped += len(self._items)
        self._items.append(item)
        self._ring()

    def take(self) -> _Item | None:
        """Wait for an item; None once the slot is closed."""
        while not self._closed:
            self._bell.acquire()
            if self._items and not self._closed:
                return self._items.pop()
        return None

    def close(self) -> None:
        """Wake whoever waits, for good."""
        self._closed = True
        self._ring()

    def _ring(self) -> None:
        try:
            self._bell.release()
        except RuntimeError:  # rung already, and not yet heard
            pass
