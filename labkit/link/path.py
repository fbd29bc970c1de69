"""One direction of a bad network: packets go in with a time, and come out with theirs.

    path = Path(Conditions(loss=0.1, delay=0.05), seed=7)
    for at, data in path.offer(packet, now):
        …                                  # deliver `data` at time `at`

The path keeps no packets and reads no clock: whoever has one (a thread, a simulation)
carries out the deliveries. It is for one thread at a time. Notebook: 06-loss.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from typing import NamedTuple

from labkit.link.chain import Chain
from labkit.link.conditions import Conditions
from labkit.link.impairment import Packet
from labkit.link.record import Fate, PathRecord

MOST_UNDER_WAY = 16_384
"""Packets; what would be more is lost, so that memory is bounded."""
FATES = 4_096
"""How many of the last packets' fates are remembered one by one."""


class Delivery(NamedTuple):
    """Hand `data` over at time `at`."""

    at: float
    data: bytes


class Path:
    """A chain of impairments that can be changed while packets are under way.

    Same seed, same name, same fates: the packet offered n-th is treated the same way,
    whatever the other conditions are and were. `name` tells directions apart.
    """

    def __init__(
        self,
        conditions: Conditions | None = None,
        seed: int = 1,
        name: str = "",
    ) -> None:
        self.name = name
        self.log: deque[Fate] = deque(maxlen=FATES)
        """The last packets' fates; packets that met no impairment are not in it."""
        self._offered = self._delivered = self._duplicated = self._corrupted = 0
        self._lost: Counter[str] = Counter()
        self._due: list[float] = []
        """A heap: when what is under way arrives."""
        self._conditions = conditions or Conditions()
        self.reseed(seed)

    @property
    def conditions(self) -> Conditions:
        """What holds now."""
        return self._conditions

    @property
    def is_off(self) -> bool:
        """Whether packets pass at once; what is under way still takes its time."""
        return not self._active

    def set(self, conditions: Conditions) -> None:
        """From the next packet on, these hold; what is under way arrives as foretold.

        Chance goes on as it would have: packets that both conditions lose stay lost.
        """
        self._active = self._chain.tune(conditions)
        self._conditions = conditions

    def reseed(self, seed: int) -> None:
        """From the next packet on, other chances; queues and bursts begin anew."""
        self.seed = seed
        self._chain = Chain(seed, self.name)
        self._active = self._chain.tune(self._conditions)

    def offer(self, data: bytes, now: float) -> list[Delivery]:
        """Send a packet at time `now`: when it arrives and as what.

        Empty if it is lost; two deliveries if it is duplicated.
        """
        number = self._offered
        self._offered = number + 1
        if not self._active:
            self._delivered += 1
            return [Delivery(now, data)]
        packets: tuple[Packet, ...] = (Packet(number, data, now),)
        cause = ""
        for impairment in self._active:
            if len(packets) == 1:
                packets = impairment.apply(packets[0])
            else:
                packets = tuple(
                    after for packet in packets for after in impairment.apply(packet)
                )
            if not packets:
                cause = impairment.cause
                break
        self._settle(now)
        if packets and len(self._due) + len(packets) > MOST_UNDER_WAY:
            packets, cause = (), "too many"
        return self._note(Packet(number, data, now), packets, cause)

    def pass_by(self, packets: int) -> None:
        """So many packets passed at once, for the path is off: only count them."""
        self._offered += packets
        self._delivered += packets

    def abandon(self, now: float) -> None:
        """Nobody waits any more for what is under way: it is lost."""
        self._settle(now)
        if self._due:
            self._lost["call over"] += len(self._due)
            self._due.clear()

    def record(self, now: float) -> PathRecord:
        """The counts as they stand at time `now`; they add up."""
        under_way = sum(at > now for at in self._due)
        return PathRecord(
            offered=self._offered,
            delivered=self._delivered + len(self._due) - under_way,
            under_way=under_way,
            lost=dict(self._lost),
            duplicated=self._duplicated,
            corrupted=self._corrupted,
        )

    def _note(
        self, offered: Packet, packets: tuple[Packet, ...], cause: str
    ) -> list[Delivery]:
        """Count a packet's fate, and remember it."""
        corrupted = False
        if packets:
            self._duplicated += len(packets) - 1
            corrupted = packets[0].data is not offered.data
            self._corrupted += corrupted
            for packet in packets:
                if packet.at > offered.at:
                    heapq.heappush(self._due, packet.at)
                else:
                    self._delivered += 1
        else:
            self._lost[cause] += 1
        due = tuple(packet.at for packet in packets)
        size = len(offered.data)
        fate = Fate(offered.number, offered.at, size, cause, due, corrupted)
        self.log.append(fate)
        return [Delivery(packet.at, packet.data) for packet in packets]

    def _settle(self, now: float) -> None:
        """What was due by now has arrived."""
        while self._due and self._due[0] <= now:
            heapq.heappop(self._due)
            self._delivered += 1
