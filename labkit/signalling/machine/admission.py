"""At the door: what is done to every request before a call sees it.

RFC 3261 sections 8.2 and 18.2.1.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import replace

from labkit.signalling.machine.call import SDP_TYPE
from labkit.signalling.machine.destination import Destination
from labkit.signalling.messages.message import ALLOWED_METHODS
from labkit.signalling.messages.request import Request

Header = tuple[str, str]
ALLOW: Header = ("Allow", ", ".join(ALLOWED_METHODS))


def stamped(request: Request, seen: Destination) -> Request:
    """The request with what we saw of its sender in its Via (section 18.2.1)."""
    via = (request.via[0].seen_from(seen.address), *request.via[1:])
    return replace(request, via=via)


def refusal_of(request: Request) -> tuple[int, *tuple[Header, ...]] | None:
    """Status and headers for what we cannot take in general (section 8.2), or None."""
    if request.method not in ALLOWED_METHODS:
        return 405, ALLOW
    if request.uri.scheme not in ("sip", "sips"):
        return (416,)
    required = request.header_list("Require")
    if required and request.method != "CANCEL":
        return 420, ("Unsupported", ", ".join(required))
    if request.header("Content-Encoding"):
        return 415, ("Accept-Encoding", "identity")
    is_session = request.content_type in ("", SDP_TYPE)
    if request.method == "INVITE" and request.body and not is_session:
        return 415, ("Accept", SDP_TYPE)
    return None
