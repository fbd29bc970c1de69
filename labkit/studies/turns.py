"""Each frame of sound had its turn: what became of it, one entry a turn.

The playout buffer's journal tells of turns in vain and of frames. A frame that came
too late and the turn that it missed are one here. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from labkit.media.machine.playout.journal import FrameRecord
from labkit.plots.playout import Fate

USUAL = 0.020
"""Seconds of sound in a frame, if the journal cannot tell."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One frame's."""

    number: int
    """Counted in frames of the sender's time."""
    media_time: float
    due: float
    """When it was played, or would have been."""
    fate: Fate
    by: str = ""
    """What repaired it; "" when it came by itself, or not at all."""
    arrived: float | None = None
    captured: float | None = None
    came_after_all: bool = False
    """By itself, when repair had brought it."""

    @property
    def lost(self) -> bool:
        """Whether the network lost it: it did not come by itself."""
        return self.fate == "missing" or bool(self.by and not self.came_after_all)

    @property
    def in_time(self) -> bool:
        """Whether it was heard."""
        return self.fate in ("played", "repaired")


def frame_length(records: Sequence[FrameRecord]) -> float:
    """Seconds of sound in a frame, by the distances of the records."""
    times = sorted({round(record.media_time, 4) for record in records})
    steps = [after - before for before, after in pairwise(times)]
    return median(steps) if steps else USUAL


def turns(
    records: Sequence[FrameRecord], overtaken: Container[int] = frozenset()
) -> list[Turn]:
    """By rising number. What was left out to catch up counts as late.

    `overtaken`: sequence numbers of frames that came by themselves, after their repair.
    Turns in vain at the end are left out: was it lost, or did the peer hang up?
    """
    length = frame_length(records)
    found: dict[int, Turn] = {}
    for record in records:
        turn = _turn(record, round(record.media_time / length))
        if record.number in overtaken:
            turn = replace(turn, came_after_all=True)
        former = found.get(turn.number)
        if record.fate == "duplicate" or (former and former.in_time):
            continue
        if former is not None:
            if turn.fate == "missing":
                continue
            if turn.fate == "late":  # its turn was when it was missed
                turn = replace(turn, due=former.due)
        found[turn.number] = turn
    last = max((n for n, turn in found.items() if turn.fate != "missing"), default=-1)
    return [found[number] for number in sorted(found) if number <= last]


def since(turns: Iterable[Turn], seconds: float) -> list[Turn]:
    """Those of the last `seconds`."""
    kept = list(turns)
    newest = max((turn.due for turn in kept), default=0.0)
    return [turn for turn in kept if turn.due > newest - seconds]


def _turn(record: FrameRecord, number: int) -> Turn:
    fate: Fate = "late"
    if record.fate == "played":
        fate = "repaired" if record.by else "played"
    elif record.fate == "missing":
        fate = "missing"
    return Turn(
        number,
        record.media_time,
        record.at,
        fate,
        record.by,
        record.arrived,
        record.captured,
    )
