"""Sound in the order in which it was said.

Newer kernels may hand on two messages of one page in the wrong order. A stretch that
comes too early waits for the one before it, but not long: when three wait, the missing
one counts as lost. Nothing is ever handed on twice.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Item = TypeVar("Item")
MOST_WAITING = 3


class ByNumber(Generic[Item]):
    """Takes numbered things as they come, gives them as they were numbered."""

    def __init__(self, waiting: int = MOST_WAITING) -> None:
        self._most = waiting
        self._waiting: dict[int, Item] = {}
        self._next: int | None = None

    def add(self, number: int, item: Item) -> list[Item]:
        """What can be handed on now that `item` has come."""
        if self._next is None:
            self._next = number
        if number < self._next or number in self._waiting:
            return []
        self._waiting[number] = item
        ready: list[Item] = []
        while self._waiting:
            if self._next not in self._waiting:
                if len(self._waiting) < self._most:
                    break
                self._next = min(self._waiting)
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready

    def forget(self) -> None:
        """Begin anew, with whatever number comes."""
        self._waiting.clear()
        self._next = None
