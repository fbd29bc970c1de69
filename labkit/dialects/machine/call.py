"""One call of a dialect, and the timers it may ask for.

The states and what leads from one to the next are those of every call of the kit
(`labkit.signalling.machine.states`). Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from labkit.dialects.machine.events import CallChanged, CallView
from labkit.effects import Address, Notify
from labkit.signalling.machine.states import CallEvent, CallState, next_state


@dataclass(frozen=True, slots=True)
class RepeatTimer:
    """Until the invitation is sent again."""

    call_id: str


@dataclass(frozen=True, slots=True)
class RingTimer:
    """Until nobody answers any more."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PartTimer:
    """Until half a message on this connection is taken as it is."""

    connection: Hashable


@dataclass(slots=True)
class Call:
    """One call; only the machine changes it."""

    call_id: str
    peer: str
    address: Address
    """Where our messages to them go; at first perhaps only where theirs came from."""
    outgoing: bool
    since: float
    state: CallState = CallState.CALLING
    why: str = ""
    media: Address | None = None
    held_by_me: bool = False
    held_by_peer: bool = False
    way: Hashable = None
    """TCP: the connection of this call while it is open."""
    can_be_dialled: bool = False
    """TCP: whether `address` is where they take calls."""
    asked: bool = False
    """TCP: whether the registry has still to say where that is."""
    owed: bool = False
    """TCP: whether our answer waits for it."""
    peer_dials: bool = False
    """TCP: whether they open a new connection for each command."""
    invitation: bytes = b""
    """What is repeated while nobody answers; empty where nothing is."""
    answer: bytes = b""
    """What we answered: it is repeated when the invitation is."""
    said_again: float = 0.0
    """UDP: when the end was last repeated."""
    media_port: int = 0
    """Where we want sound and pictures."""

    def view(self) -> CallView:
        """How it stands, frozen."""
        return CallView(
            call_id=self.call_id,
            peer=self.peer,
            address=self.address,
            outgoing=self.outgoing,
            state=self.state,
            why=self.why,
            media=self.media,
            held_by_me=self.held_by_me,
            held_by_peer=self.held_by_peer,
            since=self.since,
        )

    def happen(self, event: CallEvent, now: float, why: str = "") -> Notify:
        """Take a step; LocalError when the table of states has no such one."""
        before, after = self.view(), next_state(self.state, event)
        if after is not self.state:
            self.since = now
        self.state, self.why = after, why
        return Notify(CallChanged(before, self.view()))

    def hold(self, mine: bool, held: bool, now: float) -> Notify | None:
        """One side holds the call or goes on; None when that is nothing new.

        Either side may, independently: the call goes on when nobody holds it (C6, C7).
        """
        if held == (self.held_by_me if mine else self.held_by_peer):
            return None
        before = self.view()
        if mine:
            self.held_by_me = held
        else:
            self.held_by_peer = held
        is_held = self.held_by_me or self.held_by_peer
        event = CallEvent.HOLD if is_held else CallEvent.RESUME
        self.state, self.why = next_state(self.state, event), ""
        self.since = now
        return Notify(CallChanged(before, self.view()))
