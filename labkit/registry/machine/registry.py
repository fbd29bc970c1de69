"""What the registry does next: bytes and the time go in, effects come out.

    machine = RegistryMachine()
    machine.connected("nc", Address("127.0.0.1", 40000), now=0.0)
    machine.received("nc", b"QUERY bob\\n", now=1.0)
    # [Heard("nc", b"QUERY bob\\n"), Send(b"404 unknown user: bob\\n", "nc")]

A connection may register several names (up to the limit); all of them live as long as
it does. Bad lines are answered and forgotten; only a half line that is never finished,
or a connection too many, is closed, after a reply that says why. What a request does to
the table is the clerk's (`clerk.py`).

Requirements A1–A9, B4–B9, B21. Notebook: 01-registry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from labkit.effects import Address, Close, Heard, Notify, Send, StartTimer, StopTimer
from labkit.errors import RemoteError
from labkit.registry.machine.clerk import Clerk
from labkit.registry.machine.connection import (
    Connection,
    GraceTimer,
    HalfLineTimer,
)
from labkit.registry.machine.events import (
    ConnectionRefused,
    RegistryEffect,
)
from labkit.registry.machine.policies import (
    Limits,
    Policy,
)
from labkit.registry.messages import (
    Quit,
    Refused,
    User,
)
from labkit.registry.wire import LINES, Wire


class RegistryMachine:
    """The whole registry but its sockets: table, policies, limits and leases.

    Connections are known by keys of the caller's choice; time is in seconds. None of
    the methods raises for anything a peer may send.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        limits: Limits | None = None,
        wire: Wire = LINES,
    ) -> None:
        """`wire` is how requests and replies are written: mostly the kit's lines."""
        self.policy = policy or Policy()
        self.limits = limits or Limits()
        self._wire = wire
        self._clerk = self._new_clerk()
        self.table = self._clerk.table
        self._connections: dict[Hashable, Connection] = {}
        self._per_host: Counter[str] = Counter()
        too_many = f"more than {self.limits.requests_per_second} requests in a second"
        self._too_many = self._refuse(429, f"{too_many}; wait a moment")

    def _new_clerk(self) -> Clerk:
        return Clerk(self.policy, self.limits, self._wire)

    @property
    def users(self) -> list[User]:
        """The live table, in the order of registration; from any thread (A4)."""
        return [lease.user for lease in self.table]

    @property
    def connections(self) -> int:
        """How many connections are open, registered or not."""
        return len(self._connections)

    # --- inputs

    def connected(
        self, connection: Hashable, peer: Address, now: float
    ) -> list[RegistryEffect]:
        """A client has connected from `peer`."""
        most, most_here = self.limits.connections, self.limits.connections_per_host
        if len(self._connections) >= most:
            refusal = Refused(503, f"full: {most} connections; try again later")
        elif self._per_host[peer.host] >= most_here:
            refusal = Refused(503, f"{most_here} connections from {peer.host} already")
        else:
            lines = self._wire.reader()
            self._connections[connection] = Connection(connection, peer, now, lines)
            self._per_host[peer.host] += 1
            return []
        return [
            Send(self._wire.write_reply(refusal), connection),
            Close(connection),
            Notify(ConnectionRefused(peer, refusal)),
        ]

    def received(
        self, connection: Hashable, data: bytes, now: float
    ) -> list[RegistryEffect]:
        """Bytes have come in: a line, many, a piece of one, or anything at all."""
        client = self._connections.get(connection)
        if client is None or client.closing:
            return []
        effects: list[RegistryEffect] = []
        lines = client.lines.feed(data)
        for line in lines:
            if not self._line(client, line, now, effects):
                return effects
        if client.waiting or client.lines.holds_half_a_line:
            self._watch_half_line(client, bool(lines), now, effects)
        return effects

    def disconnected(self, connection: Hashable, now: float) -> list[RegistryEffect]:
        """The connection is gone; names still held on it are lost, for the grace."""
        client = self._connections.pop(connection, None)
        if client is None:
            return []
        self._per_host[client.peer.host] -= 1
        if not self._per_host[client.peer.host]:
            del self._per_host[client.peer.host]
        effects: list[RegistryEffect] = []
        if client.waiting:
            effects.append(StopTimer(HalfLineTimer(connection)))
        return effects + self._clerk.dropped(client, now)

    def timeout(self, key: Hashable, now: float) -> list[RegistryEffect]:
        """A timer that was started has run out."""
        if isinstance(key, GraceTimer):
            return self._clerk.expire(key.name)
        if isinstance(key, HalfLineTimer):
            return self._give_up_on(key.connection)
        return []

    def shut_down(self) -> list[RegistryEffect]:
        """The registry itself ends: all rows and connections are forgotten."""
        self._connections.clear()
        self._per_host.clear()
        return self._clerk.shut_down()

    # --- lines

    def _line(
        self,
        client: Connection,
        line: bytes,
        now: float,
        effects: list[RegistryEffect],
    ) -> bool:
        """Answer one line; returns whether the connection goes on."""
        if now - client.second >= 1.0:
            client.second = now
            client.requests = 0
        client.requests += 1
        if client.requests > self.limits.requests_per_second:
            effects.append(Heard(client.key, line, "refused: too many"))
            effects.append(Send(self._too_many, client.key))
            return True
        try:
            request = self._wire.parse_request(line)
        except RemoteError as error:
            effects.append(Heard(client.key, line, f"malformed: {error}"))
            refusal = error.reply
            assert isinstance(refusal, Refused)
            effects.append(Send(self._wire.write_reply(refusal), client.key))
            return True
        effects.append(Heard(client.key, line))
        answer = self._clerk.answer(client, request, now, effects)
        effects.append(Send(answer, client.key))
        if isinstance(request, Quit):
            effects += self._close(client)
        return not client.closing

    def _refuse(self, status: int, words: str) -> bytes:
        return self._wire.write_reply(Refused(status, words))

    # --- connections

    def _watch_half_line(
        self,
        client: Connection,
        some_ended: bool,
        now: float,
        effects: list[RegistryEffect],
    ) -> None:
        """Let the timer run from the first byte of the line that is not finished."""
        key = HalfLineTimer(client.key)
        if client.lines.holds_half_a_line:
            if some_ended or not client.waiting:
                client.waiting = True
                at = now + self.limits.half_line_seconds
                effects.append(StartTimer(key, at))
        elif client.waiting:
            client.waiting = False
            effects.append(StopTimer(key))

    def _give_up_on(self, connection: Hashable) -> list[RegistryEffect]:
        client = self._connections.get(connection)
        if client is None or client.closing:
            return []
        client.waiting = False
        seconds = self.limits.half_line_seconds
        refusal = Refused(408, f"line not finished within {seconds:g} s; closing")
        return [
            Send(self._wire.write_reply(refusal), connection),
            *self._close(client),
            Notify(ConnectionRefused(client.peer, refusal)),
        ]

    def _close(self, client: Connection) -> list[RegistryEffect]:
        client.closing = True
        effects: list[RegistryEffect] = [Close(client.key)]
        if client.waiting:
            client.waiting = False
            effects.append(StopTimer(HalfLineTimer(client.key)))
        return effects
