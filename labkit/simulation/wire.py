"""One simulated phone's way to its peer: packets go into the link and are counted.

Requirements A15, A16. Notebook: 05-latency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from labkit.link import Path
from labkit.media.formats import Kind
from labkit.simulation.world import World

Plane: TypeAlias = Literal["sip", "audio", "audio reports", "video", "video reports"]
Arrived: TypeAlias = Callable[[Plane, bytes], None]


class SimulatedWire:
    """Carries what one phone sends, and knows how much came out of the other's."""

    def __init__(self, world: World) -> None:
        self.sent: Counter[Plane] = Counter()
        """Packets given to the link, by what they carry."""
        self.received: Counter[Plane] = Counter()
        """Packets that came out of it."""
        self.refused: Counter[Plane] = Counter()
        """Of these, packets that nobody could read."""
        self._world = world
        self._path: Path | None = None
        self._arrived: Arrived | None = None

    def join(self, path: Path, arrived: Arrived) -> None:
        """The way there, and what the peer does with what arrives."""
        self._path, self._arrived = path, arrived

    def carry(self, plane: Plane, packets: list[bytes]) -> None:
        """Give packets to the link, which says when the peer has them."""
        assert self._path is not None
        assert self._arrived is not None
        self.sent[plane] += len(packets)
        for packet in packets:
            for at, data in self._path.offer(packet, self._world.now):
                self._world.at(at, partial(self._arrived, plane, data))


def reports_of(kind: Kind) -> Plane:
    """The plane of a kind's RTCP."""
    return "audio reports" if kind == "audio" else "video reports"
