"""Conditions and units: what cannot be is refused in words, what can is described."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.link import PRESETS, Conditions, DelayTrace, preset, units


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"loss": 1.5}, "loss is a share from 0 to 1, not 1.5"),
        ({"loss": -0.1}, "loss is a share"),
        ({"loss": float("nan")}, "loss is a share"),
        ({"loss": "10%"}, "loss is a share"),
        ({"loss": True}, "loss is a share"),
        ({"corrupt": 2}, "corrupt is a share"),
        ({"delay": -1}, "delay is seconds from 0 to 10, not -1"),
        ({"delay": 50}, "delay is seconds from 0 to 10, not 50"),
        ({"jitter": float("inf")}, "jitter is seconds"),
        ({"burst": 0.5}, "burst is 0, or a mean length from 1 to 1000"),
        ({"rate": 100}, "rate is 0, or bits a second from 1000"),
        ({"lose": 11}, "lose is a whole number from 0 to 10, not 11"),
        ({"lose": 0.5}, "lose is a whole number"),
        ({"every": 0}, "every is a whole number from 1 to 1000"),
        ({"queue_bytes": -1}, "queue_bytes is a whole number"),
        ({"jitter_kind": "gamma"}, "uniform, normal, pareto, spikes, not 'gamma'"),
        ({"jitter_kind": []}, "jitter_kind is one of"),
        ({"in_order": 1}, "in_order is True or False"),
        ({"trace": "wifi.csv"}, "trace is a DelayTrace or None"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_words(values, words):
    with pytest.raises(LocalError, match=words):
        Conditions(**values)


def test_conditions_are_described_in_words():
    trace = DelayTrace((0.0, 1.0), (0.0, 0.1))
    where = Conditions(
        loss=0.1,
        burst=3,
        lose=1,
        rate=1.5e6,
        delay=0.05,
        jitter=0.02,
        in_order=True,
        trace=trace,
        reorder=0.01,
        duplicate=0.02,
        corrupt=0.03,
    )
    assert where.describe() == (
        "10 % lost, 3 in a row on average; exactly 1 of every 10 lost; "
        "1.5 Mbit/s with a queue of 200 ms; 50 ms delay; uniform jitter of 20 ms; "
        "a recorded delay of 2 samples (2 s); kept in order; "
        "1 % overtaken; 2 % duplicated; 3 % corrupted"
    )
    assert Conditions(queue=1, burst=5).describe() == "a perfect network"
    assert Conditions(queue=1, burst=5).is_perfect
    assert not where.is_perfect


def test_the_classic_is_that_of_the_course_in_spain():
    assert PRESETS["classic"] == Conditions(
        delay=0.010, jitter=0.100, loss=0.10, corrupt=0.05
    )
    assert preset("Bad-WiFi") is PRESETS["bad wifi"]
    with pytest.raises(LocalError, match="'lunar'; there are: perfect, classic"):
        preset("lunar")


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_share, "10%", 0.1),
        (units.parse_share, " 2.5 % ", 0.025),
        (units.parse_share, "0.1", 0.1),
        (units.parse_share, "0,1", 0.1),
        (units.parse_share, "100%", 1.0),
        (units.parse_time, "50ms", 0.05),
        (units.parse_time, "0.05s", 0.05),
        (units.parse_time, "200 us", 0.0002),
        (units.parse_time, "0", 0.0),
        (units.parse_rate, "1Mbit", 1e6),
        (units.parse_rate, "64 kbit/s", 64e3),
        (units.parse_rate, "1.5mbit", 1.5e6),
        (units.parse_rate, "2 Mbps", 2e6),
        (units.parse_size, "64kB", 64000),
        (units.parse_size, "1500B", 1500),
    ],
)
def test_quantities_are_read_as_people_write_them(parse, text, value):
    assert parse(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (units.parse_share, "10", "write a percentage such as 10%"),
        (units.parse_share, "101%", "no share"),
        (units.parse_share, "-1%", "no share"),
        (units.parse_share, "10ms", "no share"),
        (units.parse_share, "", "no share"),
        (units.parse_time, "50", "write a number and its unit, such as 50ms"),
        (units.parse_time, "50 m", "no time"),
        (units.parse_time, "٣ms", "no time"),
        (units.parse_time, "ms", "no time"),
        (units.parse_rate, "1MB", "64kbit or 1Mbit"),
        (units.parse_rate, "fast", "'fast' is no rate"),
        (units.parse_size, "1.kB", "no size"),
        (units.parse_size, "x" * 1000, "xxx'… is no size"),
    ],
)
def test_nonsense_is_told_with_an_example(parse, text, words):
    with pytest.raises(LocalError, match=words) as told:
        parse(text)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    "parse",
    [units.parse_share, units.parse_time, units.parse_rate, units.parse_size],
)
@given(text=st.text() | st.from_regex(r"[0-9.,]+ ?[a-zA-Z%]*", fullmatch=True))
def test_any_text_is_a_quantity_or_a_local_error(parse, text):
    try:
        assert parse(text) >= 0
    except LocalError:
        pass


@given(st.integers(0, 1000), st.integers(1, 9999))
def test_what_is_written_can_be_read(thousandths, number):
    share = thousandths / 1000
    assert units.parse_share(units.write_share(share)) == pytest.approx(share)
    assert units.parse_time(units.write_time(number / 1000)) == pytest.approx(
        number / 1000
    )
    rate = number * 1000.0
    assert units.parse_rate(units.write_rate(rate)) == pytest.approx(rate)
