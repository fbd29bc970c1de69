"""What a phone looks like at one moment: the snapshot that panels and consoles show.

Notebook: 04-videocall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from labkit.effects import Address
from labkit.phone.chat_log import ChatLine
from labkit.signalling.machine.states import CallState

RecordingState: TypeAlias = Literal["", "asked", "asking", "on", "peer", "refused"]


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
    peer_video_paused: bool = False
    """Whether the peer sends no pictures just now: paused, or without a camera."""
    silent: float = 0.0
    """Seconds for which nothing has come from the peer; 0.0 while that is no worry."""
    chat: tuple[ChatLine, ...] = ()
    """What was written during the call, oldest first; at most 200 lines."""
    recording: RecordingState = ""
    """What matters most of recording: "asking" the peer asks whether they may, "peer"
    they do, "on" we do, "asked" they have not answered us yet, "refused" they said no.
    """
    records: bool = False
    """Whether we record; both may."""
    recorded: bool = False
    """Whether the peer records: to be seen as long as it lasts."""
    encrypted: bool = False
    """Whether sound and pictures are encrypted, all of them (SRTP, RFC 3711)."""

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
    video_paused: bool = False
    """Whether we keep our pictures back."""
    muted: bool = False
    """Whether silence is sent in place of our sound."""
    suggestion: str = ""
    """A free name, after the registry said that ours is taken; see Phone.rename."""

    @property
    def busy(self) -> bool:
        """Whether there is a call that is not over."""
        return self.call is not None and not self.call.state.is_over
