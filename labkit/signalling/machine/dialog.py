"""A dialog: what two phones remember of each other between requests.

RFC 3261 section 12. Call-ID and the two tags name it; the route set and the peer's
Contact say where requests go; the CSeq numbers keep them in order.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from labkit.signalling.machine.destination import Destination, towards
from labkit.signalling.machine.profile import Profile
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.message import Message
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.uri import Uri


@dataclass(slots=True)
class Dialog:
    """One end's view of the relation."""

    profile: Profile
    call_id: str
    local: NameAddress
    """Us, with our tag."""
    remote: NameAddress
    """Them, with theirs."""
    target: Uri
    """Their Contact: where requests go in the end."""
    route_set: tuple[NameAddress, ...]
    """Proxies on the way, nearest first."""
    seen: Destination
    """Where their messages come from, for targets that are no address."""
    local_number: int
    """CSeq of our last request."""
    remote_number: int | None = None
    """CSeq of their last request."""

    @classmethod
    def of_caller(
        cls, profile: Profile, invite: Request, response: Response, seen: Destination
    ) -> Dialog:
        """The dialog that a 2xx to our INVITE opens (section 12.1.2)."""
        contact = response.contact
        return cls(
            profile,
            invite.call_id,
            local=invite.from_,
            remote=response.to,
            target=contact[0].uri if contact else invite.uri,
            route_set=response.record_route[::-1],
            seen=seen,
            local_number=invite.cseq.number,
        )

    @classmethod
    def of_callee(
        cls, profile: Profile, invite: Request, tag: str, seen: Destination
    ) -> Dialog:
        """The dialog that our answer to an INVITE opens (section 12.1.1)."""
        contact = invite.contact
        return cls(
            profile,
            invite.call_id,
            local=invite.to.tagged(tag),
            remote=invite.from_,
            target=contact[0].uri if contact else Uri.of("", seen.address),
            route_set=invite.record_route,
            seen=seen,
            local_number=0,
            remote_number=invite.cseq.number,
        )

    def has(self, request: Request) -> bool:
        """Whether a received request belongs here: both tags fit."""
        return request.to.tag == self.local.tag and request.from_.tag == self.remote.tag

    def refresh(self, message: Message) -> None:
        """Take over a new Contact from a re-INVITE or its answer (section 12.2)."""
        if message.contact:
            self.target = message.contact[0].uri

    @property
    def next_hop(self) -> Destination:
        """Where the next request goes: the nearest proxy, or the peer itself."""
        nearest = self.route_set[0].uri if self.route_set else self.target
        return towards(nearest, self.seen)

    def request(
        self,
        method: str,
        *,
        number: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
    ) -> Request:
        """A new request within the dialog (section 12.2.1.1).

        `number` is given for an ACK, which has its INVITE's; all others count on.
        """
        if number is None:
            self.local_number += 1
            number = self.local_number
        uri, route = self._routed()
        uri = replace(uri, headers="")  # none may be in a first line
        transport = self.next_hop.transport
        contact = self.profile.contact_for(transport)
        return Request(
            method=method,
            uri=uri,
            via=(self.profile.via(transport),),
            route=route,
            from_=self.local,
            to=self.remote,
            call_id=self.call_id,
            cseq=CSeq(number, method),
            contact=(contact,) if method == "INVITE" else (),
            headers=headers,
            body=body,
        )

    def _routed(self) -> tuple[Uri, tuple[NameAddress, ...]]:
        """Request-URI and Route: loose routing, or a strict router's swap."""
        if not self.route_set or "lr" in self.route_set[0].uri.parameters:
            return self.target, self.route_set
        first, *rest = self.route_set
        return first.uri, (*rest, NameAddress(self.target))
