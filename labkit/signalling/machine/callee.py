"""The callee's half of a call, from INVITE to our answer (RFC 3261 sections 9, 13).

Requirements A10, A11, B14, B15. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.effects import Effect, Notify, StartTimer
from labkit.errors import LocalError, RemoteError
from labkit.signalling.machine.call import RING
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import IncomingCall, Party
from labkit.signalling.machine.offer_answer import Wish
from labkit.signalling.machine.profile import Profile
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    ServerState,
)
from labkit.signalling.machine.states import CallEvent, CallState
from labkit.signalling.machine.talk import Talk
from labkit.signalling.machine.timing import CallTimer
from labkit.signalling.machine.transactions import Transactions
from labkit.signalling.machine.verdict import says_unanswered
from labkit.signalling.messages.plan import Kind, MediaPlan
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.sdp import SessionDescription
from labkit.signalling.messages.text import shown
from labkit.signalling.wire import sdp


class Callee(Talk):
    """A call that somebody began with us."""

    def __init__(
        self,
        profile: Profile,
        transactions: Transactions,
        transaction: InviteServerTransaction,
        offer: SessionDescription | None,
        source: Destination,
        now: float,
    ) -> None:
        invite = transaction.request
        peer = party_of(invite, source)
        super().__init__(
            profile, transactions, invite.call_id, peer, CallState.INCOMING, now
        )
        self.dialog = Dialog.of_callee(profile, invite, profile.new_tag(), source)
        self._transaction = transaction
        self._offer = offer
        self._learn(invite)

    def start(self, now: float) -> list[Effect]:
        """Ring: tell the caller and our user."""
        ring = CallTimer(RING, self.call_id)
        return [
            *self._answer(self._transaction, 180, now),
            StartTimer(ring, now + self.profile.ring_for),
            Notify(IncomingCall(self.call_id, self.peer, self._kinds())),
        ]

    def _kinds(self) -> tuple[Kind, ...]:
        media = self._offer.media if self._offer is not None else ()
        offered = {each.kind for each in media if each.port}
        kinds: tuple[Kind, ...] = ("audio", "video")
        return tuple(kind for kind in kinds if kind in offered)

    def answer(self, plans: Sequence[MediaPlan], now: float) -> list[Effect]:
        """Accept: 200 with our ports (A11), or 488 if nothing can be shared.

        An INVITE without an offer gets ours in the 200, and answers it in the ACK.
        """
        self._must_ring("answer")
        self.session.wish = Wish(tuple(plans))
        if self._offer is None:
            body = sdp.write(self.session.offer())
            effects = self._accept(self._transaction, body, now)
            return effects + self._become(CallEvent.ACCEPT, now, "", 200)
        try:
            body = sdp.write(self.session.answer(self._offer))
        except RemoteError as error:
            effects = self._answer(self._transaction, 488, now)
            return effects + self._become(CallEvent.FAIL, now, str(error), 488)
        effects = self._accept(self._transaction, body, now)
        effects += self._become(CallEvent.ACCEPT, now, "", 200)
        return effects + self._media_agreed(now)

    def refuse(self, status: int, now: float) -> list[Effect]:
        """Decline (603) or say that we are busy (486)."""
        self._must_ring("refuse")
        why = "you declined" if status == 603 else f"you answered {status}"
        return self._refuse(status, CallEvent.REFUSE, why, now)

    def hang_up(self, now: float) -> list[Effect]:
        """BYE if the call is up, else a refusal."""
        return super().hang_up(now) if self.state.is_up else self.refuse(603, now)

    def cancelled(self, cancel: Request, now: float) -> list[Effect]:
        """The caller's CANCEL arrived (section 9.2); too late after our answer."""
        if self._transaction.state is not ServerState.PROCEEDING:
            return []
        if says_unanswered(cancel.header("Reason")):
            event, why = CallEvent.EXPIRE, "you did not answer"
        else:
            event, why = CallEvent.CANCEL, f"{self.peer.name} gave up"
        return self._refuse(487, event, why, now)

    def _hung_up(self, now: float) -> list[Effect]:
        """BYE arrived; it may even come before we answered (section 15)."""
        if self.state is CallState.INCOMING:
            why = f"{self.peer.name} gave up"
            return self._refuse(487, CallEvent.CANCEL, why, now)
        return super()._hung_up(now)

    def timeout(self, purpose: str, now: float) -> list[Effect]:
        """A timer of this call fired."""
        if purpose != RING:
            return super().timeout(purpose, now)
        if self.state is not CallState.INCOMING:
            return []
        return self._refuse(480, CallEvent.EXPIRE, "you did not answer", now)

    def _refuse(
        self, status: int, event: CallEvent, why: str, now: float
    ) -> list[Effect]:
        effects = self._answer(self._transaction, status, now)
        return effects + self._become(event, now, why, status)

    def _shrink(self) -> None:
        super()._shrink()
        self._offer = None

    def _must_ring(self, verb: str) -> None:
        if self.state is not CallState.INCOMING:
            raise LocalError(
                f"the call from {self.peer.name} is {self.state.words}; "
                f"there is nothing to {verb}"
            )


def party_of(invite: Request, source: Destination) -> Party:
    """Who calls, as their INVITE says it."""
    name = shown(invite.from_.name) or str(source.address)
    return Party(name, invite.from_.uri, source.address)
