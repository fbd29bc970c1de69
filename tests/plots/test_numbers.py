"""Text and table say what the data say; what cannot be is refused in words (A16)."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.plots import (
    BufferCurves,
    LatencyBreakdown,
    LossCount,
    PacketTimes,
    QualityAgainstLoss,
    RepairAgainstRtt,
    Setting,
    Times,
    Treated,
    crossings,
)
from labkit.plots.labels import spread_out
from labkit.plots.log_scale import ShareScale
from labkit.plots.values import say
from tests.plots.examples import EXAMPLES


def drawn(name: str) -> Any:
    return EXAMPLES[name].draw(EXAMPLES[name].usual)


def test_the_breakdown_names_the_longest_stage_and_lists_all() -> None:
    drawing = drawn("breakdown")
    assert "add up to 79.1 ms, 43 % of it wait in the buffer" in drawing.text
    assert "79.5 ms in the median and 92 ms at the 95th percentile" in drawing.text
    rows = {(row["Medium"], row["Stage"]): row for row in drawing.table}
    assert rows["picture", "network"]["95 %, ms"] == 28
    assert rows["sound", "the whole, measured"]["Median, ms"] == 79.5
    assert len(rows) == 8


def test_the_bars_are_as_long_as_their_stages() -> None:
    sound, picture = drawn("breakdown").figure.axes
    lengths = [bar.get_width() for bar in sound.patches[:5]]
    assert lengths == pytest.approx([20, 0.08, 20, 34, 5])
    starts = [bar.get_x() for bar in sound.patches[:5]]
    assert starts == pytest.approx([0, 20, 20.08, 40.08, 74.08])
    assert sound.get_xlim() == picture.get_xlim()


def test_media_far_apart_get_scales_of_their_own_and_the_figure_says_so() -> None:
    far = LatencyBreakdown({"wait": Times(0.1, 0.2)}, {"encode": Times(0.001, 0.002)})
    drawing = EXAMPLES["breakdown"].draw(far)
    sound, picture = drawing.figure.axes
    assert (sound.get_xlim()[1], picture.get_xlim()[1]) == (200, 2)
    assert "scale of its own" in drawing.figure.texts[0].get_text()


def test_percentiles_are_of_what_was_measured() -> None:
    found = Times.of([0.1, None, 0.3, math.nan])
    assert (found.p50, found.p95) == pytest.approx((0.2, 0.29))
    assert Times.of([None]) == Times(None, None)


def test_depth_is_summed_up_and_listed_second_by_second() -> None:
    drawing = drawn("depth")
    assert "held 70 ms of sound in the median" in drawing.text
    assert "aims at 80 ms now, between 60 ms and 80 ms" in drawing.text
    assert "2 packets came too late" in drawing.text
    rows = list(drawing.table)
    assert len(rows) == 10
    assert (rows[0]["Least, ms"], rows[0]["Most, ms"], rows[0]["Aim, ms"]) == (
        60,
        80,
        60,
    )
    assert [row["Too late"] for row in rows] == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_losses_are_pooled_over_packets_not_over_intervals() -> None:
    draw = EXAMPLES["loss"].draw
    counts = [LossCount(1, 1000, 0, 0), LossCount(2, 10, 10, 5)]
    drawing = draw(type(EXAMPLES["loss"].usual)(counts))
    assert "Of 1,010 packets the network lost 10 (0.99 %)" in drawing.text
    assert "5 (0.495 %) were missing after repair" in drawing.text
    assert "50 % fewer than were lost" in drawing.text
    assert "0 s before the end, missed 50 %" in drawing.text
    assert [row["Lost, %"] for row in drawing.table] == [0, 100]


def test_treatments_are_ranked_by_what_they_leave() -> None:
    drawing = drawn("treatments")
    assert "The network lost 29.8 % to 30 %." in drawing.text
    assert "NACK + RED 0.24 %, RED-2 +200 % 2.8 % and none +0 % 31 %" in drawing.text
    assert list(drawing.table)[3] == {
        "Treatment": "parity",
        "Overhead, %": 25,
        "Lost, %": 30.1,
        "Missing, %": None,
    }


def test_each_packet_is_drawn_where_its_fate_says() -> None:
    drawing = drawn("playout")
    assert "Of 5 packets: 2 played, 1 repaired, 1 late and 1 missing." in drawing.text
    assert "waited 60 ms in the median, 20 ms at least and 70 ms" in drawing.text
    (axes,) = drawing.figure.axes
    marks = {
        line.get_marker(): line
        for line in axes.lines
        if line.get_linestyle() == "None" and line.get_marker() in ("x", "^")
    }
    assert marks["x"].get_xydata().tolist() == [[pytest.approx(170), 103]]
    assert marks["^"].get_xydata().tolist() == [[pytest.approx(160), 104]]
    rows = list(drawing.table)
    assert rows[1]["Waited, ms"] == 60
    assert (rows[2]["Arrived, ms"], rows[2]["Fate"]) == (None, "missing")


def test_a_rule_is_held_against_the_optimum_at_the_same_late_loss() -> None:
    curves = BufferCurves({}, [Setting(0.05, 0.01), Setting(0.03, 0.03)])
    assert curves.over_optimum(Setting(0.06, 0.02)) == pytest.approx(1.5)
    assert curves.over_optimum(Setting(0.06, 0.04)) is None
    assert curves.over_optimum(Setting(None, 0.02)) is None
    drawing = drawn("buffers")
    assert "fixed: 0 % too late at a mean of 200 ms, 1.67 times" in drawing.text
    row = next(row for row in drawing.table if row["Rule"] == "quantile")
    assert row == {
        "Rule": "quantile",
        "Mean delay, ms": 42,
        "Too late, %": 3,
        "Delay / optimum's": pytest.approx(0.042 / (0.03 + 0.03 * 7 / 9)),
    }


def test_no_late_loss_has_a_row_of_its_own_that_says_0() -> None:
    (axes,) = drawn("buffers").figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["0", "0.1"]
    fixed = next(line for line in axes.lines if line.get_marker() == "D")
    assert fixed.get_ydata()[-1] == axes.get_yticks()[0]


@given(st.lists(st.none() | st.floats(0, 1), max_size=20))
def test_every_share_has_a_height_on_the_scale(shares: list[float | None]) -> None:
    scale = ShareScale(shares)
    for share, height in zip(shares, scale.heights(shares), strict=True):
        if share is None:
            assert math.isnan(height)
        else:
            assert scale.zero <= height <= scale.top
            if height >= scale.bottom:
                assert scale.share(height) == pytest.approx(share)
            else:
                assert scale.has_zero
                assert scale.share(height) == 0


def test_the_crossing_lies_where_the_lines_meet() -> None:
    repair = RepairAgainstRtt(
        [0.01, 0.03, 0.05],
        {
            "NACK": [0.001, 0.1, 0.1],
            "RED-1": [0.2, 0.2, 0.2],
            "RED-2": [0.01, 0.01, 0.01],
        },
        0.1,
        0.1,
    )
    (only,) = crossings(repair)
    assert only.copies == "RED-2"
    assert only.round_trip == pytest.approx(0.02)  # half-way, on the logarithmic scale
    assert only.unrepaired == pytest.approx(0.01)


def test_the_crossover_is_said_and_named_in_the_figure() -> None:
    drawing = drawn("crossover")
    assert "RED-3 from 40 ms, RED-2 from 50 ms and RED-1 from 59 ms" in drawing.text
    names = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert {"RED-3\n40 ms", "RED-2\n50 ms", "RED-1\n59 ms"} <= set(names)
    assert list(drawing.table)[1]["NACK, %"] == 0.2
    apart = RepairAgainstRtt([0.01, 0.02], {"NACK": [0, 0], "RED-1": [1, 1]}, 0.3, 0.1)
    assert "do not cross" in EXAMPLES["crossover"].draw(apart).text


def test_quality_is_ranked_and_its_cost_stands_beside_the_name() -> None:
    drawing = drawn("quality")
    assert "best first" in drawing.text
    assert drawing.text.index("RED-2 +200 % 3.8 (good)") < drawing.text.index(
        "none +0 % 1.31 (bad) at 30 %"
    )
    names = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert "NACK +25 %" in names
    assert "my own" in names
    rows = {row["Treatment"]: row for row in drawing.table}
    assert rows["NACK"]["at 10 % loss"] is None
    assert rows["RED-2"]["Overhead, %"] == 200


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Times(-1, 0), "p50 is 0 or more; it cannot be -1"),
        (lambda: Times("1", 0), "p50 is a number"),
        (lambda: LatencyBreakdown({"lunch": Times(1, 1)}), "a stage is one of capture"),
        (lambda: LossCount(1, 50, 51, 0), "lost is part of what was sent: 0 to 50"),
        (lambda: LossCount(1, 50, 0, -1), "missing is part of what was sent"),
        (lambda: PacketTimes(1, 0, 1, 2, "eaten"), "a packet is played, repaired"),
        (lambda: PacketTimes(7, 0, 1, 2, "missing"), "packet 7 is missing"),
        (lambda: Setting(0.1, 1.5), "late is from 0 to 1; it cannot be 1.5"),
        (lambda: Setting(math.inf, 0.5), "delay is 0 or more; it cannot be inf"),
        (lambda: BufferCurves({"optimum": []}), "give it as `optimum`"),
        (lambda: RepairAgainstRtt([1, 1], {}, 0, 0), "round_trips rise"),
        (lambda: RepairAgainstRtt([1], {"NACK": []}, 0, 0), "one value for each round"),
        (lambda: Treated("none", [0.5], 0), r"quality of none\[0\] is from 1 to 5"),
        (lambda: QualityAgainstLoss([0.1, 0.0], []), "loss rises"),
    ],
)
def test_what_cannot_be_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(LocalError, match=words):
        make()


def test_a_depth_below_nothing_is_refused_when_it_is_drawn() -> None:
    example = EXAMPLES["depth"]
    with pytest.raises(LocalError, match=r"depth\[0\] is 0 or more"):
        example.draw(type(example.usual)([(0.0, -0.1)]))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (2.1549, "2.15"),
        (0.00216, "0.00216"),
        (81.44, "81.4"),
        (100, "100"),
        (1234.5, "1,234"),
        (-3.0, "-3"),
        (3e9, "3e+09"),
        (1e-9, "1e-09"),
        (0.0999999, "0.1"),
    ],
)
def test_numbers_are_said_with_the_digits_that_count(
    value: float | None, said: str
) -> None:
    assert say(value) == said


@given(st.lists(st.floats(0, 300), max_size=20))
def test_names_are_spread_in_order_without_meeting(places: list[float]) -> None:
    wanted, step = sorted(places), 14.0
    spread = spread_out(wanted, step, 0, 300)
    assert len(spread) == len(wanted)
    assert all(b - a >= step - 1e-6 for a, b in itertools.pairwise(spread))
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in spread)
    if all(b - a >= step for a, b in itertools.pairwise(wanted)):
        assert spread == pytest.approx(wanted)
