"""The table: who is where, and for how long that stays true.

A row is a *lease*. It is held by the connection that registered it; when that drops
without a word the row is lost, but stays for the grace: the user's program may have
crashed and be starting again.

    held ---drop---> lost
     |                |
     | leave          | give way, expire
     | close          | close
     +----------------+--------> gone

Requirements A1, A4, B1, B8, B9. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import Enum

from labkit.errors import LocalError
from labkit.registry.messages import User


class LeaseState(Enum):
    """Where a row stands."""

    HELD = "held"
    LOST = "lost"
    GONE = "gone"


TRANSITIONS: dict[LeaseState, dict[str, LeaseState]] = {
    LeaseState.HELD: {
        "drop": LeaseState.LOST,
        "leave": LeaseState.GONE,
        "close": LeaseState.GONE,
    },
    LeaseState.LOST: {
        "give way": LeaseState.GONE,
        "expire": LeaseState.GONE,
        "close": LeaseState.GONE,
    },
    LeaseState.GONE: {},
}
"""What may happen to a row in each state, and where it takes it."""


@dataclass(slots=True)
class Lease:
    """One row and the connection that keeps it alive."""

    user: User
    connection: Hashable
    """The connection that registered it."""
    origin: str
    """The host at the connection's other end: only it can come back for the row."""
    answer: bytes
    """The reply to a query for this user, written once: it is asked for often."""
    state: LeaseState = LeaseState.HELD

    def gives_way_to(self, host: str) -> bool:
        """Whether a new registration from `host` may have this row's name or place."""
        return self.state is LeaseState.LOST and host == self.origin


class Table:
    """All rows, found by name and by place in constant time."""

    def __init__(self, exclusive_ip: bool = False) -> None:
        self.exclusive_ip = exclusive_ip
        self._by_name: dict[str, Lease] = {}
        self._by_place: dict[Hashable, Lease] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Lease]:
        # list() of a dict's values is one step for the interpreter: another thread
        # may look at the table while the loop's thread changes it.
        return iter(list(self._by_name.values()))

    def named(self, name: str) -> Lease | None:
        """The row with this name."""
        return self._by_name.get(name)

    def at(self, host: str, port: int) -> Lease | None:
        """The row that is in the way of registering this address."""
        return self._by_place.get(self._place(host, port))

    def add(self, lease: Lease) -> None:
        """Enter a row; its name and its place are free, or this is a LocalError."""
        user = lease.user
        if self.named(user.name) or self.at(user.host, user.port):
            raise LocalError(f"{user} or its address is in the table already")
        self._by_name[user.name] = lease
        self._by_place[self._place(user.host, user.port)] = lease

    def happen(self, lease: Lease, event: str) -> None:
        """Let something happen to a row, as TRANSITIONS allows; gone rows go."""
        after = TRANSITIONS[lease.state].get(event)
        if after is None:
            raise LocalError(f"{event!r} cannot happen to a {lease.state.value} row")
        lease.state = after
        if after is LeaseState.GONE:
            del self._by_name[lease.user.name]
            del self._by_place[self._place(lease.user.host, lease.user.port)]

    def _place(self, host: str, port: int) -> Hashable:
        return host if self.exclusive_ip else (host, port)
