"""What the registry tells the people who watch it; each event reads as a sentence.

Requirements A4–A6, B5, B6. Notebook: 01-registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from labkit.effects import Address, Effect, Heard
from labkit.registry.messages import Refused, User


@dataclass(frozen=True, slots=True)
class UserRegistered:
    """A new row in the table (A5)."""

    user: User
    returned: bool = False
    """Whether the name was being kept for this very computer, after its connection
    had dropped."""

    def __str__(self) -> str:
        return f"{self.user} {'is back' if self.returned else 'registered'}"


@dataclass(frozen=True, slots=True)
class UserLost:
    """The user's connection dropped without a word; the row stays for the grace."""

    user: User
    until: float
    """When the row goes unless the user comes back, in seconds since the epoch."""

    def __str__(self) -> str:
        return f"{self.user} dropped without a word; the name is kept for a moment"


@dataclass(frozen=True, slots=True)
class UserLeft:
    """The row is gone (B8)."""

    user: User
    why: str

    def __str__(self) -> str:
        return f"{self.user} left: {self.why}"


@dataclass(frozen=True, slots=True)
class RegistrationRefused:
    """Somebody wanted a row and did not get it (A6, B6)."""

    name: str
    peer: Address
    """Where the request came from."""
    refusal: Refused

    def __str__(self) -> str:
        return f"{self.name}, asked for by {self.peer}, refused: {self.refusal.text}"


@dataclass(frozen=True, slots=True)
class ConnectionRefused:
    """A connection was closed by the registry, for the limits' sake."""

    peer: Address
    refusal: Refused

    def __str__(self) -> str:
        return f"the connection from {self.peer} was closed: {self.refusal.text}"


RegistryEvent: TypeAlias = (
    UserRegistered | UserLost | UserLeft | RegistrationRefused | ConnectionRefused
)


RegistryEffect: TypeAlias = Effect | Heard
