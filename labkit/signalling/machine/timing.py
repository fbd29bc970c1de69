"""The timers of SIP, named as in the RFC (RFC 3261 table 4, RFC 6026).

All follow from T1, an estimate of the round trip: 500 ms by the RFC, 50 to 100 ms suits
a LAN. T2 and T4 keep the RFC's proportion to it.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from labkit.signalling.machine.transaction_key import TransactionKey

CACHE_SECONDS = 32.0
"""How long an answer is kept for repeated questions: the RFC's 64·T1 at its T1. A peer
repeats at *its* T1, so a short T1 of our own must not shorten this."""


class TransactionTimer(NamedTuple):
    """The key of a timer: its letter in the RFC, and the transaction it belongs to."""

    letter: str
    transaction: TransactionKey


class CallTimer(NamedTuple):
    """The key of a timer of a call."""

    purpose: str
    """`ring`, `repeat 2xx`, `no ACK`, `retry`, `cancelled`."""
    call_id: str


@dataclass(frozen=True, slots=True)
class Timing:
    """All durations, in seconds."""

    t1: float = 0.5
    """Estimated round trip; the first repetition comes after it."""

    @property
    def t2(self) -> float:
        """The longest pause between repetitions (4 s)."""
        return 8 * self.t1

    @property
    def t4(self) -> float:
        """How long a message may linger in the network (5 s)."""
        return 10 * self.t1

    @property
    def give_up(self) -> float:
        """64·T1: timers B, F, H, and how long a 2xx waits for its ACK (32 s)."""
        return 64 * self.t1

    @property
    def cache(self) -> float:
        """Timers D, J, L and M: how long to stay ready for repetitions."""
        return max(CACHE_SECONDS, self.give_up)
