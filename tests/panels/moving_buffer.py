"""A playout buffer whose frames follow a rule: what to show without a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

FRAME, TARGET, PAST = 0.02, 0.06, 3.5


@dataclass
class View:
    """The buffer at one moment."""

    records: Sequence[Any]
    waiting: Sequence[Any]
    delay: float = TARGET


class MovingBuffer:
    """Frame `n` is captured at `n` × 20 ms; its own seed says when it arrives."""

    def statistics(self) -> Any:
        return SimpleNamespace(audio=None)

    def playout_view(self, now: float) -> View:
        records: list[Any] = []
        waiting: list[Any] = []
        for number in range(int((now - PAST) / FRAME), int(now / FRAME) + 1):
            media_time = number * FRAME
            chance = Random(number)
            arrived = media_time + 0.005 + chance.expovariate(1 / 0.018)
            due, fate = media_time + 0.005 + TARGET, chance.random()
            frame = {"media_time": media_time, "delay": TARGET, "by": ""}
            missing = {**frame, "arrived": None, "at": due, "fate": "missing"}
            if fate < 0.05:
                records += [missing] if due <= now else []
            elif arrived > due:
                late = {**frame, "arrived": arrived, "at": arrived, "fate": "late"}
                records += [missing] if due <= now else []
                records += [late] if arrived <= now else []
            elif due <= now:
                by = "red" if fate < 0.1 else ""
                played = {"arrived": arrived, "at": due, "fate": "played", "by": by}
                records.append({**frame, **played})
            elif arrived <= now:
                waits = {"arrived": arrived, "turn_in": due - now}
                waiting.append({**frame, **waits})
        records.sort(key=lambda told: told["at"])
        return View(
            [SimpleNamespace(**told) for told in records],
            [SimpleNamespace(**waits) for waits in waiting],
        )
