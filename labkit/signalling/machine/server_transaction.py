"""One request that arrived and our answers (RFC 3261 section 17.2, RFC 6026).

A repeated request gets the same answer again, without bothering the call. One method
for each input; the timers bear the RFC's letters.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from labkit.effects import Effect, Send, StartTimer, StopTimer
from labkit.errors import LocalError
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.timing import Timing, TransactionTimer
from labkit.signalling.machine.transaction_key import TransactionKey
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip


class ServerState(Enum):
    """The states of figures 7 and 8, and RFC 6026's Accepted."""

    PROCEEDING = "no final answer yet"
    COMPLETED = "answered; the answer is kept for repeated requests"
    CONFIRMED = "the ACK to our refusal came"
    ACCEPTED = "a 2xx went out; the call repeats it until its ACK comes"
    TERMINATED = "over"


class ServerTransaction:
    """What INVITE and other requests have in common."""

    letters: tuple[str, ...] = ("J",)

    def __init__(self, request: Request, back: Destination, timing: Timing) -> None:
        self.request = request
        self.back = back
        """Where the answers go."""
        self.key = TransactionKey.of_request(request)
        self.state = ServerState.PROCEEDING
        self._timing = timing
        self._answer = b""
        self._pause = timing.t1

    @property
    def is_answered(self) -> bool:
        """Whether nothing but repetitions is expected: it may be forgotten."""
        return self.state is not ServerState.PROCEEDING

    def respond(self, response: Response, now: float) -> list[Effect]:
        """Send an answer; raises LocalError after a final one."""
        if self.state is not ServerState.PROCEEDING:
            raise LocalError(f"{self.request.method} was answered already")
        self._answer = sip.write(response)
        effects: list[Effect] = [Send(self._answer, self.back)]
        if not response.is_final:
            return effects
        self.request = replace(  # what is kept for half a minute is kept small
            self.request, contact=(), record_route=(), route=(), headers=(), body=b""
        )
        return effects + self._answered(response, now)

    @property
    def octets(self) -> int:
        """About what it takes to remember this transaction."""
        return len(self._answer)

    def _answered(self, response: Response, now: float) -> list[Effect]:
        self.state = ServerState.COMPLETED
        return self._linger("J", self._timing.cache, now)

    def repeated(self) -> list[Effect]:
        """The request came again: so goes the answer."""
        if self._answer and self.state is not ServerState.TERMINATED:
            return [Send(self._answer, self.back)]
        return []

    def timeout(self, letter: str, now: float) -> list[Effect]:
        """A timer fired."""
        self.state = ServerState.TERMINATED
        return []

    def terminate(self) -> list[Effect]:
        """End it at once; a repeated request would count as a new one."""
        self.state = ServerState.TERMINATED
        return [StopTimer(TransactionTimer(each, self.key)) for each in self.letters]

    def _timer(self, letter: str, at: float) -> StartTimer:
        return StartTimer(TransactionTimer(letter, self.key), at)

    def _linger(self, letter: str, seconds: float, now: float) -> list[Effect]:
        """Keep the answer for repeated requests; over TCP none will come."""
        if self.back.is_reliable:
            self.state = ServerState.TERMINATED
            return []
        return [self._timer(letter, now + seconds)]


class RequestServerTransaction(ServerTransaction):
    """Any request but INVITE and ACK (section 17.2.2): timer J."""


class InviteServerTransaction(ServerTransaction):
    """An INVITE (section 17.2.1, RFC 6026 section 7.1): timers G, H, I and L."""

    letters = ("G", "H", "I", "L")

    def _answered(self, response: Response, now: float) -> list[Effect]:
        if response.is_success:
            self.state = ServerState.ACCEPTED
            return [self._timer("L", now + self._timing.cache)]
        self.state = ServerState.COMPLETED
        effects: list[Effect] = [self._timer("H", now + self._timing.give_up)]
        if not self.back.is_reliable:
            effects.append(self._timer("G", now + self._pause))
        return effects

    def repeated(self) -> list[Effect]:
        """The INVITE came again. After a 2xx the call's own repetition serves it."""
        if self.state in (ServerState.ACCEPTED, ServerState.CONFIRMED):
            return []
        return super().repeated()

    def repeat_success(self) -> list[Effect]:
        """Send the 2xx again: its ACK has not come (section 13.3.1.4)."""
        if self.state is not ServerState.ACCEPTED:
            return []
        return [Send(self._answer, self.back)]

    def acknowledged(self, now: float) -> list[Effect]:
        """The ACK to our refusal came: stop repeating it."""
        if self.state is not ServerState.COMPLETED:
            return []
        self.state = ServerState.CONFIRMED
        effects: list[Effect] = [
            StopTimer(TransactionTimer("G", self.key)),
            StopTimer(TransactionTimer("H", self.key)),
        ]
        return effects + self._linger("I", self._timing.t4, now)

    def timeout(self, letter: str, now: float) -> list[Effect]:
        """A timer fired: G repeats the refusal, all others end the transaction."""
        if letter != "G":
            return super().timeout(letter, now)
        if self.state is not ServerState.COMPLETED:
            return []
        self._pause = min(2 * self._pause, self._timing.t2)
        return [Send(self._answer, self.back), self._timer("G", now + self._pause)]
