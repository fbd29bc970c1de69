"""What is said between a client and the registry: five requests, six replies.

Every message is valid by construction: a name in it is a name one may have, normalised;
a host is an IP address; a port is a port. What cannot be said raises a LocalError with
words for a student, so neither the wire nor the machine ever meets a bad value.

Requirements A1–A3, A7–A9, B1, B4–B8. Notebook: 01-registry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from itertools import count
from typing import ClassVar, TypeAlias

from labkit.effects import Address
from labkit.errors import LocalError

MOST_LETTERS = 64
MOST_TEXT = 400
"""Characters of a refusal's text, so that its line stays within 512 bytes."""


def quoted(text: str) -> str:
    """Repeat what somebody sent, safe to print and never long: `'alice'`."""
    shown = repr(text[:60])
    return shown if len(shown) <= 42 else shown[:41] + "…"


def checked_name(name: str) -> str:
    """Return the name in Unicode's normal form C, in which names are compared.

    João typed on a Mac (a + combining tilde) and on Windows (ã) are one user. Raises
    LocalError when it is empty, longer than 64 characters, or holds a space, a control
    character or anything else that does not print.
    """
    normal = name if name.isascii() else unicodedata.normalize("NFC", name)
    if not 1 <= len(normal) <= MOST_LETTERS:
        raise LocalError(
            f"a name has 1 to {MOST_LETTERS} characters, this one {len(normal)}"
        )
    if " " in normal or not normal.isprintable():
        raise LocalError(
            f"the name {quoted(name)} holds a space or a character that does not "
            "print; use letters, digits and signs"
        )
    return normal


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that nobody has, as like a taken one as can be: alice-2, alice-3, …"""
    stem = (re.sub(r"-[0-9]{1,5}$", "", name) or name)[: MOST_LETTERS - 6]
    return next(
        other for number in count(2) if (other := f"{stem}-{number}") not in taken
    )


@lru_cache(maxsize=1024)  # a user's host is read at each of its messages
def checked_host(host: str) -> str:
    """Return an IPv4 or IPv6 address in its usual spelling: `::1`, not `0:0:…:1`.

    Raises LocalError for anything else: host names, `0.0.0.0`, `fe80::1%eth0`.
    """
    try:
        address = ip_address(host)
    except ValueError:
        raise LocalError(
            f"{quoted(host)} is not an IP address such as 192.168.0.101 or ::1"
        ) from None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise LocalError(
                f"{quoted(host)} names an interface, which means nothing to others; "
                "leave out the % and what follows"
            )
        if address.ipv4_mapped:  # how an IPv4 peer looks on a socket for both
            address = address.ipv4_mapped
    if address.is_unspecified or address.is_multicast:
        raise LocalError(f"nobody can be called at {address}; give your own address")
    return str(address)


def checked_port(port: int) -> int:
    """Return the port; LocalError unless it is 1–65535."""
    if not 1 <= port <= 65_535:
        raise LocalError(f"a port is a number from 1 to 65535, not {port}")
    return port


@dataclass(frozen=True, slots=True)
class User:
    """One row of the table: who can be called where."""

    name: str
    """In Unicode's normal form C."""
    host: str
    """An IPv4 or IPv6 address."""
    port: int
    """The port on which the user takes calls."""
    since: float | None = field(default=None, compare=False)
    """When the name was registered, in seconds since the Unix epoch; None in what a
    client learns, because the protocol does not tell."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_name(self.name))
        object.__setattr__(self, "host", checked_host(self.host))
        checked_port(self.port)

    @property
    def address(self) -> Address:
        """Where the user takes calls."""
        return Address(self.host, self.port)

    def __str__(self) -> str:
        return f"{self.name} at {self.address}"


# --- requests, client to registry


@dataclass(frozen=True, slots=True)
class Register:
    """Enter me in the table; the name and the address must be free (A1, B4)."""

    name: str
    host: str
    port: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_name(self.name))
        object.__setattr__(self, "host", checked_host(self.host))
        checked_port(self.port)


@dataclass(frozen=True, slots=True)
class Query:
    """Where is this user? (A2, B7)."""

    name: str

    def __post_init__(self) -> None:
        if (name := checked_name(self.name)) is not self.name:
            object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class ListUsers:
    """Who is there? (A9)."""


@dataclass(frozen=True, slots=True)
class Unregister:
    """Take this name of mine out of the table; the connection stays."""

    name: str

    def __post_init__(self) -> None:
        if (name := checked_name(self.name)) is not self.name:
            object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class Quit:
    """I am leaving: forget my names, say goodbye, close (A3, A8, B8)."""


Request: TypeAlias = Register | Query | ListUsers | Unregister | Quit


# --- replies, registry to client


@dataclass(frozen=True, slots=True)
class Registered:
    """The user is in the table for as long as the connection lives (B5)."""

    status: ClassVar[int] = 200
    user: User


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query: name, address and port (A7)."""

    status: ClassVar[int] = 200
    user: User


@dataclass(frozen=True, slots=True)
class UserList:
    """All users, in the order in which they registered (A9)."""

    status: ClassVar[int] = 200
    users: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The name is free again."""

    status: ClassVar[int] = 200
    name: str

    def __post_init__(self) -> None:
        if (name := checked_name(self.name)) is not self.name:
            object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class Bye:
    """The closing message; only after it is the connection closed (A8)."""

    status: ClassVar[int] = 221


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not: a status as in SIP and HTTP, and words for a person."""

    status: int
    """400 malformed, 403 not your address or name, 404 unknown user, 408 too slow,
    409 name or address taken, 429 too many requests, 503 registry full."""
    text: str

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise LocalError(f"a refusal's status is 400 to 599, not {self.status}")
        if not (self.text.isprintable() and len(self.text.encode()) <= MOST_TEXT):
            raise LocalError(f"a refusal's text is one line of ≤ {MOST_TEXT} bytes")


Reply: TypeAlias = Registered | Found | UserList | Unregistered | Bye | Refused
