"""When each frame passed each stage on its way: what a latency is made of.

    captured   begun  encoded  sent   first        taken  ready  shown
       |capture|encode |send|  network |    wait     |decode| show |
       the sender's clock                      the receiver's clock

Each party notes its own half, the newest half minute: `labkit.studies.breakdown` joins
the two by the RTP timestamp. A frame costs a tuple and an append, a packet nothing.

Notebook: 05-latency.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

REMEMBERED = 1500
"""Frames: half a minute of sound."""


class SentFrame(NamedTuple):
    """One frame of ours; times on our clock."""

    timestamp: int
    """RTP timestamp, 32 bits."""
    captured: float
    begun: float
    """It is there as a whole, and encoding begins."""
    encoded: float
    sent: float
    """All its packets were handed to the socket, or to the link."""


class ReceivedStages(NamedTuple):
    """One frame of the peer's; times on our clock."""

    timestamp: int
    """RTP timestamp; its low 32 bits count."""
    captured: float | None
    """By the estimated clock of the peer; None while that is not known."""
    first: float
    """Its first packet came, or it was repaired."""
    taken: float
    """It is whole, or waited long enough, and its turn has come: decoding begins."""
    ready: float
    shown: float
    """The panel, or the loudspeaker, has it."""


class Stages:
    """The newest frames both ways. Needs no lock: a deque's append and copy are one
    step each."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, float, float, float, float]] = deque(
            maxlen=REMEMBERED
        )
        self._received: deque[tuple[int, float | None, float, float, float, float]] = (
            deque(maxlen=REMEMBERED)
        )
        self.note_sent = self._sent.append
        """Called with the fields of a `SentFrame`."""
        self.note_received = self._received.append
        """Called with the fields of `ReceivedStages`."""

    @property
    def sent(self) -> list[SentFrame]:
        """Ours, oldest first."""
        return [SentFrame(*fields) for fields in self._sent.copy()]

    @property
    def received(self) -> list[ReceivedStages]:
        """The peer's, oldest first."""
        return [ReceivedStages(*fields) for fields in self._received.copy()]
