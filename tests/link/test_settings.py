"""Conditions as one types them: all of a line holds, or none of it, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.link import PRESETS, Conditions, DelayTrace
from labkit.link.settings import EXAMPLES, change

TRACE = DelayTrace((0.0, 1.0), (0.0, 0.1))
FILES = {"wifi.csv": TRACE, "my wifi.csv": TRACE, r"C:\wifi.csv": TRACE}


def load(name: str) -> DelayTrace:
    if name not in FILES:
        raise LocalError(f"there is no {name}")
    return FILES[name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Conditions()),
        ("loss 20%", Conditions(loss=0.2)),
        ("LOSS 0.2  Burst 3", Conditions(loss=0.2, burst=3)),
        ("lose 2/8", Conditions(lose=2, every=8)),
        ("lose off", Conditions()),
        (
            "delay 50ms jitter 20ms jitter-kind Pareto in-order on",
            Conditions(delay=0.05, jitter=0.02, jitter_kind="pareto", in_order=True),
        ),
        ("jitter_kind spikes", Conditions(jitter_kind="spikes")),
        ("rate 1Mbit queue 300ms", Conditions(rate=1e6, queue=0.3)),
        ("rate 1Mbit queue 64kB", Conditions(rate=1e6, queue_bytes=64_000)),
        (
            "reorder 1% duplicate 2% corrupt 3%",
            Conditions(reorder=0.01, duplicate=0.02, corrupt=0.03),
        ),
        ("trace wifi.csv", Conditions(trace=TRACE)),
        ("trace 'my wifi.csv'", Conditions(trace=TRACE)),
        (r'trace "C:\wifi.csv"', Conditions(trace=TRACE)),
        ("trace off", Conditions()),
        ("preset bad-wifi", PRESETS["bad wifi"]),
        ("preset 'bad wifi'", PRESETS["bad wifi"]),
    ],
)
def test_settings_are_read_by_name_and_unit(text, expected):
    assert change(Conditions(), text, load) == expected


def test_what_is_not_named_stays_as_it_was():
    before = Conditions(loss=0.1, burst=2, delay=0.05)
    after = change(before, "loss 20%", load)
    assert after == Conditions(loss=0.2, burst=2, delay=0.05)
    assert change(before, "preset classic loss 1%", load).corrupt == 0.05


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("los 20%", "no setting is called 'los'; there are: preset, loss, burst"),
        ("loss", "loss needs a value, such as 10%"),
        ("loss 20% delay", "delay needs a value, such as 50ms"),
        ("loss 200%", "'200%' is no share"),
        ("delay 50", "'50' is no time"),
        ("delay 20s", "delay is seconds from 0 to 10"),
        ("burst many", "burst is a number such as 3"),
        ("loss 90% burst 2", "ask for longer bursts or less loss"),
        ("lose 3", "write 1/10 for one lost of every ten"),
        ("lose 11/10", "lose is a whole number from 0 to 10"),
        ("lose 1/0", "every is a whole number"),
        ("jitter-kind gamma", "uniform, normal, pareto, spikes"),
        ("in-order yes", "in-order is on or off"),
        ("trace none.csv", "there is no none.csv"),
        ("preset moon", "no preset is called 'moon'"),
    ],
)
def test_a_mistake_is_told_in_words(text, words):
    with pytest.raises(LocalError, match=words):
        change(Conditions(), text, load)


@given(
    st.text() | st.lists(st.sampled_from([*EXAMPLES, "10%", "0", "5ms"])).map(" ".join)
)
def test_any_text_gives_conditions_or_a_local_error(text):
    try:
        assert isinstance(change(Conditions(), text, load), Conditions)
    except LocalError:
        pass
