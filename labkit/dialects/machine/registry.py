"""The kit's registry, speaking a dialect: same table, same rules, same limits.

    machine = DialectRegistry(load("uam").registry)
    machine.connected("nc", Address("127.0.0.1", 40000), now=0.0)
    machine.received("nc", b"QUERY bob", now=1.0)
    # [Heard("nc", b"QUERY bob"), Send(b"NOK USER_UNKNOWN", "nc")]

Two things may be otherwise. Where nothing is framed, half a message waits only for a
moment and is then taken as it is. And in a *lasting* registry nobody unregisters: a row
outlives its connection, and whoever knows its password renews it (C1).

Requirements A1-A9, B4-B9, C1-C3. Notebook: 08-voice-room.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from labkit.dialects.dialect import RegistryTalk
from labkit.dialects.machine.registry_wire import (
    WRONG_PASSWORD,
    Member,
    Registration,
    RegistryWire,
)
from labkit.dialects.wire.framing import Cutter
from labkit.dialects.wire.segments import Segments
from labkit.effects import Notify
from labkit.registry.machine.clerk import Clerk
from labkit.registry.machine.connection import Connection, HalfLineTimer
from labkit.registry.machine.events import (
    RegistrationRefused,
    RegistryEffect,
    UserLeft,
    UserRegistered,
)
from labkit.registry.machine.policies import Limits, Policy
from labkit.registry.machine.registry import RegistryMachine
from labkit.registry.machine.table import Lease
from labkit.registry.messages import Refused, Register, User

MOST_ROWS_A_HOST = 256
"""Lasting rows that one host may have: nobody else ever takes them away."""


class DialectRegistry(RegistryMachine):
    """A registry that reads and writes as the dialect says."""

    def __init__(
        self,
        talk: RegistryTalk,
        policy: Policy | None = None,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        self._guesses = isinstance(talk.requests.framing, Segments)
        if self._guesses:
            limits = replace(limits, half_line_seconds=talk.patience)
        self._words = RegistryWire(talk)
        self._new_kind = LastingClerk if talk.lasting else DialectClerk
        super().__init__(policy, limits, self._words)

    def _new_clerk(self) -> Clerk:
        return self._new_kind(self.policy, self.limits, self._words)

    def received(
        self, connection: Hashable, data: bytes, now: float
    ) -> list[RegistryEffect]:
        """Bytes have come in; a stream that cannot be followed any more is closed."""
        effects = super().received(connection, data, now)
        client = self._connections.get(connection)
        lines = client.lines if client is not None else None
        if client and isinstance(lines, Cutter) and lines.lost and not client.closing:
            effects += self._close(client)
        return effects

    def timeout(self, key: Hashable, now: float) -> list[RegistryEffect]:
        """A timer has run out: half a message is taken as it is."""
        client = None
        if self._guesses and isinstance(key, HalfLineTimer):
            client = self._connections.get(key.connection)
        if client is None or client.closing:
            return super().timeout(key, now)
        client.waiting = False
        effects: list[RegistryEffect] = []
        assert isinstance(client.lines, Cutter)
        for piece in client.lines.rest():
            if not self._line(client, piece, now, effects):
                break
        return effects


class DialectClerk(Clerk):
    """A clerk who registers only what the dialect can say again."""

    def __init__(self, policy: Policy, limits: Limits, words: RegistryWire) -> None:
        super().__init__(policy, limits, words)
        self._words = words

    def _user(self, request: Register, now: float) -> User:
        protocols = getattr(request, "protocols", "")
        return Member(request.name, request.host, request.port, now, protocols)

    def _register(
        self,
        client: Connection,
        request: Register,
        now: float,
        effects: list[RegistryEffect],
    ) -> bytes:
        if self._words.can_say(self._user(request, now)):
            return super()._register(client, request, now, effects)
        refusal = Refused(400, f"name not possible here: {request.name}")
        effects.append(Notify(RegistrationRefused(request.name, client.peer, refusal)))
        return self._words.write_reply(refusal)


class LastingClerk(DialectClerk):
    """Nobody unregisters here; the first password of a name is the key to its row."""

    def __init__(self, policy: Policy, limits: Limits, words: RegistryWire) -> None:
        super().__init__(policy, limits, words)
        self._passwords: dict[str, bytes] = {}
        self._rows_of: Counter[str] = Counter()

    def _register(
        self,
        client: Connection,
        request: Register,
        now: float,
        effects: list[RegistryEffect],
    ) -> bytes:
        origin, name = client.peer.host, request.name
        key, former = _key(request), self.table.named(name)
        refusal = None
        if former is not None and self._passwords[name] != key:
            refusal = Refused(WRONG_PASSWORD, f"wrong password for: {name}")
        elif former is None and self._rows_of[origin] >= MOST_ROWS_A_HOST:
            refusal = Refused(503, f"{MOST_ROWS_A_HOST} users from {origin} already")
        if refusal is not None:
            effects.append(Notify(RegistrationRefused(name, client.peer, refusal)))
            return self._words.write_reply(refusal)
        in_the_way = self._set_aside(request)
        answer = super()._register(client, request, now, effects)
        client.names = ()  # the row is the user's, not the connection's
        lease = self.table.named(name)
        if lease is None:
            self._put_back(in_the_way)
            return answer
        self._passwords[name] = key
        self._rows_of[origin] += 1
        for row in in_the_way:
            self._gone(row, effects, lease)
        return answer

    def _set_aside(self, request: Register) -> list[Lease]:
        """Take out the rows that have the name or the address."""
        rows = []
        for _ in range(2):
            row = self.table.named(request.name)
            row = row or self.table.at(request.host, request.port)
            same = row and request.name == row.user.name
            if row and (same or row.user.port == request.port):
                self.table.happen(row, "leave")
                rows.append(row)
        return rows

    def _put_back(self, rows: list[Lease]) -> None:
        for row in rows:
            self.table.add(Lease(row.user, row.connection, row.origin, row.answer))

    def _gone(self, row: Lease, effects: list[RegistryEffect], by: Lease) -> None:
        """A row has gone for good: renewed, or somebody else is at its address now."""
        self._rows_of[row.origin] -= 1
        self._rows_of += Counter()  # those with no row left go
        if row.user.name != by.user.name:
            del self._passwords[row.user.name]
            why = f"{by.user.name} is at its address now"
            effects.append(Notify(UserLeft(row.user, why)))
            return
        for number, effect in enumerate(effects):
            if isinstance(effect, Notify) and isinstance(effect.event, UserRegistered):
                effects[number] = Notify(UserRegistered(by.user, returned=True))


def _key(request: Register) -> bytes:
    password = request.password if isinstance(request, Registration) else ""
    return hashlib.sha256(f"{request.name}\0{password}".encode()).digest()
