"""The TCP connections of a dialect's calls: which are open, what is half said on them.

Connections that others open have the shell's keys; ours are a `Dial`, opened by the
first `Send` to it. Requirement C10. Notebook: 09-practica3.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count
from typing import NamedTuple

from labkit.dialects.machine.call import PartTimer
from labkit.dialects.wire.framing import Cutter
from labkit.dialects.wire.language import Language
from labkit.effects import Address, StartTimer, StopTimer

MOST = 32
"""Connections at once; for one more the oldest is closed."""


class Dial(NamedTuple):
    """A connection that we open, to this address."""

    number: int
    address: Address


class Connections:
    """Cuts what comes in on each connection."""

    def __init__(self, language: Language, patience: float) -> None:
        self._language, self._patience = language, patience
        self._cutters: dict[Hashable, Cutter] = {}
        self._peers: dict[Hashable, Address] = {}
        self._numbers = count(1)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._cutters

    def dial(self, address: Address) -> Dial:
        """A new connection of ours."""
        dialled = Dial(next(self._numbers), address)
        self.opened(dialled, address)
        return dialled

    def opened(self, key: Hashable, peer: Address) -> None:
        """There is a new connection."""
        self._cutters[key] = self._language.cutter()
        self._peers[key] = peer

    def too_many(self, kept: Hashable) -> Hashable:
        """The oldest connection but `kept`, when there are as many as may be."""
        if len(self._cutters) < MOST:
            return None
        return next(key for key in self._cutters if key != kept)

    def peer(self, key: Hashable) -> Address:
        """Who is at the other end."""
        return self._peers[key]

    def feed(
        self, key: Hashable, data: bytes, now: float
    ) -> tuple[list[bytes], list[StartTimer | StopTimer], bool]:
        """The pieces that are whole now, timers, and whether the stream is lost."""
        cutter = self._cutters.get(key)
        if cutter is None:
            return [], [], False
        waited = cutter.holds_a_part
        pieces = cutter.feed(data)
        timers: list[StartTimer | StopTimer] = []
        if cutter.holds_a_part:
            timers = [StartTimer(PartTimer(key), now + self._patience)]
        elif waited:
            timers = [StopTimer(PartTimer(key))]
        return pieces, timers, cutter.lost

    def rest(self, key: Hashable) -> list[bytes]:
        """Half a message that nothing follows, as it is."""
        cutter = self._cutters.get(key)
        return cutter.rest() if cutter is not None else []

    def closed(self, key: Hashable) -> list[StopTimer]:
        """The connection is gone."""
        cutter = self._cutters.pop(key, None)
        self._peers.pop(key, None)
        waits = cutter is not None and cutter.holds_a_part
        return [StopTimer(PartTimer(key))] if waits else []
