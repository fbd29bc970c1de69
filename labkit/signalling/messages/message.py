"""What requests and answers have in common: their headers and their body.

RFC 3261 section 8.1.1. The headers that steer a call are fields of their own, already
read and checked; the rest are kept as pairs of name and text.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.via import Via

ALLOWED_METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "MESSAGE")
"""What the kit's phones understand; sent in every Allow header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or an answer."""

    via: tuple[Via, ...]
    """The way back, nearest hop first; never empty."""
    from_: NameAddress
    """Who sent the request (in answers too)."""
    to: NameAddress
    """Whom the request is for (in answers too)."""
    call_id: str
    """The same in all messages of a call."""
    cseq: CSeq
    contact: tuple[NameAddress, ...] = ()
    """Where the sender wants later requests."""
    record_route: tuple[NameAddress, ...] = ()
    """Proxies that want to stay on the path."""
    headers: tuple[tuple[str, str], ...] = ()
    """All other headers, in order, under their full names."""
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first of the other headers with this name, or empty text."""
        name = name.lower()
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return ""

    def header_list(self, name: str) -> list[str]:
        """The items of a header that is a list, such as Require, over all its lines."""
        name = name.lower()
        return [
            item.strip()
            for key, value in self.headers
            if key.lower() == name
            for item in value.split(",")
            if item.strip()
        ]

    @property
    def branch(self) -> str:
        """The branch of the nearest Via: the transaction's name."""
        return self.via[0].branch

    @property
    def content_type(self) -> str:
        """The body's type without parameters, in lower case."""
        return self.header("Content-Type").partition(";")[0].strip().lower()
