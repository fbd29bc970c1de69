"""What the panel of the playout buffer shows: the journal's lines as slots: A15."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from labkit.panels.buffer_view import SPAN, buffer_text, moment, slots

NOW = 100.0


@dataclass
class Line:
    media_time: float
    arrived: float | None
    at: float
    fate: str
    by: str = ""
    delay: float = 0.06


@dataclass
class Waits:
    media_time: float
    arrived: float
    turn_in: float


@dataclass
class View:
    records: list[Line] = field(default_factory=list)
    waiting: list[Waits] = field(default_factory=list)
    delay: float = 0.06


def fates(view: View) -> list[tuple[float, str]]:
    return [(round(slot.due, 3), slot.fate) for slot in slots(view, NOW)]


def test_what_is_played_repaired_missing_and_waiting_stands_in_its_order() -> None:
    view = View(
        [
            Line(5.00, 99.88, 99.92, "played"),
            Line(5.02, 99.93, 99.94, "played", by="red"),
            Line(5.04, None, 99.96, "missing"),
            Line(5.06, 99.91, 99.97, "left out"),
        ],
        [Waits(5.10, 99.97, 0.02), Waits(5.08, 99.96, 0.0)],
    )
    assert fates(view) == [
        (99.92, "played"),
        (99.94, "repaired"),
        (99.96, "missing"),
        (99.97, "left out"),
        (100.0, "waiting"),
        (100.02, "waiting"),
    ]


def test_a_late_frame_and_the_turn_it_missed_are_one_slot() -> None:
    view = View([Line(5.00, None, 99.90, "missing"), Line(5.00, 99.95, 99.95, "late")])
    (slot,) = slots(view, NOW)
    assert (slot.fate, slot.due, slot.arrived) == ("late", 99.90, 99.95)


def test_a_duplicate_changes_nothing() -> None:
    view = View(
        [Line(5.00, 99.8, 99.90, "played"), Line(5.00, 99.95, 99.95, "duplicate")]
    )
    assert fates(view) == [(99.9, "played")]


def test_only_the_last_seconds_are_shown() -> None:
    old, new = NOW - SPAN - 0.01, NOW - SPAN + 0.01
    view = View([Line(1.0, old, old, "played"), Line(1.02, new, new, "played")])
    assert fates(view) == [(round(new, 3), "played")]


def test_all_of_it_is_said_in_words() -> None:
    assert "begins" in buffer_text(View(), NOW)
    view = View(
        [Line(5.00, 99.8, 99.90, "played"), Line(5.02, None, 99.92, "missing")],
        [Waits(5.04, 99.96, 0.02)],
        0.045,
    )
    assert buffer_text(view, NOW) == (
        "Sound waited 100 ms in the mean, the rule aims at 45 ms. 1 frame in the "
        "buffer now. Of the last 2 frames, 1 were played as they came, 0 repaired, "
        "0 late, 1 missing, 0 left out."
    )


def test_a_moment_is_plain_data_with_times_in_seconds_and_delays_in_ms() -> None:
    view = View([Line(5.00, 99.8, 99.9, "played")])
    told = moment(view, NOW)
    assert json.loads(json.dumps(told)) == told
    assert told == {
        "now": 100.0,
        "target": 60.0,
        "slots": [[1000, 50, 99.9, 99.8, "played", 60.0]],
    }
