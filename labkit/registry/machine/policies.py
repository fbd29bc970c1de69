"""Who may have which row: the rules, in the order in which they are asked.

Requirements A1, A6, B6, B21. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from labkit.registry.machine.table import LeaseState, Table
from labkit.registry.messages import Refused, Register


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person who starts the registry decides."""

    exclusive_ip: bool = False
    """One user per IP address, as A1 says to the letter; else per (host, port)."""
    check_address: bool = True
    """Believe only the address that the connection itself comes from."""
    grace: float = 5.0
    """Seconds for which a row stays after its connection dropped without a word."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much anybody may have, so that nobody can take everything."""

    connections: int = 10_000
    connections_per_host: int = 1_000
    users: int = 10_000
    names_per_connection: int = 8
    requests_per_second: int = 5_000
    """Of one connection; what exceeds it is refused, the connection stays."""
    half_line_seconds: float = 10.0
    """How long a line may take from its first byte to its end."""


@dataclass(frozen=True, slots=True)
class Application:
    """One wish to be registered, and all that the rules look at."""

    request: Register
    connection: Hashable
    origin: str
    """The host at the connection's other end."""
    names_held: int
    """How many names this connection has already."""
    table: Table
    policy: Policy
    limits: Limits


Rule: TypeAlias = Callable[[Application], Refused | None]


def address_is_yours(wish: Application) -> Refused | None:
    """The host is the connection's own, or both are this very computer's loopback."""
    host, origin = wish.request.host, wish.origin
    if not wish.policy.check_address or host == origin:
        return None
    if _is_loopback(host) and _is_loopback(origin):
        return None
    return Refused(
        403, f"address not yours: {host}; this connection comes from {origin}"
    )


@lru_cache(maxsize=1024)
def _is_loopback(host: str) -> bool:
    return ip_address(host).is_loopback


def name_is_free(wish: Application) -> Refused | None:
    """Nobody has the name, or it is being kept for this very computer."""
    name = wish.request.name
    lease = wish.table.named(name)
    if lease is None or lease.gives_way_to(wish.origin):
        return None
    if lease.connection == wish.connection:
        return Refused(409, f"name taken: {name} (by yourself: UNREGISTER it first)")
    if lease.state is LeaseState.LOST:
        kept = f"(its user dropped out; kept for {wish.policy.grace:g} s)"
        return Refused(409, f"name taken: {name} {kept}")
    return Refused(409, f"name taken: {name}")


def address_is_free(wish: Application) -> Refused | None:
    """Nobody takes calls there; with exclusive IP, at no port of that host."""
    host, port = wish.request.host, wish.request.port
    lease = wish.table.at(host, port)
    if lease is None or lease.gives_way_to(wish.origin):
        return None
    why = " (one user per IP address here)" if wish.policy.exclusive_ip else ""
    return Refused(409, f"address taken: {host} {port}{why}")


def you_have_few_names(wish: Application) -> Refused | None:
    """One connection cannot fill the table."""
    most = wish.limits.names_per_connection
    if wish.names_held < most:
        return None
    return Refused(503, f"a connection has at most {most} names")


def table_has_room(wish: Application) -> Refused | None:
    """All connections together cannot fill the memory."""
    most = wish.limits.users
    return None if len(wish.table) < most else Refused(503, f"full: {most} users")


RULES: tuple[Rule, ...] = (
    address_is_yours,
    name_is_free,
    address_is_free,
    you_have_few_names,
    table_has_room,
)


def first_objection(wish: Application) -> Refused | None:
    """Ask the rules in order; None when all agree."""
    return next(
        (refusal for rule in RULES if (refusal := rule(wish)) is not None), None
    )
