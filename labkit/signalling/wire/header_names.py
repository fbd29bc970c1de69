"""Header names: compact forms and the usual capitals (RFC 3261 section 7.3.3, 20).

Notebook: 02-signalling.
"""

from __future__ import annotations

COMPACT = {
    "c": "Content-Type",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "s": "Subject",
    "t": "To",
    "v": "Via",
}

_USUAL = (
    "Accept", "Accept-Encoding", "Accept-Language", "Allow", "Call-ID", "Contact",
    "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Type",
    "CSeq", "Date", "Expires", "From", "Max-Forwards", "Reason", "Record-Route",
    "Require", "Retry-After", "Route", "Server", "Subject", "Supported", "To",
    "Unsupported", "User-Agent", "Via", "Warning",
)  # fmt: skip

_CANONICAL = {name.lower(): name for name in _USUAL} | COMPACT


def canonical(name: str) -> str:
    """The full name in its usual capitals; an unknown name stays as it came."""
    return _CANONICAL.get(name.lower(), name)
