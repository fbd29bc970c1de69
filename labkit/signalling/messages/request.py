"""A request: somebody asks for something (RFC 3261 section 7.1).

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.message import Message
from labkit.signalling.messages.uri import Uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Message):
    """`INVITE sip:bob@127.0.0.3 SIP/2.0` and what follows."""

    method: str
    uri: Uri
    """Whom it is for, at this hop."""
    max_forwards: int | None = 70
    """How many hops are left; None when a lax phone left it out."""
    route: tuple[NameAddress, ...] = ()
    """Proxies still to visit."""

    def __str__(self) -> str:
        return f"{self.method} {self.uri}"
