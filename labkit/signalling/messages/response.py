"""An answer to a request (RFC 3261 sections 7.2 and 8.2.6).

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.message import Message
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.status import reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Message):
    """`SIP/2.0 200 OK` and what follows."""

    status: int
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether no further answer will follow: everything but 1xx."""
        return self.status >= 200

    @property
    def is_success(self) -> bool:
        """Whether the request was granted: 2xx."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        return f"{self.status} {self.reason} ({self.cseq})"


def answer_to(
    request: Request,
    status: int,
    *,
    reason: str = "",
    to_tag: str = "",
    contact: NameAddress | None = None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """The answer to a request: it takes over Via, From, To, Call-ID and CSeq.

    `to_tag` is added unless To has a tag already; Record-Route is taken over where a
    dialog may come of it (section 12.1.1).
    """
    to = request.to.tagged(to_tag) if to_tag and not request.to.tag else request.to
    makes_dialog = request.method == "INVITE" and 101 <= status < 300
    return Response(
        status=status,
        reason=reason or reason_of(status),
        via=request.via,
        from_=request.from_,
        to=to,
        call_id=request.call_id,
        cseq=request.cseq,
        contact=(contact,) if contact is not None else (),
        record_route=request.record_route if makes_dialog else (),
        headers=tuple(headers),
        body=body,
    )
