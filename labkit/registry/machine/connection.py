"""What the registry remembers of one client, and the timers it may ask for.

Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from labkit.effects import Address
from labkit.registry.wire import LineReader, Reader


class GraceTimer(NamedTuple):
    """Runs while the row of this name is lost."""

    name: str


class HalfLineTimer(NamedTuple):
    """Runs while this connection has begun a line and not ended it."""

    connection: Hashable


class Connection:
    """One client; small, for there may be thousands."""

    __slots__ = (
        "closing", "key", "lines", "names", "peer", "requests", "second", "waiting",
    )  # fmt: skip

    def __init__(
        self, key: Hashable, peer: Address, now: float, lines: Reader | None = None
    ) -> None:
        self.key = key
        self.peer = peer
        self.lines = LineReader() if lines is None else lines
        self.names: tuple[str, ...] = ()
        self.second = now
        """When the second began in which `requests` are counted."""
        self.requests = 0
        self.waiting = False
        """Whether a timer waits for the end of a half line."""
        self.closing = False
