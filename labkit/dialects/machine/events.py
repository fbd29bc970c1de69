"""What the calls of a dialect tell their user, and how one looks from outside.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from labkit.effects import Address, Effect
from labkit.signalling.machine.states import CallState


@dataclass(frozen=True, slots=True)
class CallView:
    """One call at one moment."""

    call_id: str
    peer: str
    """The other party's name."""
    address: Address
    """Where they take calls, or where their invitation came from."""
    outgoing: bool
    state: CallState
    why: str
    """How the call came into this state, in words; empty where that goes without
    saying."""
    media: Address | None
    """Where they want sound and pictures; None before it is agreed."""
    held_by_me: bool
    held_by_peer: bool
    since: float
    """When the present state began, on the machine's clock."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody calls (B14): answer or refuse."""

    call: CallView


@dataclass(frozen=True, slots=True)
class WhereIs:
    """The registry is to be asked: their answer may have to go there (`found`)."""

    call_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call went from one state to another, or is held by somebody else now."""

    before: CallView
    after: CallView


@dataclass(frozen=True, slots=True)
class BusyRefused:
    """A caller was told that we are busy, without disturbing the call (B16)."""

    name: str
    source: Address


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something arrived that is no message, or not from anybody in this call."""

    text: str
    source: Address


class Heard(NamedTuple):
    """The calls' own effect: note in the trace that this has come in (B19)."""

    way: Hashable
    """The address it came from, or the connection."""
    data: bytes
    note: str = ""
    """Empty, or what is wrong with it: `malformed: …`."""


CallEffect: TypeAlias = Effect | Heard
