"""Every message once: the records that the log, the table, the ladder and the capture
view.

A `Trace` belongs to one observer (a phone, a registry). It keeps the last messages of
the registry, of signalling and of RTCP whole, and only counts RTP packets, of which
there are hundreds a second; the last of those are kept raw for the capture file.

Requirements B10, B19. Notebook: 01-registry.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from labkit.effects import Address

Plane: TypeAlias = Literal["registry", "signalling", "media"]
Transport: TypeAlias = Literal["TCP", "UDP"]
Direction: TypeAlias = Literal["sent", "received"]

MOST_BYTES = 65_536
MOST_OCTETS = 8 << 20
"""Of all messages kept together."""
MOST_STREAMS = 64
"""Of which RTP is counted; the newest, for each call has four new ones."""
MOST_RTP_BYTES = 2048
"""Of one RTP packet kept for the capture file: 1,200 are usual."""
_log = logging.getLogger("labkit.trace")
_numbers = itertools.count(1)


class Record(NamedTuple):
    """One message as one observer saw it leave or arrive.

    A tuple, as frozen as a frozen dataclass and made in a third of the time: a busy
    registry makes 100,000 a second.
    """

    number: int
    """Rises by one a message, over all traces of this process: the order of events."""
    time: float
    """Seconds since the Unix epoch, on the kit's one clock."""
    observer: str
    """Whose trace: `alice`, `registry`."""
    plane: Plane
    transport: Transport
    direction: Direction
    source: Address
    target: Address
    data: bytes
    """The message exactly as on the wire, at most 65 536 bytes of it."""
    note: str = ""
    """What the observer has to say of it: `malformed: …`, `dropped: …`."""


class RtpPacketSeen(NamedTuple):
    """One raw RTP datagram, kept for the capture file."""

    time: float
    source: Address
    target: Address
    data: bytes
    direction: Direction


class _Burst(NamedTuple):
    """Packets that went together. A picture has some twenty: kept one by one, the
    rubbish collector would look through thousands of them again and again."""

    time: float
    source: Address
    target: Address
    direction: Direction
    packets: list[bytes]


@dataclass(slots=True)
class RtpCount:
    """How many RTP packets and bytes went one way between two addresses."""

    packets: int = 0
    octets: int = 0
    first: float = 0.0
    """When the first of them left or arrived, seconds as in `Record.time`."""
    payload_type: int | None = None
    """RFC 3550 section 5.1, of the newest packet."""


class Trace:
    """The last messages of one observer, bounded; safe to use from any thread."""

    def __init__(
        self, observer: str, messages: int = 2000, packets: int = 8000
    ) -> None:
        self.observer = observer
        self.rtp: dict[tuple[Address, Address, Direction], RtpCount] = {}
        self._records: deque[Record] = deque()
        self._most, self._octets = messages, 0
        self._bursts: deque[_Burst] = deque()
        self._most_packets, self._packets = packets, 0
        self._listeners: list[Callable[[Record], None]] = []
        self._lock = threading.Lock()

    def record(
        self,
        time: float,
        plane: Plane,
        transport: Transport,
        direction: Direction,
        source: Address,
        target: Address,
        data: bytes,
        note: str = "",
    ) -> None:
        """Keep one message and tell the listeners; never raises, never waits."""
        with self._lock:  # numbered and kept in one step: `since` relies on the order
            record = Record(
                next(_numbers), time, self.observer, plane, transport, direction,
                source, target, data[:MOST_BYTES], note,
            )  # fmt: skip
            self._records.append(record)
            self._octets += len(record.data)
            while len(self._records) > self._most or self._octets > MOST_OCTETS:
                self._octets -= len(self._records.popleft().data)
        for listener in tuple(self._listeners):
            try:
                listener(record)
            except Exception:
                _log.exception("a listener of the trace failed")

    def count_rtp(
        self,
        time: float,
        direction: Direction,
        source: Address,
        target: Address,
        *packets: bytes,
    ) -> None:
        """Count RTP packets that went together, and keep them for the capture file."""
        stream = source, target, direction
        with self._lock:  # sent by devices, the loop, and whoever was late
            count = self.rtp.get(stream)
            if count is None:
                if len(self.rtp) >= MOST_STREAMS:
                    del self.rtp[next(iter(self.rtp))]
                count = self.rtp[stream] = RtpCount(first=time)
            count.packets += len(packets)
            count.octets += sum(map(len, packets))
            if packets and len(packets[-1]) > 1:
                count.payload_type = packets[-1][1] & 0x7F
            kept = [data[:MOST_RTP_BYTES] for data in packets]
            self._bursts.append(_Burst(time, source, target, direction, kept))
            self._packets += len(kept)
            while self._packets - len(self._bursts[0].packets) >= self._most_packets:
                self._packets -= len(self._bursts.popleft().packets)

    def subscribe(self, listener: Callable[[Record], None]) -> Callable[[], None]:
        """Call `listener` with each new record, on the thread that made it.

        Returns a function that ends the subscription. A listener must return at once.
        """
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def since(self, number: int) -> list[Record]:
        """The records kept whose number is above `number`, oldest first.

        A view that grows reads only what is new: it asks with the highest number that
        it has seen. The cost is that of the new records, not of all.
        """
        with self._lock:
            newer = itertools.takewhile(
                lambda record: record.number > number, reversed(self._records)
            )
            return list(newer)[::-1]

    def clear(self) -> None:
        """Forget everything seen so far."""
        with self._lock:
            self._records.clear()
            self._octets = 0
            self.rtp.clear()
            self._bursts.clear()
            self._packets = 0

    @property
    def records(self) -> list[Record]:
        """The records kept, oldest first."""
        return list(self._records)

    @property
    def packets(self) -> list[RtpPacketSeen]:
        """The raw RTP packets kept, oldest first."""
        with self._lock:
            bursts = list(self._bursts)
        seen = [
            RtpPacketSeen(burst.time, burst.source, burst.target, data, burst.direction)
            for burst in bursts
            for data in burst.packets
        ]
        return seen[-self._most_packets :]

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self._records)

    def __bool__(self) -> bool:
        return True  # an empty trace is one, too: `trace or Trace(…)` must keep it

    def __repr__(self) -> str:
        packets = sum(count.packets for count in tuple(self.rtp.values()))
        return (
            f"<Trace of {self.observer}: {len(self)} messages, {packets} RTP packets>"
        )
