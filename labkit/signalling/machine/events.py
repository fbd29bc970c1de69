"""What a user agent tells its user, and how a call looks from outside.

The events arrive in `Notify` effects. A `CallView` is a frozen snapshot: it does not
change under the reader's eyes.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.effects import Address
from labkit.signalling.machine.consent import Ours, Theirs
from labkit.signalling.machine.states import CallStanding, CallState
from labkit.signalling.messages.plan import AgreedStream, Kind
from labkit.signalling.messages.uri import Uri


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody at the other end of a call."""

    name: str
    """What to show: the display name, or the name in the URI."""
    uri: Uri
    address: Address
    """Where their signalling comes from or goes to."""

    def __str__(self) -> str:
        return f"{self.name} at {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView(CallStanding):
    """One call at one moment."""

    peer: Party
    status: int
    """The status code that decided its state (486, 603 …), or 0."""
    streams: tuple[AgreedStream, ...]
    """What was agreed; empty before and after the call."""
    recording: Ours
    """Whether we record the call: "asked", "on", "refused" or empty (RFC 7866)."""
    recorded: Theirs
    """Whether the peer does: "asking", "on" or empty."""
    peer_video_paused: bool = False
    """Whether they send no pictures just now: paused, or no camera."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody calls (A10, B14): answer it or refuse it."""

    call_id: str
    peer: Party
    kinds: tuple[Kind, ...]
    """What they offer; empty when they leave the offer to us."""


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call went from one state to another (or stays HELD for another reason)."""

    call_id: str
    before: CallState
    after: CallState
    why: str
    status: int = 0
    """The status code that decided it, or 0."""


@dataclass(frozen=True, slots=True)
class MediaAgreed:
    """Both sides agreed on media: at the acceptance, and after each re-INVITE (A11)."""

    call_id: str
    streams: tuple[AgreedStream, ...]


@dataclass(frozen=True, slots=True)
class ChangeRefused:
    """The peer refused our hold, resume or change; the call goes on as it was."""

    call_id: str
    status: int
    why: str


@dataclass(frozen=True, slots=True)
class BusyRefused:
    """A caller was told that we are busy, without disturbing the call (B16)."""

    peer: Party


@dataclass(frozen=True, slots=True)
class TextReceived:
    """The peer says something in writing (RFC 3428)."""

    call_id: str
    text: str
    """Without control characters; never empty."""


@dataclass(frozen=True, slots=True)
class TextDelivered:
    """The peer's phone has one of our texts."""

    call_id: str
    number: int
    """Counts our texts in this call, from 1 on."""


@dataclass(frozen=True, slots=True)
class TextFailed:
    """One of our texts did not arrive."""

    call_id: str
    number: int
    status: int
    """What was answered; 408 when nothing came back, 0 when the call ended."""
    why: str


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """Who records the call, or asks to, is not as it was (RFC 7866)."""

    call_id: str
    was_recording: Ours
    recording: Ours
    """We, before and now: as in `CallView`."""
    was_recorded: Theirs
    recorded: Theirs
    """The peer."""
