"""The caller's half of a call, from INVITE to the answer (RFC 3261 sections 9, 13).

Requirements A10, A12, B11, B17. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.effects import Effect, StartTimer, StopTimer
from labkit.errors import RemoteError
from labkit.signalling.machine.call import RING, SDP_HEADERS
from labkit.signalling.machine.client_transaction import cancel_of
from labkit.signalling.machine.destination import Destination, towards
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import Party
from labkit.signalling.machine.offer_answer import Wish
from labkit.signalling.machine.profile import Profile
from labkit.signalling.machine.proof import proof_for
from labkit.signalling.machine.states import CallEvent, CallState
from labkit.signalling.machine.talk import Talk
from labkit.signalling.machine.timing import CallTimer
from labkit.signalling.machine.transactions import Transactions
from labkit.signalling.machine.verdict import NO_ANSWER_CAUSE, own_verdict, verdict
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.uri import Uri
from labkit.signalling.wire import sdp

MOST_REDIRECTIONS = 5
MOST_QUESTIONS = 3
"""How often we prove who we are in one call: a wrong password stays wrong."""
CANCELLED = "cancelled"


class Caller(Talk):
    """A call that our user began."""

    outgoing = True

    def __init__(
        self,
        profile: Profile,
        transactions: Transactions,
        target: Uri,
        to: Destination,
        now: float,
    ) -> None:
        peer = Party(target.name or target.host, target, to.address)
        call_id = profile.new_call_id()
        super().__init__(profile, transactions, call_id, peer, CallState.CALLING, now)
        self._from = profile.address.tagged(profile.new_tag())
        self._to = NameAddress(target.without_parameters())
        self._hop = to
        self._number = 0
        self._visited = {target}
        self._offer = b""
        self._invite: Request | None = None
        self._is_ringing = False
        self._cancel_reason: str | None = None
        self._proofs: tuple[tuple[str, str], ...] = ()
        self._questions = 0

    def start(self, plans: Sequence[MediaPlan], now: float) -> list[Effect]:
        """Send the INVITE with our offer."""
        self.session.wish = Wish(tuple(plans))
        self._offer = sdp.write(self.session.offer())
        ring = CallTimer(RING, self.call_id)
        return [
            *self._send_invite(self.peer.uri, now),
            StartTimer(ring, now + self.profile.ring_for),
        ]

    def _send_invite(self, uri: Uri, now: float) -> list[Effect]:
        self._number += 1
        transport = self._hop.transport
        self._invite = Request(
            method="INVITE",
            uri=uri,
            via=(self.profile.via(transport),),
            from_=self._from,
            to=self._to,
            call_id=self.call_id,
            cseq=CSeq(self._number, "INVITE"),
            contact=(self.profile.contact_for(transport),),
            headers=(*SDP_HEADERS, *self._proofs),
            body=self._offer,
        )
        return self._transactions.request(self._invite, self._hop, now)

    # --- giving up ---

    def hang_up(self, now: float) -> list[Effect]:
        """BYE if the call is up, else CANCEL."""
        if self.state.is_up:
            return super().hang_up(now)
        effects = self._become(CallEvent.CANCEL, now, "you gave up")
        return effects + self._cancel("", now)

    def _cancel(self, reason: str, now: float) -> list[Effect]:
        """Send CANCEL, but not before something came back (section 9.1)."""
        self._cancel_reason = reason
        return self._send_cancel(now) if self._is_ringing else []

    def _send_cancel(self, now: float) -> list[Effect]:
        if self._invite is None or self._cancel_reason is None:
            return []
        cancel = cancel_of(self._invite, self._cancel_reason)
        self._cancel_reason = None
        at = now + self.profile.timing.give_up
        return [
            *self._transactions.request(cancel, self._hop, now),
            StartTimer(CallTimer(CANCELLED, self.call_id), at),
        ]

    def timeout(self, purpose: str, now: float) -> list[Effect]:
        """A timer of this call fired."""
        if purpose == RING:
            if self.state not in (CallState.CALLING, CallState.RINGING):
                return []
            why = f"{self.peer.name} did not answer in {self.profile.ring_for:g} s"
            effects = self._become(CallEvent.EXPIRE, now, why)
            return effects + self._cancel(NO_ANSWER_CAUSE, now)
        if purpose == CANCELLED and self._invite is not None:
            return self._transactions.forget_request(self._invite)
        return super().timeout(purpose, now)

    def _shrink(self) -> None:
        super()._shrink()
        self._offer = b""
        if self._invite is not None:  # a CANCEL takes no more of it than this
            self._invite = replace(self._invite, headers=(), body=b"")

    # --- answers to the INVITE ---

    def responded(
        self, response: Response, source: Destination | None, now: float
    ) -> list[Effect]:
        """An answer arrived; no source: a timer's or the transport's word."""
        is_first = (
            response.cseq == CSeq(self._number, "INVITE")
            and response.from_.tag == self._from.tag  # a stray 2xx bears no branch
            and (self.dialog is None or response.to.tag != self.dialog.remote.tag)
        )
        if not is_first or self._invite is None:
            return super().responded(response, source, now)
        if not response.is_final:
            return self._progressed(response, now)
        stop: list[Effect] = [StopTimer(CallTimer(CANCELLED, self.call_id))]
        if response.is_success:
            seen = source or self._hop
            return stop + self._accepted(self._invite, response, seen, now)
        if self.state.is_over or self.dialog is not None:
            return stop  # as a cancelled call ends: 487
        again = self._redirected(response, now) or self._proved(response, now)
        if again:
            return again
        if source is None:
            event, why = own_verdict(response, str(self._hop))
        else:
            event, why = verdict(response, self.peer.name)
        return self._become(event, now, why, response.status)

    def _progressed(self, response: Response, now: float) -> list[Effect]:
        """1xx: it arrived; 180 (or 183, from some gateways) means that it rings."""
        self._is_ringing = True
        effects = self._send_cancel(now)
        if response.status > 100 and self.state is CallState.CALLING:
            effects += self._become(CallEvent.RING, now, "")
        return effects

    def _accepted(
        self, invite: Request, response: Response, seen: Destination, now: float
    ) -> list[Effect]:
        """2xx: acknowledge it; if we gave up meanwhile (CANCEL crossed it), hang up."""
        dialog = Dialog.of_caller(self.profile, invite, response, seen)
        if (
            self.dialog is not None
        ):  # a second phone answered the same INVITE: no, thanks
            return self._refuse_fork(dialog, response, now)
        self.dialog = dialog
        self._learn(response)
        effects = self._acknowledge(dialog, response)
        if self.state.is_over:
            return effects + self._bye(now)
        try:
            self.session.answered(sdp.parse(response.body))
        except RemoteError as error:
            why = f"{self.peer.name} accepted, but not in a way that works: {error}"
            effects += self._become(CallEvent.FAIL, now, why, 488)
            return effects + self._bye(now)
        effects += self._become(CallEvent.ACCEPT, now, "", response.status)
        return effects + self._media_agreed(now)

    def _refuse_fork(
        self, dialog: Dialog, response: Response, now: float
    ) -> list[Effect]:
        kept = self._last_ack
        effects = self._acknowledge(dialog, response)
        self._last_ack = kept
        bye = dialog.request("BYE")
        return effects + self._transactions.request(bye, dialog.next_hop, now)

    def _redirected(self, response: Response, now: float) -> list[Effect]:
        """3xx: try the first new address that it names (section 8.1.3.4)."""
        for contact in response.contact if 300 <= response.status < 400 else ():
            uri = replace(contact.uri, headers="")
            hop = towards(uri, Destination(self._hop.transport, self._hop.address))
            is_new = uri not in self._visited and uri.scheme == "sip" and uri.host
            if is_new and len(self._visited) <= MOST_REDIRECTIONS:
                self._visited.add(uri)
                self._hop = hop
                self._is_ringing = False
                self._proofs = ()  # they were for whoever asked, not for the next one
                self.peer = Party(self.peer.name, uri, hop.address)
                return self._send_invite(uri, now)
        return []

    def _proved(self, response: Response, now: float) -> list[Effect]:
        """401, 407: prove who we are and invite again (section 22)."""
        if not self.profile.password or self._questions >= MOST_QUESTIONS:
            return []
        mine, uri = self.profile, self.peer.uri
        cnonce = mine.new_tag()
        proof = proof_for(response, str(uri), mine.name, mine.password, cnonce)
        if proof is None:
            return []
        self._questions += 1
        self._proofs = (proof,)
        return self._send_invite(uri, now)
