"""What the calls of a dialect tell their user, and how one looks from outside.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from labkit.effects import Address, Effect, Heard
from labkit.signalling.machine.states import CallStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView(CallStanding):
    """One call at one moment."""

    peer: str
    """The other party's name."""
    address: Address
    """Where they take calls, or where their invitation came from."""
    media: Address | None
    """Where they want sound and pictures; None before it is agreed."""


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


CallEffect: TypeAlias = Effect | Heard
