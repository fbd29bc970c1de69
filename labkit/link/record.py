"""The link's own record: every packet has exactly one fate, and the sums must agree.

    offered + duplicated = delivered + lost + under way          at any moment

Whatever a receiver claims about loss can be compared with it. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Fate(NamedTuple):
    """What became of one packet."""

    number: int
    """The how-manieth packet of the path, from 0."""
    offered_at: float
    size: int
    """Octets."""
    lost: str
    """Why it was lost; empty if it was not."""
    due: tuple[float, ...]
    """When it arrives: once, or more often if it was duplicated."""
    corrupted: bool


@dataclass(frozen=True, slots=True)
class PathRecord:
    """The counts of one direction at one moment; cumulative, but for `under_way`."""

    offered: int = 0
    delivered: int = 0
    under_way: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    """By cause: "random", "burst", "k of n", "queue full", "too many", "call over"."""
    duplicated: int = 0
    """Copies that were made."""
    corrupted: int = 0
    """Of those that were not lost, how many had a bit flipped (copies not counted)."""

    @property
    def lost_in_all(self) -> int:
        """Packets lost, whatever the cause."""
        return sum(self.lost.values())

    @property
    def adds_up(self) -> bool:
        """Whether each packet has exactly one fate."""
        there = self.delivered + self.lost_in_all + self.under_way
        return self.offered + self.duplicated == there

    def __str__(self) -> str:
        causes = ", ".join(f"{count} {cause}" for cause, count in self.lost.items())
        return (
            f"{self.offered} offered, {self.delivered} delivered, "
            f"{self.lost_in_all} lost{f' ({causes})' if causes else ''}, "
            f"{self.under_way} under way, {self.duplicated} duplicated, "
            f"{self.corrupted} corrupted"
        )
