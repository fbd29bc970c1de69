"""A 2xx on its way to the caller: repeated until its ACK comes.

RFC 3261 section 13.3.1.4: the interval begins at T1 and doubles up to T2; after 64·T1
without an ACK the call is given up. Over TCP too, for a proxy on the way may use UDP.

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.effects import Effect, StartTimer, StopTimer
from labkit.signalling.machine.server_transaction import InviteServerTransaction
from labkit.signalling.machine.timing import CallTimer, Timing

REPEAT, GIVE_UP = "repeat 2xx", "no ACK"


class Acceptance:
    """The wait for one ACK."""

    def __init__(self, transaction: InviteServerTransaction, timing: Timing) -> None:
        self._transaction = transaction
        self._timing = timing
        self._pause = timing.t1
        self._call_id = transaction.request.call_id
        self.number = transaction.request.cseq.number
        """The CSeq number that the ACK will bear."""

    def start(self, now: float) -> list[Effect]:
        """The 2xx has just been sent for the first time."""
        return [
            self._repeat_at(now),
            StartTimer(CallTimer(GIVE_UP, self._call_id), now + self._timing.give_up),
        ]

    def repeat(self, now: float) -> list[Effect]:
        """It is time to send the 2xx again."""
        self._pause = min(2 * self._pause, self._timing.t2)
        return [*self._transaction.repeat_success(), self._repeat_at(now)]

    def stop(self) -> list[Effect]:
        """The ACK came, or nobody waits for it any more."""
        return [
            StopTimer(CallTimer(REPEAT, self._call_id)),
            StopTimer(CallTimer(GIVE_UP, self._call_id)),
        ]

    def _repeat_at(self, now: float) -> Effect:
        return StartTimer(CallTimer(REPEAT, self._call_id), now + self._pause)
