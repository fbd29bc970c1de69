"""What a machine wants done: the vocabulary between the planes and the sockets.

The machines of registry, signalling and media never touch a socket, a thread or a
clock. They take an input and the time, and return a list of the effects below;
`labkit.net` carries them out. The same machines therefore run over real sockets and, in
tests, over a fake link on a clock that the test drives.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Address(NamedTuple):
    """An IP host and a port, printed as people write them: `127.0.0.1:5060`,
    `[::1]:5060`."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes: to an address (UDP), or on the connection with this key."""

    data: bytes
    to: Hashable


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the user of the machine that something happened."""

    event: object


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Call `timeout(key, now)` at time `at` (seconds, the machine's clock).

    Starting a timer whose key is already running moves it.
    """

    key: Hashable
    at: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget the timer with this key; unknown keys are no error."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this key, after what was sent on it before has left."""

    connection: Hashable


Effect: TypeAlias = Send | Notify | StartTimer | StopTimer | Close


class Heard(NamedTuple):
    """An effect of registries and of calls in dialects: note in the trace that this
    piece of what arrived is one message (B10, B19)."""

    way: Hashable
    """The address it came from, or the connection."""
    data: bytes
    note: str = ""
    """Empty, or what is wrong with it: `malformed: …`."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event: something arrived that is no message, or an impossible one; it was
    dropped or refused."""

    text: str
    source: Address
