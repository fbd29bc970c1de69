"""Several observers' traces as one list: a message that its sender *and* its receiver
saw is one arrow.

The bytes are the same at both ends, and so are the addresses; a message is recognised
by them. Equal bytes may pass more than once (a retransmission is the same message
again, and so is a second `LIST`): then sightings are paired in order, and each stays an
arrow of its own. A message that only its sender saw, although its receiver was watched
too, is lost.

Requirements B10, B19. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from labkit.effects import Address
from labkit.trace.record import Record, Transport

Socket: TypeAlias = tuple[Transport, Address]
SLACK = 0.01
"""Seconds by which a message may seem to arrive before it left: its two records are
written by two threads."""
PATIENCE = 1.0
"""Seconds after which a message that has not arrived is called lost, in a live view."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message on its way from one end to the other."""

    sent: Record | None
    """As its sender saw it; None when nobody watched the sender."""
    received: Record | None
    """As its receiver saw it; None when it was lost, is under way, or nobody watched.
    """
    lost: bool = False
    repeat: int = 0
    """How many times a SIP message had already been sent over UDP, bytes unchanged."""

    @property
    def record(self) -> Record:
        """The sender's record where there is one, or else the receiver's."""
        record = self.sent or self.received
        assert record is not None
        return record

    @property
    def number(self) -> int:
        """The record's number: what a view hands back when the arrow is clicked."""
        return self.record.number

    @property
    def time(self) -> float:
        """When it left; when it arrived if nobody saw it leave."""
        return self.record.time

    @property
    def delay(self) -> float | None:
        """Seconds under way, where both ends were seen."""
        if self.sent is None or self.received is None:
            return None
        return max(0.0, self.received.time - self.sent.time)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the observers had to say of it."""
        seen = (self.sent, self.received)
        return tuple(record.note for record in seen if record and record.note)


def merge(*traces: Iterable[Record], now: float | None = None) -> list[Arrow]:
    """All messages of several traces (or lists of records), in order of time.

    With `now`, a message sent less than a second ago may still be under way; without,
    what has not arrived is lost.
    """
    records = [record for trace in traces for record in trace]
    watched = {own_end(record) for record in records}
    arrows: list[Arrow] = []
    for group in _alike(records):
        sent = [record for record in group if record.direction == "sent"]
        received = [record for record in group if record.direction == "received"]
        first = group[0]
        reached = (first.transport, plain(first.target)) in watched
        repeats = first.plane == "signalling" and first.transport == "UDP"
        for repeat, (left, arrived) in enumerate(_pairs(sent, received)):
            late = now is None or now - (left or first).time > PATIENCE
            lost = arrived is None and reached and late
            arrows.append(Arrow(left, arrived, lost, repeat if repeats else 0))
    arrows.sort(key=lambda arrow: (arrow.time, arrow.number))
    return arrows


def own_end(record: Record) -> Socket:
    """The end of the message that belongs to the observer."""
    own = record.source if record.direction == "sent" else record.target
    return record.transport, plain(own)


@lru_cache(maxsize=4096)
def plain(address: Address) -> Address:
    """The address without what depends on the socket that saw it: `::ffff:127.0.0.1` is
    127.0.0.1, and a link-local address loses its zone."""
    host = address.host.partition("%")[0]
    if host.startswith("::ffff:") and "." in host:
        host = host[7:]
    return Address(host, address.port)


def _alike(records: list[Record]) -> Iterable[list[Record]]:
    """Groups of records of the same bytes between the same ends."""
    groups: dict[object, list[Record]] = {}
    for record in records:
        data = record.data
        if record.transport == "TCP":  # where a line ends is not part of the message
            data = data.rstrip(b"\r\n")
        ends = plain(record.source), plain(record.target)
        groups.setdefault((record.transport, *ends, data), []).append(record)
    return groups.values()


def _pairs(
    sent: list[Record], received: list[Record]
) -> list[tuple[Record | None, Record | None]]:
    """Pair departures with arrivals of equal bytes.

    From the last arrival backwards, each takes the latest departure before it that is
    still free: this pairs as many as can be, never crosses two, and assumes the
    shortest way where several are possible. An arrival without a departure stays alone.
    """
    sent = sorted(sent, key=lambda record: (record.time, record.number))
    received = sorted(received, key=lambda record: (record.time, record.number))
    pairs: list[tuple[Record | None, Record | None]] = []
    for arrival in reversed(received):
        while sent and sent[-1].time > arrival.time + SLACK:
            pairs.append((sent.pop(), None))
        pairs.append((sent.pop() if sent else None, arrival))
    pairs.extend((departure, None) for departure in reversed(sent))
    return pairs[::-1]
