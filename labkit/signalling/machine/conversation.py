"""A call that is up: hold, resume, change of media, by re-INVITE from either side.

RFC 3261 sections 12.2 and 14. Our wish and their answer may take turns: only one
exchange runs at a time, the next begins when it is over, and when both sides begin at
once (glare) both step back for a random while.

Requirements A12, C6-C9 in substance. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.effects import Effect, Notify, StartTimer
from labkit.errors import LocalError, RemoteError
from labkit.signalling.machine.call import RETRY, SDP_HEADERS, Call
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import ChangeRefused, MediaAgreed
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    ServerTransaction,
)
from labkit.signalling.machine.states import CallEvent, CallState, next_state
from labkit.signalling.machine.timing import CallTimer
from labkit.signalling.machine.verdict import own_verdict, verdict
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sdp


class Conversation(Call):
    """What caller and callee do alike once they talk."""

    _reinvite: Request | None = None
    """Ours, while its answer is awaited."""
    _retry_waits = False
    """Whether we stepped back after glare."""

    # --- what our user wants ---

    def hold(self, holding: bool, now: float) -> list[Effect]:
        """Put the peer on hold, or resume, by a re-INVITE."""
        self._must_be_up("hold" if holding else "resume")
        self.session.wish = replace(self.session.wish, holding=holding)
        return self._negotiate(now)

    def change(self, plans: Sequence[MediaPlan], now: float) -> list[Effect]:
        """Ask for other ports, formats or media, by a re-INVITE."""
        self._must_be_up("change")
        self.session.wish = replace(self.session.wish, plans=tuple(plans))
        return self._negotiate(now)

    def _must_be_up(self, verb: str) -> Dialog:
        if not self.state.is_up or self.dialog is None:
            raise LocalError(
                f"the call with {self.peer.name} is {self.state.words}; "
                f"only a call that was accepted can {verb}"
            )
        return self.dialog

    # --- what the other side wants ---

    def requested(self, transaction: ServerTransaction, now: float) -> list[Effect]:
        """A new request within the dialog: BYE, re-INVITE and the like."""
        request = transaction.request
        if self.dialog is None or not self.dialog.has(request):
            return self._answer(transaction, 481, now)
        if request.cseq.number <= (self.dialog.remote_number or 0):
            return self._answer(transaction, 500, now, reason="CSeq out of order")
        self.dialog.remote_number = request.cseq.number
        if isinstance(transaction, InviteServerTransaction):
            return self._reinvited(transaction, self.dialog, now)
        return self._other_request(transaction, now)

    def _other_request(
        self, transaction: ServerTransaction, now: float
    ) -> list[Effect]:
        """Any request within the dialog but a re-INVITE: BYE."""
        return self._answer(transaction, 200, now) + self._hung_up(now)

    def _reinvited(
        self, transaction: InviteServerTransaction, dialog: Dialog, now: float
    ) -> list[Effect]:
        """The other side asks for a change (section 14.2)."""
        if not self.state.is_up:
            return self._answer(transaction, 481, now)
        if self._reinvite is not None or self.session.is_offering:
            return self._answer(transaction, 491, now)  # both at once: glare
        request = transaction.request
        try:
            if request.body:
                body = sdp.write(self.session.answer(sdp.parse(request.body)))
            else:
                body = sdp.write(self.session.offer())
        except RemoteError:
            return self._answer(transaction, 488, now)
        dialog.refresh(request)
        effects = self._accept(transaction, body, now)
        return effects + self._media_agreed(now) if request.body else effects

    def acknowledged(self, ack: Request, now: float) -> list[Effect]:
        """The ACK to our 2xx arrived; it bears the answer if the 2xx bore our offer."""
        if (
            self._acceptance is None
            or self.dialog is None
            or not self.dialog.has(ack)
            or ack.cseq.number != self._acceptance.number
        ):
            return []
        effects = self._stop_acceptance()
        if self._bye_after_ack:
            self._bye_after_ack = False
            return effects + self._bye(now)
        if self.session.is_offering:
            effects += self._answered(ack.body, now)
        return effects + self._negotiate(now)

    def responded(
        self, response: Response, source: Destination | None, now: float
    ) -> list[Effect]:
        """An answer to a request of ours; no source: a timer's or transport's word."""
        number = response.cseq.number
        if response.cseq.method != "INVITE":
            return []  # to BYE or CANCEL: whatever it says, the call is over
        if self._last_ack is not None and number == self._last_ack[0]:
            return [self._last_ack[1]] if response.is_success else []
        if self._reinvite is None or number != self._reinvite.cseq.number:
            return []
        return self._reinvite_answered(response, source is None, now)

    # --- re-INVITEs of ours ---

    def timeout(self, purpose: str, now: float) -> list[Effect]:
        """A timer of this call fired."""
        if purpose != RETRY:
            return super().timeout(purpose, now)
        self._retry_waits = False
        return self._negotiate(now)

    def _negotiate(self, now: float) -> list[Effect]:
        """Offer what we wish, unless an exchange is under way: then after it."""
        busy = self._reinvite or self._acceptance or self._retry_waits
        if busy or not self.state.is_up or not self.session.wants_change:
            return []
        if self.dialog is None:
            return []
        body = sdp.write(self.session.offer())
        self._reinvite = self.dialog.request("INVITE", headers=SDP_HEADERS, body=body)
        return self._transactions.request(self._reinvite, self.dialog.next_hop, now)

    def _reinvite_answered(
        self, response: Response, is_own: bool, now: float
    ) -> list[Effect]:
        if not response.is_final or self.dialog is None:
            return []
        self._reinvite = None
        if not response.is_success:
            refused = self.state.is_up
            return self._reinvite_refused(response, is_own, now) if refused else []
        self.dialog.refresh(response)
        effects = self._acknowledge(self.dialog, response)
        if self.state.is_up:
            effects += self._answered(response.body, now) + self._negotiate(now)
        return effects

    def _reinvite_refused(
        self, response: Response, is_own: bool, now: float
    ) -> list[Effect]:
        if response.status == 491:
            self.session.withdraw()
            return self._retry_later(now)
        if response.status in (408, 481) or is_own:  # section 12.2.1.2: it is gone
            judge = own_verdict if is_own else verdict
            _, why = judge(response, str(self.peer))
            effects = self._become(CallEvent.FAIL, now, why, response.status)
            return effects + self._bye(now)
        self.session.give_up_wish()
        _, why = verdict(response, self.peer.name)
        return [Notify(ChangeRefused(self.call_id, response.status, why))]

    def _retry_later(self, now: float) -> list[Effect]:
        """After glare each side waits; the caller longer, so they miss each other
        (section 14.1)."""
        self._retry_waits = True
        steps = self.profile.random.randrange(201)
        seconds = 2.1 + steps * 1.9 / 200 if self.outgoing else steps / 100
        return [StartTimer(CallTimer(RETRY, self.call_id), now + seconds)]

    # --- what came of it ---

    def _media_agreed(self, now: float) -> list[Effect]:
        """Tell what was agreed, and whether that is a hold, a resumption or neither."""
        held = self._hold_in_words()
        effects: list[Effect] = [
            Notify(MediaAgreed(self.call_id, self.session.streams))
        ]
        if held and (self.state is CallState.ACCEPTED or held != self._why):
            return effects + self._become(CallEvent.HOLD, now, held)
        if not held and self.state is CallState.HELD:
            return effects + self._become(CallEvent.RESUME, now, "resumed")
        self.state = next_state(self.state, CallEvent.CHANGE)
        return effects

    def _hold_in_words(self) -> str:
        mine, theirs = self.session.agreed.holding, self.session.held_by_peer
        if mine and theirs:
            return f"you and {self.peer.name} both hold"
        if mine:
            return "you hold"
        return f"{self.peer.name} holds" if theirs else ""

    def _answered(self, body: bytes, now: float) -> list[Effect]:
        """The answer to our offer came; without a usable one the call cannot go on."""
        try:
            self.session.answered(sdp.parse(body))
        except RemoteError as error:
            why = f"the answer of {self.peer.name}'s phone is of no use: {error}"
            return self._become(CallEvent.FAIL, now, why) + self._bye(now)
        return self._media_agreed(now)
