"""The bad network inside a phone: what it sends and what comes pass through it.

It stands between the media's machines and the sockets, for sound, pictures and reports
alike, as one line that all of them share. Switched off, as it is at first, packets only
pass by and are counted. It can be changed at any time, also in a call.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import groupby
from typing import Literal, TypeAlias

from labkit.link import Conditions, Link, PathRecord
from labkit.net import clock

Way: TypeAlias = Literal["there", "back"]


class CallLink:
    """One phone's link: `there` is what befalls what it sends, `back` what comes.

        alice.link.set(there=Conditions(loss=0.1), back=Conditions(delay=0.05))

    Safe to use from any thread.
    """

    def __init__(self, seed: int = 1) -> None:
        self._link = Link(seed=seed)
        self._ways = {"there": self._link.there, "back": self._link.back}
        self._lock = threading.Lock()

    @property
    def there(self) -> Conditions:
        """What befalls what this phone sends."""
        return self._link.there.conditions

    @property
    def back(self) -> Conditions:
        """What befalls what comes to this phone."""
        return self._link.back.conditions

    @property
    def seed(self) -> int:
        """What chance comes from: same seed, same fates."""
        return self._link.seed

    def set(
        self,
        there: Conditions | None = None,
        back: Conditions | None = None,
        seed: int | None = None,
    ) -> None:
        """From the next packet on, these hold; what is not given stays as it is."""
        with self._lock:
            if seed is not None:
                self._link.reseed(seed)
            if there is not None:
                self._link.there.set(there)
            if back is not None:
                self._link.back.set(back)

    def record(self, way: Way) -> PathRecord:
        """The fates of all packets that went this way, counted."""
        with self._lock:
            return self._ways[way].record(clock.now())

    def abandon(self) -> None:
        """The call is over: what is under way arrives nowhere."""
        with self._lock:
            for path in self._ways.values():
                path.abandon(clock.now())

    def carry(
        self, way: Way, packets: Sequence[bytes], now: float
    ) -> list[tuple[float, list[bytes]]] | None:
        """When which of these packets arrive: (time, packets), as they come.

        None when the way is off: all of them are there at once.
        """
        path = self._ways[way]
        with self._lock:
            if path.is_off:
                path.pass_by(len(packets))
                return None
            deliveries = [d for packet in packets for d in path.offer(packet, now)]
        deliveries.sort(key=_time)
        return [(at, [d.data for d in due]) for at, due in groupby(deliveries, _time)]

    def __repr__(self) -> str:
        there, back = self.there.describe(), self.back.describe()
        return f"<link: there {there}; back {back}; seed {self.seed}>"


def _time(delivery: tuple[float, bytes]) -> float:
    return delivery[0]
