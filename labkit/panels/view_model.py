"""What a phone's panel shows: a pure function of the phone's state and the panel's own.

No browser, no thread, no clock: (state, desk, measures) in, plain data out. The page
draws exactly this.

Requirements D2, A14. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.panels.call_view import chat, consent, marks
from labkit.panels.measures import NOTHING, Measures
from labkit.panels.words import BUTTONS, PAGE, WORDS, say
from labkit.phone import PhoneState
from labkit.phone.state import CallSnapshot
from labkit.signalling.machine.states import CallState


@dataclass(frozen=True, slots=True)
class ListedUser:
    """One user on the panel's list."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What the panel itself remembers, beside the phone's state."""

    typed: str = ""
    """What stands in the field for a name."""
    typed_by_us: int = 0
    """Rises when Python, not the page, filled the field."""
    search: str = ""
    """What the list is searched for: what was typed, not what was chosen from it."""
    users: tuple[ListedUser, ...] | None = None
    """The list as last asked for; None before."""
    working: str = ""
    """The command being done."""
    said: str = ""
    """The last notice, the phone's or the panel's."""
    error: str = ""
    """Why the last command failed, in words."""
    can_record: bool = False
    """Whether there is a folder for recordings."""
    studio: Mapping[str, Any] = field(default_factory=dict)
    """Sources and quality, as plain data: `studio_view`."""


def buttons(state: PhoneState, desk: Desk) -> dict[str, bool]:
    """Which commands make sense now."""
    call, typed = state.call, desk.typed.strip()
    asks = state.registry is not None
    incoming = call is not None and call.state is CallState.INCOMING
    up = call is not None and call.state.is_up
    held_by_me = up and call is not None and call.held_by_me
    reachable = typed.startswith("sip:") or (asks and typed != state.name)
    sensible = {
        "register": asks and not state.registered,
        "take_name": bool(state.suggestion) and not state.registered and not state.busy,
        "unregister": state.registered,
        "query": asks and bool(typed),
        "list": asks,
        "call": bool(typed) and reachable and not state.busy,
        "answer": incoming,
        "refuse": incoming,
        "hang_up": state.busy and not incoming,
        "hold": up and not held_by_me,
        "resume": held_by_me,
        **_media_buttons(state, up, desk),
    }
    return {name: sensible[name] and not state.closed for name in BUTTONS}


def _media_buttons(state: PhoneState, up: bool, desk: Desk) -> dict[str, bool]:
    """Those of a call that is up: what is sent, and what is kept of it."""
    call = state.call if up else None
    recording = "" if call is None else call.recording
    records = recording == "asked" or (call is not None and call.records)
    recorded = call is not None and call.recorded
    return {
        "mute": up and not state.muted,
        "unmute": up and state.muted,
        "pause_video": up and not state.video_paused,
        "resume_video": up and state.video_paused,
        "record": up and desk.can_record and not records and recording != "asking",
        "stop_recording": up and records,
        "allow_recording": recording == "asking",
        "refuse_recording": recording == "asking" or recorded,
    }


_HEADLINES: Mapping[CallState, tuple[str, str]] = {
    CallState.CALLING: ("calling", "wait"),
    CallState.RINGING: ("ringing", "wait"),
    CallState.INCOMING: ("incoming", "ring"),
    CallState.ACCEPTED: ("in_call", "call"),
    CallState.HELD: ("held", "hold"),
    CallState.REFUSED: ("refused", "over"),
    CallState.CANCELLED: ("cancelled", "over"),
    CallState.UNANSWERED: ("unanswered", "over"),
    CallState.FAILED: ("failed", "bad"),
    CallState.ENDED: ("ended", "over"),
}


def headline(state: PhoneState) -> tuple[str, str]:
    """How the phone stands, in words, and the tone they are said in."""
    call = state.call
    if call is None:
        return (
            (WORDS["ready"], "ready") if state.registered else (WORDS["idle"], "idle")
        )
    word, tone = _HEADLINES[call.state]
    if call.held_by_me:
        word = "held_by_me"
    elif call.held_by_peer:
        word = "held_by_peer"
    elif call.state is CallState.REFUSED and not call.outgoing:
        word = "refused_here"
    return WORDS[word].format(peer=call.peer), tone


def timer(seconds: float) -> str:
    """`1:05`, `1:00:00`."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def phone_view(
    state: PhoneState, desk: Desk, measures: Measures = NOTHING
) -> dict[str, Any]:
    """The whole panel as plain data."""
    call = state.call
    words, tone = headline(state)
    up = call is not None and call.state.is_up
    view = {
        "name": state.name,
        "address": str(state.address),
        "registry": str(state.registry or WORDS["no_registry"]),
        "registered": state.registered,
        "suggestion": state.suggestion,
        "headline": words,
        "tone": tone,
        "why": "" if call is None else _why(call),
        "timer": timer(call.seconds) if call is not None and call.seconds else "",
        "buttons": buttons(state, desk),
        "typed": desk.typed,
        "typed_by_us": desk.typed_by_us,
        "users": _users(state, desk),
        "listed": len(desk.users or ()),
        "working": _working(desk),
        "said": say(desk.said),
        "error": say(desk.error),
        "peer": call.peer if call is not None else "",
        "pictures": up,
        "busy": state.busy,
        "marks": marks(state),
        "consent": consent(call),
        "chat": chat(call),
        "no_folder": "" if desk.can_record else WORDS["no_folder"],
        "measures": measures.as_dict() if up else None,
        "details": [list(pair) for pair in measures.details] if up else [],
        "studio": dict(desk.studio),
    }
    return {**view, "closed": WORDS["phone_closed"]} if state.closed else view


def _why(call: CallSnapshot) -> str:
    """The reason, where the headline does not say it already."""
    if call.silent and call.state.is_up:
        return WORDS["silent_peer"].format(peer=call.peer, seconds=int(call.silent))
    return say(call.why) if call.state.is_over else ""


def _working(desk: Desk) -> str:
    if not desk.working:
        return ""
    return WORDS["working"].format(button=PAGE[desk.working])


def _users(state: PhoneState, desk: Desk) -> list[dict[str, Any]] | None:
    """The list as far as it is searched for; None before it was asked for."""
    if desk.users is None:
        return None
    sought = desk.search.strip().casefold()
    return [_entry(u, state) for u in desk.users if sought in u.name.casefold()]


def _entry(user: ListedUser, state: PhoneState) -> dict[str, Any]:
    return {
        "name": user.name,
        "address": user.address,
        "own": user.name == state.name,
        "call": user.name != state.name and not state.busy and not state.closed,
    }
