"""What the panel of the playout buffer shows: a pure function of the buffer's journal.

A frame of sound has a slot, the moment when its turn is. The journal tells of frames
and of turns in vain; a late frame and the turn that it missed are one slot here. No
browser, no thread, no clock.

Requirements A15, A16, D2. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.panels.asked import PlayoutView, Told
from labkit.panels.words import WORDS

SPAN = 3.0
"""Seconds that the panel looks back."""
FRAME = 0.020
"""Seconds of sound in a frame, by which slots are numbered."""
KEYS = 200
"""Slots are told apart by media time, in steps of 5 ms."""
PAST = ("played", "repaired", "late", "missing", "left out")
"""What can have become of a slot."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One frame's place in time."""

    key: int
    due: float
    """When its turn is or was."""
    arrived: float | None
    fate: str
    """waiting, or one of `PAST`."""
    delay: float
    """What the buffer aimed at then."""

    def as_list(self) -> list[Any]:
        """Plain and short: a page gets some 150 of them ten times a second."""
        number = round(self.key / KEYS / FRAME) % 100
        arrived = None if self.arrived is None else round(self.arrived, 4)
        delay = round(1000 * self.delay, 1)
        return [self.key, number, round(self.due, 4), arrived, self.fate, delay]


def slots(view: PlayoutView, now: float) -> list[Slot]:
    """All slots of the last seconds and those to come, by their turn."""
    found: dict[int, Slot] = {}
    for told in _since(view.records, now - SPAN):
        key = round(told.media_time * KEYS)
        fate = "repaired" if told.fate == "played" and told.by else told.fate
        former = found.get(key)
        if fate == "duplicate" or (fate == "missing" and former is not None):
            continue
        # A late frame's turn was when it was missed; else nobody noticed that.
        due = former.due if former is not None and fate == "late" else told.at
        found[key] = Slot(key, due, told.arrived, fate, told.delay)
    for one in view.waiting:
        key = round(one.media_time * KEYS)
        due = now + one.turn_in
        found[key] = Slot(key, due, one.arrived, "waiting", view.delay)
    return sorted(found.values(), key=lambda slot: slot.due)


def moment(view: PlayoutView, now: float) -> dict[str, Any]:
    """What the page needs to draw, as plain data."""
    return {
        "now": round(now, 4),
        "target": round(1000 * view.delay, 1),
        "slots": [slot.as_list() for slot in slots(view, now)],
    }


def buffer_text(view: PlayoutView, now: float) -> str:
    """The same in words."""
    found = slots(view, now)
    counts = Counter(slot.fate for slot in found)
    waiting = counts.pop("waiting", 0)
    total = sum(counts.values())
    if not waiting and not total:
        return WORDS["buffer_empty"]
    waits = [
        slot.due - slot.arrived
        for slot in found
        if slot.fate in ("played", "repaired") and slot.arrived is not None
    ]
    waited = f"{1000 * sum(waits) / len(waits):.0f}" if waits else "–"
    past = {fate.replace(" ", "_"): counts[fate] for fate in PAST}
    return WORDS["buffer_now"].format(
        waited=waited, delay=1000 * view.delay, waiting=_frames(waiting)
    ) + WORDS["buffer_past"].format(total=_frames(total), **past)


def _frames(count: int) -> str:
    word = "frames_one" if count == 1 else "frames_many"
    return WORDS[word].format(count=count)


def _since(records: Sequence[Told], since: float) -> Iterable[Told]:
    """The records not older than that, oldest first; the journal is much longer."""
    first = len(records)
    while first and records[first - 1].at >= since:
        first -= 1
    return records[first:]
