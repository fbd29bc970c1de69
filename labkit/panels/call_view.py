"""What a phone's panel shows of the call itself: marks on the picture, chat, consent.

Pure functions of the call's snapshot, as `view_model`, which puts them together.

Notebook: 04-videocall.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from labkit.panels.words import WORDS
from labkit.phone.state import CallSnapshot, PhoneState

LONGEST_MARK = 80


def marks(state: PhoneState) -> list[dict[str, str]]:
    """What is worth a mark on the picture, most important first: kind and text."""
    call = state.call
    if call is None or not call.state.is_up:
        return []
    recording = call.recording
    peer = call.peer[:LONGEST_MARK]
    told = (
        ("rec", WORDS["rec_mine"], call.records),
        ("rec", WORDS["rec_peer"], call.recorded),
        ("ask", WORDS["rec_asked"], recording == "asked"),
        ("ask", WORDS["rec_refused"], recording == "refused"),
        ("lock", WORDS["encrypted"], call.encrypted),
        ("note", WORDS["peer_paused"], call.peer_video_paused and not _held(call)),
        ("note", WORDS["is_muted"], state.muted),
        ("note", WORDS["is_paused"], state.video_paused),
    )
    return [
        {"kind": kind, "text": text.format(peer=peer)}
        for kind, text, is_so in told
        if is_so
    ]


def _held(call: CallSnapshot) -> bool:
    """Nobody sends anything then: the headline says it already."""
    return call.held_by_me or call.held_by_peer


def consent(call: CallSnapshot | None) -> str:
    """The question whether the peer may record; empty when it is not asked."""
    if call is None or not call.state.is_up:
        return ""
    if call.recording != "asking":
        return ""
    return WORDS["rec_asking"].format(peer=call.peer[:LONGEST_MARK])


def chat(call: CallSnapshot | None) -> dict[str, Any]:
    """The lines said so far, and whether one can say more."""
    if call is None:
        return {"open": False, "lines": []}
    lines = [
        {
            "mine": line.mine,
            "text": line.text,
            "at": line.at,
            "time": f"{datetime.fromtimestamp(line.at):%H:%M}",
            "state": line.state if line.mine else "",
        }
        for line in call.chat
    ]
    return {"open": call.state.is_up, "lines": lines}
