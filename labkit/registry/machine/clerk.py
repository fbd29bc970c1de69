"""The registry's clerk: answers one request, and keeps the table true.

The clerk knows rows and rules, nothing of lines, rates and half messages: that is the
machine's (`registry.py`). What a request changes is returned as effects.

Requirements A1-A4, A9, B4-B9. Notebook: 01-registry.
"""

from __future__ import annotations

from labkit.effects import Notify, StartTimer, StopTimer
from labkit.registry.machine.connection import Connection, GraceTimer
from labkit.registry.machine.events import (
    RegistrationRefused,
    RegistryEffect,
    UserLeft,
    UserLost,
    UserRegistered,
)
from labkit.registry.machine.policies import (
    Application,
    Limits,
    Policy,
    first_objection,
)
from labkit.registry.machine.table import Lease, LeaseState, Table
from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Request,
    Unregister,
    Unregistered,
    User,
    UserList,
)
from labkit.registry.wire import Wire

USERS_A_REQUEST = 100
"""A list costs its asker one more request for every so many users in it."""


class Clerk:
    """The table of one registry, and who may have which row."""

    def __init__(self, policy: Policy, limits: Limits, wire: Wire) -> None:
        self.table = Table(policy.exclusive_ip)
        self._policy, self._limits, self._wire = policy, limits, wire

    def answer(
        self,
        client: Connection,
        request: Request,
        now: float,
        effects: list[RegistryEffect],
    ) -> bytes:
        """The reply; what else is to be done is added to `effects`."""
        match request:
            case Query():
                return self._query(request.name)
            case Register():
                return self._register(client, request, now, effects)
            case ListUsers():
                client.requests += len(self.table) // USERS_A_REQUEST
                users = tuple(lease.user for lease in self.table)
                return self._wire.write_reply(UserList(users))
            case Unregister():
                return self._unregister(client, request.name, effects)
            case Quit():
                return self._quit(client, effects)

    def dropped(self, client: Connection, now: float) -> list[RegistryEffect]:
        """A connection is gone; names still held on it are lost, for the grace."""
        effects: list[RegistryEffect] = []
        until = now + self._policy.grace
        for lease in self._held_by(client):
            self.table.happen(lease, "drop")
            effects.append(StartTimer(GraceTimer(lease.user.name), until))
            effects.append(Notify(UserLost(lease.user, until)))
        return effects

    def expire(self, name: str) -> list[RegistryEffect]:
        """The grace of a row is over."""
        lease = self.table.named(name)
        if lease is None or lease.state is not LeaseState.LOST:
            return []
        self.table.happen(lease, "expire")
        why = f"dropped out, and not back within {self._policy.grace:g} s"
        return [Notify(UserLeft(lease.user, why))]

    def shut_down(self) -> list[RegistryEffect]:
        """The registry itself ends: all rows are forgotten."""
        effects: list[RegistryEffect] = []
        for lease in self.table:
            self.table.happen(lease, "close")
            effects.append(Notify(UserLeft(lease.user, "the registry was closed")))
        return effects

    # --- one request each

    def _query(self, name: str) -> bytes:
        lease = self.table.named(name)
        return lease.answer if lease else self._refuse(404, f"unknown user: {name}")

    def _register(
        self,
        client: Connection,
        request: Register,
        now: float,
        effects: list[RegistryEffect],
    ) -> bytes:
        origin = client.peer.host
        refusal = first_objection(
            Application(
                request, client.key, origin, len(client.names),
                self.table, self._policy, self._limits,
            )
        )  # fmt: skip
        if refusal is not None:
            event = RegistrationRefused(request.name, client.peer, refusal)
            effects.append(Notify(event))
            return self._wire.write_reply(refusal)
        returned = self._make_way(request, effects)
        user = self._user(request, now)
        answer = self._wire.write_reply(Found(user))
        self.table.add(Lease(user, client.key, origin, answer))
        client.names += (user.name,)
        effects.append(Notify(UserRegistered(user, returned)))
        return self._wire.write_reply(Registered(user))

    def _user(self, request: Register, now: float) -> User:
        return User(request.name, request.host, request.port, since=now)

    def _make_way(self, request: Register, effects: list[RegistryEffect]) -> bool:
        """Drop the lost rows that have the name or the address; was it the name?"""
        returned = False
        for lease in (
            self.table.named(request.name),
            self.table.at(request.host, request.port),
        ):
            if lease is None or self.table.named(lease.user.name) is not lease:
                continue  # nothing there, or the same row twice
            self.table.happen(lease, "give way")
            effects.append(StopTimer(GraceTimer(lease.user.name)))
            if lease.user.name == request.name:
                returned = True
            else:
                why = f"dropped out, and {request.name} is at its address now"
                effects.append(Notify(UserLeft(lease.user, why)))
        return returned

    def _unregister(
        self,
        client: Connection,
        name: str,
        effects: list[RegistryEffect],
    ) -> bytes:
        lease = self.table.named(name)
        if lease is None:
            return self._refuse(404, f"unknown user: {name}")
        if lease.connection != client.key:
            return self._refuse(
                403, f"not yours: {name} was registered by somebody else"
            )
        self.table.happen(lease, "leave")
        client.names = tuple(held for held in client.names if held != name)
        effects.append(Notify(UserLeft(lease.user, "unregistered")))
        return self._wire.write_reply(Unregistered(name))

    def _quit(self, client: Connection, effects: list[RegistryEffect]) -> bytes:
        for lease in self._held_by(client):
            self.table.happen(lease, "leave")
            effects.append(Notify(UserLeft(lease.user, "said goodbye")))
        client.names = ()
        return self._wire.write_reply(Bye())

    def _refuse(self, status: int, words: str) -> bytes:
        return self._wire.write_reply(Refused(status, words))

    def _held_by(self, client: Connection) -> list[Lease]:
        leases = (self.table.named(name) for name in client.names)
        return [lease for lease in leases if lease is not None]
