"""What the panel of a bad network shows and takes: no browser, no thread: D2, A15."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.link import PRESETS, Conditions, DelayTrace, PathRecord
from labkit.panels.link_view import (
    SLIDERS,
    LinkState,
    changed,
    link_view,
    seed_from,
    table,
)

PERFECT = Conditions()
TRACE = DelayTrace((0.0, 0.02, 0.04), (0.001, 0.030, 0.002))


def network(
    there: Conditions = PERFECT, back: Conditions = PERFECT, **more: Any
) -> LinkState:
    usual = LinkState(
        "alice", "bob", there, back, 7, PathRecord(), PathRecord(), there == back
    )
    return replace(usual, **more)


def test_what_the_sliders_show_can_be_given_back_unchanged() -> None:
    bad = Conditions(
        loss=0.1, burst=3, delay=0.05, jitter=0.02, jitter_kind="pareto", rate=128e3,
        reorder=0.01, duplicate=0.02, corrupt=0.05,
    )  # fmt: skip
    values = link_view(network(bad))["values"]
    wanted = {name: values[f"there.{name}"] for name in (*SLIDERS, "kind")}
    assert changed(PERFECT, wanted, None) == (bad, {})
    assert values["there.loss"] == "10"
    assert values["there.rate"] == "128"


def test_every_stop_of_every_slider_is_a_condition() -> None:
    for knob in table():
        for stop in knob["stops"]:
            _, errors = changed(PERFECT, {knob["name"]: str(stop)}, None)
            assert errors == {}, (knob["name"], stop)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"loss": "120"}, "Loss is a number from 0 to 100 %, not '120'."),
        ({"loss": "-1"}, "not '-1'"),
        ({"loss": "much"}, "not 'much'"),
        ({"loss": "inf"}, "not 'inf'"),
        ({"delay": "20000"}, "Delay is a number from 0 to 10000 ms"),
        ({"rate": "0.5"}, "rate is 0, or bits a second from 1000"),
        ({"kind": "odd"}, "jitter_kind is one of uniform"),
        ({"kind": "trace"}, "no recorded delay yet"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_the_network_stays(
    wanted: dict[str, str], words: str
) -> None:
    before = Conditions(loss=0.05, delay=0.01)
    conditions, errors = changed(before, {**wanted, "jitter": "5"}, None)
    assert conditions == replace(before, jitter=0.005), "the other wish is fulfilled"
    assert words in next(iter(errors.values()))


def test_a_burst_that_cannot_lose_so_much_says_why() -> None:
    conditions, errors = changed(Conditions(burst=3), {"loss": "90"}, None)
    assert conditions == Conditions(burst=3)
    assert "90% cannot be lost in bursts of 3" in errors["loss"]


@given(st.sampled_from((*SLIDERS, "kind", "preset")), st.one_of(st.text(), st.floats()))
def test_any_value_makes_conditions_or_gives_a_reason(name: str, value: Any) -> None:
    conditions, errors = changed(PERFECT, {name: value}, None)
    assert conditions == PERFECT or not errors
    assert all(errors.values())


def test_a_trace_takes_the_place_of_jitter_and_gives_it_back() -> None:
    traced, errors = changed(Conditions(jitter=0.02), {"kind": "trace"}, TRACE)
    assert (traced, errors) == (Conditions(trace=TRACE), {})
    view = link_view(network(traced))
    assert view["values"]["there.kind"] == "trace"
    assert view["enabled"] == {"there.jitter": False, "back.jitter": True}
    assert changed(traced, {"kind": "spikes"}, TRACE)[0].trace is None


def test_a_preset_is_known_by_its_name_until_a_slider_moves() -> None:
    conditions, _ = changed(PERFECT, {"preset": "classic"}, None)
    assert conditions == PRESETS["classic"]
    assert link_view(network(conditions))["values"]["there.preset"] == "classic"
    moved, _ = changed(conditions, {"loss": "11"}, None)
    assert link_view(network(moved))["values"]["there.preset"] == ""


def test_the_network_is_told_in_words_for_each_way() -> None:
    view = link_view(network(Conditions(loss=0.1, delay=0.05)))
    assert view["titles"] == {"there": "alice → bob", "back": "bob → alice"}
    assert view["now"] == {
        "there": "10 % lost; 50 ms delay",
        "back": "a perfect network",
    }
    assert link_view(network())["titles"]["there"] == "alice ⇄ bob"
    assert link_view(network(peer=""))["titles"]["there"] == "alice ⇄ the peer"


def test_the_ledger_counts_every_packet_once_and_says_so() -> None:
    record = PathRecord(100, 88, 4, {"random": 8, "queue full": 2}, 2, 1)
    broken = PathRecord(100, 10)
    view = link_view(
        network(there_record=record, back_record=broken, there_of_late=0.125)
    )
    there, back = view["fates"]
    assert (there["counts"]["lost"], there["counts"]["of_late"]) == ("10", "12.5 %")
    assert back["counts"]["of_late"] == "–"
    assert there["causes"] == "random 8, queue full 2"
    assert there["adds_up"]
    assert not back["adds_up"]
    assert "do not add up" in back["sum"]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "4294967296", "9" * 400, "²"])
def test_a_seed_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(LocalError, match="Seed is a number from 0"):
        seed_from(text)


def test_a_seed_is_a_whole_number() -> None:
    assert seed_from(" 7 ") == 7


def test_a_view_travels_as_json() -> None:
    view = link_view(network(PRESETS["train"]), {"there.loss": "no"})
    assert json.loads(json.dumps(view)) == view
