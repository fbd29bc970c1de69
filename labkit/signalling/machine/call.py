"""One call as either side sees it once it is up: hold, resume, change, hang up.

RFC 3261 sections 12 to 15. What only a caller or only a callee does before the call is
accepted is in `caller.py` and `callee.py`. Every change of state goes through the table
in `states.py`.

Requirements A10, A13, B18. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.effects import Effect, Notify, Send, StartTimer, StopTimer
from labkit.errors import LocalError, RemoteError
from labkit.signalling.machine import acceptance
from labkit.signalling.machine.acceptance import Acceptance
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import (
    CallChanged,
    CallView,
    ChangeRefused,
    MediaAgreed,
    Party,
)
from labkit.signalling.machine.profile import Profile
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    ServerTransaction,
)
from labkit.signalling.machine.session import Session
from labkit.signalling.machine.states import CallEvent, CallState, next_state
from labkit.signalling.machine.timing import CallTimer
from labkit.signalling.machine.transactions import Transactions
from labkit.signalling.machine.verdict import own_verdict, verdict
from labkit.signalling.messages.message import ALLOWED_METHODS
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.wire import sdp, sip

SDP_TYPE = "application/sdp"
SDP_HEADERS = (
    ("Allow", ", ".join(ALLOWED_METHODS)),
    ("Content-Type", SDP_TYPE),
)
RING, RETRY = "ring", "retry"


class Call:
    """What caller and callee have in common."""

    outgoing = False

    def __init__(
        self,
        profile: Profile,
        transactions: Transactions,
        call_id: str,
        peer: Party,
        state: CallState,
        now: float,
    ) -> None:
        self.profile = profile
        self.call_id = call_id
        self.peer = peer
        self.state = state
        self.session = Session(profile)
        self.dialog: Dialog | None = None
        self._transactions = transactions
        self._why, self._status, self._since = "", 0, now
        self._acceptance: Acceptance | None = None
        self._bye_after_ack = False
        self._reinvite: Request | None = None
        self._retry_waits = False
        self._last_ack: tuple[int, Send] | None = None

    def view(self) -> CallView:
        """The call at this moment, frozen."""
        return CallView(
            call_id=self.call_id,
            peer=self.peer,
            outgoing=self.outgoing,
            state=self.state,
            why=self._why,
            status=self._status,
            streams=self.session.streams,
            held_by_me=self.session.agreed.holding,
            held_by_peer=self.session.held_by_peer,
            since=self._since,
        )

    # --- what our user wants ---

    def hang_up(self, now: float) -> list[Effect]:
        """End a call that is up: BYE (section 15.1.1)."""
        effects = self._become(CallEvent.HANG_UP, now, "you hung up")
        return effects + self._bye(now)

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

    def _must_be_up(self, verb: str) -> None:
        if not self.state.is_up:
            raise LocalError(
                f"the call with {self.peer.name} is {self.state.words}; "
                f"only a call that was accepted can {verb}"
            )

    # --- what the other side wants ---

    def requested(self, transaction: ServerTransaction, now: float) -> list[Effect]:
        """A new request within the dialog: BYE or re-INVITE."""
        request = transaction.request
        if self.dialog is None or not self.dialog.has(request):
            return self._answer(transaction, 481, now)
        if request.cseq.number <= (self.dialog.remote_number or 0):
            return self._answer(transaction, 500, now, reason="CSeq out of order")
        self.dialog.remote_number = request.cseq.number
        if isinstance(transaction, InviteServerTransaction):
            return self._reinvited(transaction, self.dialog, now)
        return self._answer(transaction, 200, now) + self._hung_up(now)

    def _hung_up(self, now: float) -> list[Effect]:
        """BYE arrived (section 15.1.2)."""
        effects = self._stop_acceptance()
        self._bye_after_ack = False
        if self.state.is_up:
            why = f"{self.peer.name} hung up"
            effects += self._become(CallEvent.HANG_UP, now, why)
        return effects

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

    # --- tools ---

    def timeout(self, purpose: str, now: float) -> list[Effect]:
        """A timer of this call fired."""
        if purpose == RETRY:
            self._retry_waits = False
            return self._negotiate(now)
        if self._acceptance is None:
            return []
        if purpose == acceptance.REPEAT:
            return self._acceptance.repeat(now)
        if purpose == acceptance.GIVE_UP:
            effects = self._stop_acceptance()
            if self.state.is_up:
                why = f"{self.peer.name} never confirmed our acceptance (no ACK)"
                effects += self._become(CallEvent.FAIL, now, why)
            return effects + self._bye(now)
        return []

    def _become(
        self, event: CallEvent, now: float, why: str, status: int = 0
    ) -> list[Effect]:
        """Take one step of the table and tell the user."""
        before, self.state = self.state, next_state(self.state, event)
        if before is not self.state:
            self._since = now
        self._why, self._status = why, status
        effects: list[Effect] = [
            Notify(CallChanged(self.call_id, before, self.state, why, status))
        ]
        if self.state not in (CallState.RINGING, CallState.CALLING):
            effects.append(StopTimer(CallTimer(RING, self.call_id)))
        if self.state.is_over:
            effects.append(StopTimer(CallTimer(RETRY, self.call_id)))
        return effects

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

    def _accept(
        self, transaction: InviteServerTransaction, body: bytes, now: float
    ) -> list[Effect]:
        """Send a 200 with a session description, and repeat it until its ACK comes."""
        effects = self._stop_acceptance()
        effects += self._answer(transaction, 200, now, headers=SDP_HEADERS, body=body)
        self._acceptance = Acceptance(transaction, self.profile.timing)
        return effects + self._acceptance.start(now)

    def _answer(
        self,
        transaction: ServerTransaction,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
    ) -> list[Effect]:
        """Answer a request within (or opening) our dialog."""
        is_invite = isinstance(transaction, InviteServerTransaction)
        contact = self.profile.contact_for(transaction.back.transport)
        response = answer_to(
            transaction.request,
            status,
            reason=reason,
            to_tag=self.dialog.local.tag if self.dialog else "",
            contact=contact if is_invite and status < 300 else None,
            headers=headers,
            body=body,
        )
        return self._transactions.respond(transaction, response, now)

    def _acknowledge(self, dialog: Dialog, response: Response) -> list[Effect]:
        """The ACK to a 2xx; kept, for each repeated 2xx gets it again (13.2.2.4)."""
        number = response.cseq.number
        ack = dialog.request("ACK", number=number)
        self._last_ack = number, Send(sip.write(ack), dialog.next_hop)
        return [self._last_ack[1]]

    def _bye(self, now: float) -> list[Effect]:
        """Send BYE; a callee first waits for the ACK of its 2xx (section 15)."""
        if self.dialog is None:
            return []
        if self._acceptance is not None:
            self._bye_after_ack = True
            return []
        bye = self.dialog.request("BYE")
        return self._transactions.request(bye, self.dialog.next_hop, now)

    def _stop_acceptance(self) -> list[Effect]:
        stopped, self._acceptance = self._acceptance, None
        return stopped.stop() if stopped is not None else []
