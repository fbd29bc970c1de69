"""What every call has: a state, a dialog, media, and a way to end.

RFC 3261 sections 13.3.1.4 and 15. Every change of state goes through the table in
`states.py`. What a call does while it is up is in `conversation.py`; how it comes
about, in `caller.py` and `callee.py`.

Requirements A13, B18. Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.effects import Effect, Notify, Send, StopTimer
from labkit.signalling.machine import acceptance
from labkit.signalling.machine.acceptance import Acceptance
from labkit.signalling.machine.chat import Chat
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import (
    CallChanged,
    CallView,
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
from labkit.signalling.messages.message import ALLOWED_METHODS, Message
from labkit.signalling.messages.recording import RECORD_AWARE
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.wire import sip

SDP_TYPE = "application/sdp"
SDP_HEADERS = (
    ("Allow", ", ".join(ALLOWED_METHODS)),
    ("Supported", RECORD_AWARE),
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
        self.chat = Chat(call_id, peer.name, transactions)
        self._transactions = transactions
        self._why, self._status, self._since = "", 0, now
        self._acceptance: Acceptance | None = None
        self._bye_after_ack = False
        self._last_ack: tuple[int, Send] | None = None
        self._takes_text = True
        self._is_record_aware = False

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
            recording=self.session.recording if self.state.is_up else "",
            recorded=self.session.recorded if self.state.is_up else "",
            since=self._since,
            peer_video_paused=self.session.peer_video_paused,
        )

    # --- ending ---

    def hang_up(self, now: float) -> list[Effect]:
        """End a call that is up: BYE (section 15.1.1)."""
        effects = self._become(CallEvent.HANG_UP, now, "you hung up")
        return effects + self._bye(now)

    def lost(self, why: str, now: float) -> list[Effect]:
        """End a call whose peer is not heard of any more; BYE, should they still be."""
        if not self.state.is_up:
            return []
        return self._become(CallEvent.FAIL, now, why) + self._bye(now)

    def _hung_up(self, now: float) -> list[Effect]:
        """BYE arrived (section 15.1.2)."""
        effects = self._stop_acceptance()
        self._bye_after_ack = False
        if self.state.is_up:
            why = f"{self.peer.name} hung up"
            effects += self._become(CallEvent.HANG_UP, now, why)
        return effects

    # --- tools ---

    def _learn(self, message: Message) -> None:
        """What the peer's phone can do, by its INVITE or its answer to ours."""
        allowed = message.header_list("Allow")
        self._takes_text = not allowed or "MESSAGE" in allowed
        supported = {each.lower() for each in message.header_list("Supported")}
        self._is_record_aware = RECORD_AWARE in supported

    def timeout(self, purpose: str, now: float) -> list[Effect]:
        """A timer of this call fired."""
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
            effects += self.chat.end()
            self._shrink()
        return effects

    def _shrink(self) -> None:
        """The call is over. Its tags, numbers and last ACK still serve repeated
        messages; its descriptions, by far the most of it, serve nobody."""
        self.session.forget()

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
