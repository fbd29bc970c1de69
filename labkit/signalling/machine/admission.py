"""At the door: what is done to every request before a call sees it.

RFC 3261 sections 8.2 and 18.2.1.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import replace

from labkit.signalling.machine.call import SDP_TYPE
from labkit.signalling.machine.destination import Destination
from labkit.signalling.messages.message import ALLOWED_METHODS
from labkit.signalling.messages.recording import RECORD_AWARE
from labkit.signalling.messages.request import Request

Header = tuple[str, str]
ALLOW: Header = ("Allow", ", ".join(ALLOWED_METHODS))
SUPPORTED: Header = ("Supported", RECORD_AWARE)
OUTSIDE = tuple(method for method in ALLOWED_METHODS if method != "MESSAGE")
"""What is allowed outside a call, where a text would have nowhere to be shown, and
whoever wants could write: "understood, but not allowed for this address", 405."""


def stamped(request: Request, seen: Destination) -> Request:
    """The request with what we saw of its sender in its Via (section 18.2.1)."""
    via = (request.via[0].seen_from(seen.address), *request.via[1:])
    return replace(request, via=via)


def refusal_of(request: Request) -> tuple[int, *tuple[Header, ...]] | None:
    """Status and headers for what we cannot take in general (section 8.2), or None."""
    is_text_outside = request.method == "MESSAGE" and not request.to.tag
    allowed = OUTSIDE if is_text_outside else ALLOWED_METHODS
    if request.method not in allowed:
        return 405, ("Allow", ", ".join(allowed))
    if request.uri.scheme not in ("sip", "sips"):
        return (416,)
    required = [
        tag for tag in request.header_list("Require") if tag.lower() != RECORD_AWARE
    ]
    if required and request.method != "CANCEL":
        return 420, ("Unsupported", ", ".join(required))
    if request.header("Content-Encoding"):
        return 415, ("Accept-Encoding", "identity")
    if request.method == "INVITE":
        return _refusal_of_invite(request)
    return None


def _refusal_of_invite(request: Request) -> tuple[int, Header] | None:
    """A caller has to send and to take session descriptions."""
    if request.body and request.content_type not in ("", SDP_TYPE):
        return 415, ("Accept", SDP_TYPE)
    if not _takes_sdp(request.header_list("Accept")):
        return 406, ("Accept", SDP_TYPE)
    return None


def _takes_sdp(accepted: list[str]) -> bool:
    """Whether who names these types reads session descriptions (section 20.1)."""
    types = {each.partition(";")[0].strip().lower() for each in accepted}
    return not types or not types.isdisjoint((SDP_TYPE, "application/*", "*/*"))
