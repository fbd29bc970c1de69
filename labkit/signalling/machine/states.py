"""The states of a call, and what leads from one to the next, as data.

One table; whatever is not in it is an error. The state diagram of the notebook is drawn
from it (`diagram.py`), so it cannot drift from what the machine does.

Requirements A10, A13, B16-B18 in substance. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from labkit.errors import LocalError


class CallState(Enum):
    """Where a call stands; the value is what people read."""

    CALLING = "calling"
    RINGING = "ringing there"
    INCOMING = "ringing here"
    ACCEPTED = "in a call"
    HELD = "on hold"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    ENDED = "ended"

    @property
    def words(self) -> str:
        """The state in words."""
        return self.value

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen to the call."""
        return not TRANSITIONS[self]

    @property
    def is_up(self) -> bool:
        """Whether both sides agreed to talk: accepted, perhaps held, not ended."""
        return self in (CallState.ACCEPTED, CallState.HELD)


class CallEvent(Enum):
    """What can happen to a call; the value says when it does."""

    RING = "180 Ringing arrives"
    ACCEPT = "200 OK is sent or arrives"
    REFUSE = "486 Busy or 603 Decline is sent or arrives"
    CANCEL = "CANCEL is sent or arrives"
    EXPIRE = "nobody answered in time"
    FAIL = "an error is sent or arrives, or nothing at all"
    HOLD = "a re-INVITE stops one side from receiving"
    RESUME = "a re-INVITE lets both sides receive again"
    CHANGE = "a re-INVITE changes ports or formats"
    HANG_UP = "BYE is sent or arrives"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStanding:
    """How a call stands at one moment, in SIP and in dialects alike."""

    call_id: str
    outgoing: bool
    """Whether we rang them."""
    state: CallState
    why: str
    """How the call came into this state, in words; empty where that goes without
    saying."""
    held_by_me: bool
    held_by_peer: bool
    since: float
    """When the present state began, on the machine's clock."""


_WAITING = {
    CallEvent.ACCEPT: CallState.ACCEPTED,
    CallEvent.REFUSE: CallState.REFUSED,
    CallEvent.CANCEL: CallState.CANCELLED,
    CallEvent.EXPIRE: CallState.UNANSWERED,
    CallEvent.FAIL: CallState.FAILED,
}
_OVER: dict[CallEvent, CallState] = {}

TRANSITIONS: Mapping[CallState, Mapping[CallEvent, CallState]] = {
    CallState.CALLING: {CallEvent.RING: CallState.RINGING, **_WAITING},
    CallState.RINGING: {CallEvent.RING: CallState.RINGING, **_WAITING},
    CallState.INCOMING: _WAITING,
    CallState.ACCEPTED: {
        CallEvent.HOLD: CallState.HELD,
        CallEvent.CHANGE: CallState.ACCEPTED,
        CallEvent.HANG_UP: CallState.ENDED,
        CallEvent.FAIL: CallState.FAILED,
    },
    CallState.HELD: {
        CallEvent.HOLD: CallState.HELD,
        CallEvent.RESUME: CallState.ACCEPTED,
        CallEvent.CHANGE: CallState.HELD,
        CallEvent.HANG_UP: CallState.ENDED,
        CallEvent.FAIL: CallState.FAILED,
    },
    CallState.REFUSED: _OVER,
    CallState.CANCELLED: _OVER,
    CallState.UNANSWERED: _OVER,
    CallState.FAILED: _OVER,
    CallState.ENDED: _OVER,
}


def next_state(state: CallState, event: CallEvent) -> CallState:
    """The state that follows; raises LocalError when the table has no such line."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise LocalError(
            f"a call that is {state.words} cannot take the step {event.name}; "
            f"possible now: {', '.join(e.name for e in TRANSITIONS[state]) or 'none'}"
        ) from None
