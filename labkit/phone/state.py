"""What a phone looks like at one moment: the snapshot that panels and consoles show.

Notebook: 04-videocall.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.effects import Address
from labkit.signalling.machine.states import CallState


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """One call at one moment."""

    peer: str
    """The other party's name."""
    peer_address: Address
    outgoing: bool
    state: CallState
    why: str
    """Why the call is in this state, in words; empty where the state says it all."""
    seconds: float
    """How long the two have been connected; 0.0 before the call was accepted."""
    held_by_me: bool = False
    held_by_peer: bool = False

    def __str__(self) -> str:
        way = "to" if self.outgoing else "from"
        why = f" ({self.why})" if self.why else ""
        return f"call {way} {self.peer}: {self.state.words}{why}"


@dataclass(frozen=True, slots=True)
class PhoneState:
    """One phone at one moment."""

    name: str
    address: Address
    """Where this phone takes calls (SIP)."""
    registry: Address | None
    """The registry it was given, if any."""
    registered: bool
    call: CallSnapshot | None
    """The present call, or the last one once it is over; None before the first."""
    notice: str
    """The last thing worth telling the user, in words."""
    closed: bool = False
    """Whether the phone is closed for good."""

    @property
    def busy(self) -> bool:
        """Whether there is a call that is not over."""
        return self.call is not None and not self.call.state.is_over
