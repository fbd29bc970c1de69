"""Sound on its way to the page: what has gathered leaves when the last has come.

Fifty messages a second are many for a kernel's connection, and on a busy machine they
queue where nobody sees it. So at most 80 ms are under way: a quick page gets each piece
alone, a slow one 20, 40 or 60 ms at a time, and one that is slower still misses the
oldest.

Time is an input here; nothing waits. Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from labkit.devices.base import Samples

LONGEST = 0.12
"""Seconds of sound that may wait here; beyond, the oldest is dropped."""
QUICK, STRETCH = 0.06, 0.02
"""Seconds under way from which on a page is slow; it gets no less than that at once."""
UNDER_WAY = 0.08
"""Seconds of sound that the page has not acknowledged, at most."""
MOST_UNDER_WAY = 64
"""Messages that are remembered."""
LOST = 1.0
"""Seconds after which what was sent counts as lost."""
BLIND = 0.06
"""Seconds from message to message while a busy kernel hears no acknowledgement."""


class Outbox:
    """The sound for one page, at `rate` samples a second."""

    def __init__(self, rate: int, number: int = 0) -> None:
        """`number`: of the last message before, when it goes on from another."""
        self.rate = rate
        self.number = number
        self.dropped = 0
        """Samples that the page was too slow for."""
        self._blocks: deque[Samples] = deque()
        self._samples = 0
        self._under_way: deque[tuple[int, int]] = deque()
        """Number and samples of what was sent and not acknowledged."""
        self._acknowledged = number
        self._sent = float("-inf")

    def add(self, block: Samples) -> None:
        """The next stretch to be played."""
        self._blocks.append(block)
        self._samples += len(block)
        while self._samples > LONGEST * self.rate and len(self._blocks) > 1:
            oldest = self._blocks.popleft()
            self._samples -= len(oldest)
            self.dropped += len(oldest)

    def take(self, now: float, deaf: bool = False) -> tuple[int, Samples] | None:
        """Number and samples of the next message, if one may leave now.

        `deaf`: the kernel cannot hear the page at present, which is not its fault.
        """
        if not self._blocks:
            return None
        under_way = sum(samples for _, samples in self._under_way)
        full = under_way >= UNDER_WAY * self.rate or (
            under_way >= QUICK * self.rate and self._samples < STRETCH * self.rate
        )
        since = now - self._sent
        if full and since < LOST and not (deaf and since >= BLIND):
            return None
        block = np.concatenate(self._blocks)
        self._blocks.clear()
        self._samples = 0
        self.number += 1
        self._sent = now
        self._under_way.append((self.number, len(block)))
        while len(self._under_way) > MOST_UNDER_WAY:
            self._under_way.popleft()
        return self.number, block

    def acknowledged(self, number: int) -> bool:
        """The page has got all up to `number`; whether that is news."""
        news = self._acknowledged < number <= self.number
        if news:
            self._acknowledged = number
            while self._under_way and self._under_way[0][0] <= number:
                self._under_way.popleft()
        return news
