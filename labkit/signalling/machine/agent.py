"""The user agent: one phone's whole signalling, without a socket or a clock.

RFC 3261 section 8. Bytes and user's wishes in, effects out; nothing that arrives makes
it raise. It sorts messages to transactions and calls, and refuses what it cannot take:
400 405 406 413 415 416 420 481 482 486 487 488 500 503
505.

Requirements A10-A13, B11, B14-B18. Notebook: 02-signalling.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable

from labkit.effects import Address, Effect, Malformed, Notify, Send
from labkit.errors import RemoteError
from labkit.signalling.machine.admission import (
    ALLOW,
    SUPPORTED,
    refusal_of,
    stamped,
)
from labkit.signalling.machine.call import SDP_TYPE
from labkit.signalling.machine.callee import Callee, party_of
from labkit.signalling.machine.destination import Destination, Transport, back_to
from labkit.signalling.machine.events import BusyRefused
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    ServerTransaction,
)
from labkit.signalling.machine.timing import CallTimer, TransactionTimer
from labkit.signalling.machine.user_side import UserSide
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.wire import sdp, sip

_log = logging.getLogger("labkit.signalling")


class UserAgent(UserSide):
    """What rings, answers and hangs up for one user: `UserSide`, and the network's.

    `lines` is how many calls may be in progress at once; one more caller is told
    "busy" without disturbing them (B16). `ring_for` is in seconds. Raises LocalError
    for a name that cannot be printed.
    """

    # --- what the network brings ---

    def received(
        self,
        data: bytes,
        source: Address,
        now: float,
        transport: Transport = "UDP",
        connection: Hashable = None,
    ) -> list[Effect]:
        """Take one datagram, or one message of a connection. Never raises."""
        if not data.strip(b"\r\n\0"):
            return []  # a keep-alive
        seen = Destination(transport, source, connection)
        try:
            message = sip.parse(data)
        except RemoteError as error:
            return self._malformed(error, seen)
        try:
            if isinstance(message, Request):
                return self._request(message, seen, now)
            return self._response(message, seen, now)
        except Exception as error:
            _log.exception("a message from %s found a mistake of ours", source)
            return self._failed(message, error, seen, now)

    def timeout(self, key: Hashable, now: float) -> list[Effect]:
        """A timer fired."""
        if isinstance(key, TransactionTimer):
            effects, answer = self._transactions.timeout(key, now)
            return effects + self._own_answer(answer, now)
        call = self._calls.get(key.call_id) if isinstance(key, CallTimer) else None
        if call is None or not isinstance(key, CallTimer):
            return []
        return self._calls.seen(call, call.timeout(key.purpose, now))

    def unreachable(self, to: Hashable, now: float) -> list[Effect]:
        """The transport could not deliver to this destination (section 8.1.3.1)."""
        effects: list[Effect] = []
        if isinstance(to, Destination):
            for stop, answer in self._transactions.unreachable(to):
                effects += stop + self._own_answer(answer, now)
        return effects

    # --- answers to our requests ---

    def _response(
        self, response: Response, seen: Destination, now: float
    ) -> list[Effect]:
        effects, news = self._transactions.response(response, now)
        call = self._calls.get(response.call_id)
        if news is None or call is None:
            return effects
        return effects + self._calls.seen(call, call.responded(news, seen, now))

    def _own_answer(self, answer: Response | None, now: float) -> list[Effect]:
        call = self._calls.get(answer.call_id) if answer is not None else None
        if answer is None or call is None:
            return []
        return self._calls.seen(call, call.responded(answer, None, now))

    # --- requests of others ---

    def _request(self, request: Request, seen: Destination, now: float) -> list[Effect]:
        request = stamped(request, seen)
        known = self._transactions.find(request)
        if request.method == "ACK":
            return self._ack(request, known, now)
        if known is not None:
            return known.repeated()
        is_merged = self._transactions.is_merged(request)
        transaction = self._transactions.begin(request, back_to(request, seen))
        if is_merged:
            return self._refuse(transaction, 482, now)
        refusal = refusal_of(request)
        if refusal is not None:
            status, *headers = refusal
            return self._refuse(transaction, status, now, tuple(headers))
        return self._new_request(transaction, seen, now)

    def _new_request(
        self, transaction: ServerTransaction, seen: Destination, now: float
    ) -> list[Effect]:
        request = transaction.request
        if request.method == "CANCEL":
            return self._cancel(transaction, now)
        if request.method == "OPTIONS":
            headers = (ALLOW, ("Accept", SDP_TYPE), SUPPORTED)
            return self._refuse(transaction, 200, now, headers)
        call = self._calls.get(request.call_id)
        if isinstance(transaction, InviteServerTransaction) and not request.to.tag:
            if call is not None and not call.state.is_over:
                return self._refuse(transaction, 482, now)  # we are calling ourselves
            return self._invite(transaction, seen, now)
        if call is None:
            return self._refuse(transaction, 481, now)
        return self._calls.seen(call, call.requested(transaction, now))

    def _invite(
        self, transaction: InviteServerTransaction, seen: Destination, now: float
    ) -> list[Effect]:
        """Somebody calls: ring, or say that we are busy (B16)."""
        request = transaction.request
        try:
            offer = sdp.parse(request.body) if request.body else None
        except RemoteError as error:
            effects = self._refuse(transaction, 400, now, reason=f"Bad SDP: {error}")
            return [*effects, Notify(Malformed(str(error), seen.address))]
        if self._calls.is_full:
            effects = self._refuse(transaction, 486, now)
            return [*effects, Notify(BusyRefused(party_of(request, seen)))]
        call = Callee(self.profile, self._transactions, transaction, offer, seen, now)
        self._calls.enter(call)
        return self._calls.seen(call, call.start(now))

    def _ack(
        self, ack: Request, transaction: ServerTransaction | None, now: float
    ) -> list[Effect]:
        """To a refusal, an ACK belongs to its transaction; to a 2xx, to its call."""
        if isinstance(transaction, InviteServerTransaction):
            effects = self._transactions.acknowledged(transaction, now)
            if effects:
                return effects
        call = self._calls.get(ack.call_id)
        return self._calls.seen(call, call.acknowledged(ack, now)) if call else []

    def _cancel(self, transaction: ServerTransaction, now: float) -> list[Effect]:
        cancel = transaction.request
        invite = self._transactions.find_cancelled(cancel)
        if invite is None:
            return self._refuse(transaction, 481, now)
        effects = self._refuse(transaction, 200, now)
        call = self._calls.get(invite.request.call_id)  # whatever the CANCEL says
        if not isinstance(call, Callee):
            return effects
        return effects + self._calls.seen(call, call.cancelled(cancel, now))

    def _refuse(
        self,
        transaction: ServerTransaction,
        status: int,
        now: float,
        headers: tuple[tuple[str, str], ...] = (),
        reason: str = "",
    ) -> list[Effect]:
        """Answer a request outside any call (mostly, but not only, to refuse it)."""
        answer = answer_to(
            transaction.request,
            status,
            reason=reason,
            to_tag=self.profile.new_tag(),
            headers=headers,
        )
        return self._transactions.respond(transaction, answer, now)

    # --- trouble ---

    def _malformed(self, error: RemoteError, seen: Destination) -> list[Effect]:
        effects: list[Effect] = [Notify(Malformed(str(error), seen.address))]
        if isinstance(error.reply, Response):
            back = seen
            if not seen.is_reliable:  # to the sender's host only, whatever Via claims
                via = error.reply.via[0].seen_from(seen.address)
                back = Destination("UDP", via.answer_to)
            effects.insert(0, Send(sip.write(error.reply), back))
        return effects

    def _failed(
        self,
        message: Request | Response,
        error: Exception,
        seen: Destination,
        now: float,
    ) -> list[Effect]:
        """A mistake of ours must not silence the phone: 500 to this one request."""
        text = f"could not be handled: {error}"
        effects: list[Effect] = [Notify(Malformed(text, seen.address))]
        if isinstance(message, Request):
            transaction = self._transactions.find(stamped(message, seen))
            if transaction is not None and not transaction.is_answered:
                effects += self._refuse(transaction, 500, now)
        return effects

    def __repr__(self) -> str:
        calls = [f"{v.peer.name}: {v.state.words}" for v in self.calls.values()]
        return f"<UserAgent {self.profile.name}: {', '.join(calls) or 'no calls'}>"
