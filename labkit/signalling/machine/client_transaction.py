"""One request of ours and its answers (RFC 3261 section 17.1, RFC 6026).

Over UDP the request is repeated until something comes back; over TCP it is sent once.
One method for each input, one branch for each state; the timers bear the RFC's letters.

Notebook: 02-signalling.
"""

from __future__ import annotations

from enum import Enum

from labkit.effects import Effect, Send, StartTimer, StopTimer
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.timing import Timing, TransactionTimer
from labkit.signalling.machine.transaction_key import TransactionKey
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip


class ClientState(Enum):
    """The states of figures 5 and 6, and RFC 6026's Accepted."""

    TRYING = "nothing came back yet"
    PROCEEDING = "a provisional answer came"
    COMPLETED = "a final answer came; repetitions of it are absorbed"
    ACCEPTED = "a 2xx came to an INVITE; each repetition needs its ACK"
    TERMINATED = "over"


class ClientTransaction:
    """What INVITE and other requests have in common."""

    repeat_timer = "E"
    give_up_timer = "F"

    def __init__(self, request: Request, to: Destination, timing: Timing) -> None:
        self.request = request
        self.to = to
        self.key = TransactionKey.of_own(request)
        self.state = ClientState.TRYING
        self._timing = timing
        self._data = sip.write(request)
        self._pause = timing.t1

    def start(self, now: float) -> list[Effect]:
        """Send the request; repeat it over UDP, and give up after 64·T1."""
        effects: list[Effect] = [
            Send(self._data, self.to),
            self._timer(self.give_up_timer, now + self._timing.give_up),
        ]
        if not self.to.is_reliable:
            effects.append(self._timer(self.repeat_timer, now + self._pause))
        return effects

    def received(
        self, response: Response, now: float
    ) -> tuple[list[Effect], Response | None]:
        """Take an answer; also returns it if the user of the transaction shall see
        it."""
        raise NotImplementedError

    def timeout(self, letter: str, now: float) -> tuple[list[Effect], Response | None]:
        """A timer fired; also returns the 408 that stands for "no answer" (8.1.3.1)."""
        if letter == self.repeat_timer and self._repeats:
            self._pause = self._longer(self._pause)
            repeat = self._timer(self.repeat_timer, now + self._pause)
            return [Send(self._data, self.to), repeat], None
        if letter == self.give_up_timer and self._gives_up:
            return self.terminate(), own_answer(self.request, 408, "No answer at all")
        if letter in ("D", "K", "M"):
            self.state = ClientState.TERMINATED
        return [], None

    def terminate(self) -> list[Effect]:
        """End it at once, whatever may still come."""
        self.state = ClientState.TERMINATED
        return [
            StopTimer(TransactionTimer(letter, self.key))
            for letter in (self.repeat_timer, self.give_up_timer, "D", "K", "M")
        ]

    @property
    def _repeats(self) -> bool:
        return self.state in (ClientState.TRYING, ClientState.PROCEEDING)

    @property
    def _gives_up(self) -> bool:
        return self.state in (ClientState.TRYING, ClientState.PROCEEDING)

    def _longer(self, pause: float) -> float:
        return min(2 * pause, self._timing.t2)

    def _timer(self, letter: str, at: float) -> StartTimer:
        return StartTimer(TransactionTimer(letter, self.key), at)

    def _stop_trying(self) -> list[Effect]:
        return [
            StopTimer(TransactionTimer(self.repeat_timer, self.key)),
            StopTimer(TransactionTimer(self.give_up_timer, self.key)),
        ]

    def _linger(self, letter: str, seconds: float, now: float) -> list[Effect]:
        """Stay for repetitions that may come; over TCP none will."""
        if self.to.is_reliable and letter != "M":
            self.state = ClientState.TERMINATED
            return []
        return [self._timer(letter, now + seconds)]


class RequestClientTransaction(ClientTransaction):
    """Any request but INVITE and ACK (section 17.1.2): timers E, F and K."""

    def received(
        self, response: Response, now: float
    ) -> tuple[list[Effect], Response | None]:
        """See ClientTransaction."""
        if self.state not in (ClientState.TRYING, ClientState.PROCEEDING):
            return [], None
        if not response.is_final:
            self.state = ClientState.PROCEEDING
            self._pause = self._timing.t2  # section 17.1.2.2: slower from now on
            return [], response
        self.state = ClientState.COMPLETED
        effects = self._stop_trying()
        return effects + self._linger("K", self._timing.t4, now), response


class InviteClientTransaction(ClientTransaction):
    """An INVITE (section 17.1.1, RFC 6026 section 7.2): timers A, B, D and M.

    It acknowledges refusals itself; the ACK to a 2xx is the call's business, since only
    the call knows the dialog that the 2xx opened.
    """

    repeat_timer = "A"
    give_up_timer = "B"

    def received(
        self, response: Response, now: float
    ) -> tuple[list[Effect], Response | None]:
        """See ClientTransaction."""
        if self.state is ClientState.ACCEPTED:
            return [], response if response.is_success else None
        if self.state is ClientState.COMPLETED:
            return (self._acknowledge(response) if response.status >= 300 else []), None
        if self.state is ClientState.TERMINATED:
            return [], None
        effects = self._stop_trying()
        if not response.is_final:
            self.state = ClientState.PROCEEDING
            return effects, response
        if response.is_success:
            self.state = ClientState.ACCEPTED
            return effects + self._linger("M", self._timing.cache, now), response
        self.state = ClientState.COMPLETED
        effects += self._acknowledge(response)
        return effects + self._linger("D", self._timing.cache, now), response

    @property
    def _repeats(self) -> bool:
        return self.state is ClientState.TRYING

    @property
    def _gives_up(self) -> bool:
        return self.state is ClientState.TRYING

    def _longer(self, pause: float) -> float:
        return 2 * pause  # timer A is not held down to T2

    def _acknowledge(self, response: Response) -> list[Effect]:
        """The ACK to a refusal: same branch, same number (section 17.1.1.3)."""
        ack = Request(
            method="ACK",
            uri=self.request.uri,
            via=self.request.via,
            route=self.request.route,
            from_=self.request.from_,
            to=response.to,
            call_id=self.request.call_id,
            cseq=CSeq(self.request.cseq.number, "ACK"),
        )
        return [Send(sip.write(ack), self.to)]


def cancel_of(invite: Request, reason: str = "") -> Request:
    """The CANCEL of an INVITE: same branch and number (section 9.1).

    `reason` goes into a Reason header (RFC 3326), so that the callee can tell an
    unanswered call from one that the caller gave up.
    """
    return Request(
        method="CANCEL",
        uri=invite.uri,
        via=invite.via,
        route=invite.route,
        from_=invite.from_,
        to=invite.to,
        call_id=invite.call_id,
        cseq=CSeq(invite.cseq.number, "CANCEL"),
        headers=(("Reason", reason),) if reason else (),
    )


def own_answer(request: Request, status: int, reason: str) -> Response:
    """An answer nobody sent: what a timer or a broken transport amounts to."""
    return Response(
        status=status,
        reason=reason,
        via=request.via,
        from_=request.from_,
        to=request.to,
        call_id=request.call_id,
        cseq=request.cseq,
    )
