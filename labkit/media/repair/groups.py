"""Groups of packets of which some are missing, and what is there to repair them with.

A group waits until so little is missing that it can be solved, or until it is old.
Numbers are unwrapped here. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from labkit.media.messages import RtpPacket
from labkit.media.repair.parity import Parity, missing_packet
from labkit.media.repair.reed_solomon import RepairBlock, missing_packets

MOST_WAITING = 64
"""Groups that may wait; beyond, the oldest is given up."""


class ParityGroup:
    """Packets and their XOR: solved when all but one are here."""

    by: Literal["parity"] = "parity"

    def __init__(self, base: int, parity: Parity) -> None:
        self.numbers = tuple(base + offset for offset in parity.offsets)
        self._parity = parity

    @property
    def strength(self) -> int:
        """How many packets may be missing."""
        return 1

    def solve(self, here: Mapping[int, RtpPacket], ssrc: int) -> list[RtpPacket]:
        """The missing packet. Raises RemoteError when what comes out is none."""
        (missing,) = (number for number in self.numbers if number not in here)
        others = [here[number] for number in self.numbers if number != missing]
        return [missing_packet(self._parity, others, missing & 0xFFFF, ssrc)]


class ReedSolomonGroup:
    """Packets and some blocks: solved when no more are missing than blocks came."""

    by: Literal["reed-solomon"] = "reed-solomon"

    def __init__(self, base: int, block: RepairBlock) -> None:
        self.numbers = tuple(range(base, base + block.data))
        self._base = base
        self._blocks = {block.turn: block}

    @property
    def strength(self) -> int:
        """How many packets may be missing."""
        return len(self._blocks)

    def add(self, block: RepairBlock) -> None:
        """Another block; one of another length or count is no block of this group."""
        first = next(iter(self._blocks.values()))
        alike = (block.data, block.repair) == (first.data, first.repair)
        if alike and len(block.block) == len(first.block):
            self._blocks[block.turn] = block

    def solve(self, here: Mapping[int, RtpPacket], ssrc: int) -> list[RtpPacket]:
        """The missing packets. Raises RemoteError when what comes out is none."""
        others = {
            number - self._base: here[number]
            for number in self.numbers
            if number in here
        }
        return missing_packets(tuple(self._blocks.values()), others, ssrc)


Group: TypeAlias = ParityGroup | ReedSolomonGroup


class WaitingGroups:
    """The groups of one source that are not whole, bounded."""

    def __init__(self) -> None:
        self._missing: dict[Group, set[int]] = {}
        self._wanted: dict[int, list[Group]] = {}
        """Which groups wait for a number."""

    def __len__(self) -> int:
        return len(self._missing)

    def find(self, numbers: Sequence[int]) -> ReedSolomonGroup | None:
        """The Reed–Solomon group of exactly these numbers, if it waits."""
        for number in numbers:
            for group in self._wanted.get(number, ()):
                if isinstance(group, ReedSolomonGroup) and group.numbers == numbers:
                    return group
        return None

    def add(self, group: Group, here: Mapping[int, RtpPacket]) -> bool:
        """Let a group wait; whether anything is missing in it at all."""
        missing = {number for number in group.numbers if number not in here}
        if not missing:
            return False
        self._missing[group] = missing
        for number in missing:
            self._wanted.setdefault(number, []).append(group)
        if len(self._missing) > MOST_WAITING:
            self.remove(next(iter(self._missing)))
        return True

    def here(self, number: int) -> list[Group]:
        """A packet is here: the groups that this brings nearer to their solution."""
        groups = self._wanted.pop(number, [])
        for group in groups:
            self._missing[group].discard(number)
        return groups

    def is_solvable(self, group: Group) -> bool:
        """Whether it still waits, and can be solved now; a whole one is forgotten."""
        missing = self._missing.get(group)
        if missing == set():
            self.remove(group)
        return bool(missing) and len(missing or ()) <= group.strength

    def remove(self, group: Group) -> None:
        """It is solved, whole, or given up."""
        for number in self._missing.pop(group, ()):
            waiting = self._wanted[number]
            waiting.remove(group)
            if not waiting:
                del self._wanted[number]
