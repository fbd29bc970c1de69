"""What a refusal means for a call, and in words (RFC 3261 section 21).

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.signalling.machine.states import CallEvent
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.text import shown

_VERDICTS = {
    404: (CallEvent.FAIL, "{peer} is not known there"),
    408: (CallEvent.EXPIRE, "{peer} did not answer in time"),
    410: (CallEvent.FAIL, "{peer} is not there any more"),
    415: (CallEvent.FAIL, "{peer}'s phone does not understand session descriptions"),
    480: (CallEvent.EXPIRE, "{peer} did not answer"),
    482: (CallEvent.FAIL, "the call went round in a circle"),
    486: (CallEvent.REFUSE, "{peer} is busy"),
    487: (CallEvent.CANCEL, "the call was cancelled"),
    488: (CallEvent.FAIL, "{peer}'s phone shares no media format with this one"),
    600: (CallEvent.REFUSE, "{peer} is busy"),
    603: (CallEvent.REFUSE, "{peer} declined"),
    604: (CallEvent.FAIL, "{peer} does not exist"),
    606: (CallEvent.FAIL, "{peer}'s phone shares no media format with this one"),
}

NO_ANSWER_CAUSE = 'SIP;cause=480;text="No answer"'
"""The Reason header (RFC 3326) of a CANCEL that follows an unanswered call."""


def verdict(answer: Response, peer: str) -> tuple[CallEvent, str]:
    """The step that a call takes on a refusal from outside, and why, in words."""
    event, words = _VERDICTS.get(answer.status, (CallEvent.FAIL, ""))
    if not words:
        said = shown(f"{answer.status} {answer.reason}")
        return event, f"{peer}'s phone answered {said}"
    return event, words.format(peer=peer)


def own_verdict(answer: Response, where: str) -> tuple[CallEvent, str]:
    """The same for the answers that timers and broken transports amount to."""
    if answer.status == 408:
        why = f"nothing came back from {where}: is a phone running there?"
    else:
        why = f"{where} cannot be reached"
    return CallEvent.FAIL, why


def says_unanswered(reason: str) -> bool:
    """Whether the Reason header of a CANCEL says that nobody answered in time."""
    parts = {part.strip().lower() for part in reason.split(";")}
    return "sip" in parts and bool(parts & {"cause=480", "cause=408"})
