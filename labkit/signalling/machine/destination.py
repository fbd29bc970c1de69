"""Where a message goes: by UDP to an address, or by TCP, best on an open connection.

RFC 3261 section 18. The `to` of every `Send` of this room is a `Destination`.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Hashable
from ipaddress import ip_address
from typing import Literal, NamedTuple, TypeAlias

from labkit.effects import Address
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.uri import Uri

Transport: TypeAlias = Literal["UDP", "TCP"]


class Destination(NamedTuple):
    """A transport, an address, and over TCP perhaps a connection that leads there."""

    transport: Transport
    address: Address
    connection: Hashable = None

    @property
    def is_reliable(self) -> bool:
        """Whether nothing needs repeating on the way."""
        return self.transport == "TCP"

    def __str__(self) -> str:
        return f"{self.address} by {self.transport}"


def back_to(request: Request, source: Destination) -> Destination:
    """Where the answers to a received request go (section 18.2.2, RFC 3581)."""
    if source.is_reliable:
        return source
    return Destination("UDP", request.via[0].answer_to)


def towards(uri: Uri, former: Destination) -> Destination:
    """Where requests for a URI go. A host name that only a resolver could turn into an
    address leads to where the peer was seen last.
    """
    try:
        ip_address(uri.host)
    except ValueError:
        return former
    wanted = (uri.parameters.get("transport") or former.transport).upper()
    transport: Transport = "TCP" if wanted == "TCP" else "UDP"
    if transport == former.transport == "TCP":
        return Destination("TCP", uri.address, former.connection)
    return Destination(transport, uri.address)
