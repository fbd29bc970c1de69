"""Waiting for what a device delivers, without sleeping."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Delivered = TypeVar("Delivered")
PATIENCE = 20


class Collector(Generic[Delivered]):
    """Keeps what it is given; `wait` returns when there is enough."""

    def __init__(self, wanted: int) -> None:
        self.kept: list[Delivered] = []
        self._wanted = wanted
        self._enough = threading.Event()

    def __call__(self, delivered: Delivered) -> None:
        self.kept.append(delivered)
        if len(self.kept) >= self._wanted:
            self._enough.set()

    def wait(self) -> list[Delivered]:
        assert self._enough.wait(PATIENCE), f"only {len(self.kept)} came"
        return self.kept[: self._wanted]


def labkit_threads() -> list[str]:
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("labkit-camera", "labkit-micro", "labkit-speaker"))
    ]
