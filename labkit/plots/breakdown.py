"""Where the time goes: each stage's share of the latency, of sound and of pictures.

Bars are laid end to end, the usual frame (the median of every stage) and the slow one
(its 95th percentile). The slow frames of one stage are not those of another: the second
bar is longer than the 95th percentile of the whole, which a diamond marks.

Notebook: 05-latency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import EDGE, GAP, heading, room_left, width_of
from labkit.plots.style import (
    BLUE,
    DPI,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PURPLE,
    SMALL,
    figure,
    ink_on,
    place,
    plain_axes,
)
from labkit.plots.values import Value, array, cell, check, known, milliseconds

MEDIA = ("sound", "picture")


class Stage(NamedTuple):
    """How a stage is called, drawn, and where it happens."""

    words: str
    place: str
    colour: str
    hatch: str = ""


STAGES = {
    "capture": Stage("capture", "sender", BLUE),
    "encode": Stage("encode", "sender", BLUE, "////"),
    "send": Stage("packetise, send", "sender", BLUE, "...."),
    "network": Stage("network", "network", PURPLE),
    "wait": Stage("wait in the buffer", "receiver waits", ORANGE),
    "decode": Stage("decode", "receiver", GREEN, "////"),
    "show": Stage("play, show", "receiver", GREEN),
}
"""In the order of a packet's way; `wait` is the playout buffer's (sound) or that of the
reassembly (pictures)."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something takes: seconds, at the median and at the 95th percentile."""

    p50: Value
    p95: Value

    def __post_init__(self) -> None:
        check("p50", self.p50)
        check("p95", self.p95)

    @classmethod
    def of(cls, samples: Sequence[Value]) -> Times:
        """From what was measured frame by frame; gaps do not count."""
        there = array(value for value in samples if known(value))
        if not there.size:
            return cls(None, None)
        return cls(*map(float, np.percentile(there, (50, 95))))


@dataclass(frozen=True, slots=True)
class LatencyBreakdown:
    """By stage (a key of `STAGES`); one that was not measured may be left out.

    Raises LocalError for a stage that does not exist.
    """

    sound: Mapping[str, Times] = field(default_factory=dict)
    picture: Mapping[str, Times] = field(default_factory=dict)
    whole_sound: Times | None = None
    """From capture until heard, as measured end to end."""
    whole_picture: Times | None = None

    def __post_init__(self) -> None:
        for name in (*self.sound, *self.picture):
            if name not in STAGES:
                known_ones = ", ".join(STAGES)
                raise LocalError(f"a stage is one of {known_ones}, not {name!r}")

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Times], Times | None]]:
        """Medium, its stages, the whole."""
        yield MEDIA[0], self.sound, self.whole_sound
        yield MEDIA[1], self.picture, self.whole_picture


HEIGHT, BARS = 410, 64
WIDEST = 100
"""Pixels from one column of the key to the next, at most."""
PARTS = ("p50", "p95")
ROWS = {"p50": "median", "p95": "95 %"}
COMPARABLE = 4.0
"""Both media share one scale unless one takes so many times longer."""


def latency_breakdown(parts: LatencyBreakdown, width: int = 640) -> Drawing:
    """Stacked bars, the median over the 95th percentile, and the key with numbers."""
    drawn, _ = figure(width, HEIGHT)
    longest = [_longest(*medium[1:]) for medium in parts]
    common = max(longest) or 0.001
    own = common > COMPARABLE * min(longest) > 0
    notes = [
        "Where the time goes, ms",
        *(["◆ measured end to end"] if any(whole for *_, whole in parts) else []),
        *(["each with a scale of its own"] if own else []),
    ]
    top = heading(drawn, "; ".join(notes), EDGE)
    left = room_left(drawn, ["picture, median"]) - LINE
    for at, (name, stages, whole) in enumerate(parts):
        above = top + 12 + at * (BARS + 34)
        axes = drawn.add_axes(
            place(drawn, left, 62, above, HEIGHT - above - BARS), label=name
        )
        limit = longest[at] if own else common
        _bars(axes, name, stages, whole, 1000 * limit)
    _key(drawn, parts, top + 12 + 2 * (BARS + 34) + 8)
    return Drawing(drawn, _text(parts), _table(parts))


def _bars(
    axes: Axes, name: str, stages: Mapping[str, Times], whole: Times | None, end: float
) -> None:
    plain_axes(axes, "")
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    axes.set_xlim(0, end)
    axes.set_ylim(-0.55, 1.55)
    axes.set_yticks([1, 0], [f"{name}, {ROWS[part]}" for part in PARTS])
    axes.locator_params(axis="x", nbins=5)
    for y, part in zip((1, 0), PARTS, strict=True):
        at, measured = 0.0, _ms(whole, part)
        for stage, look in STAGES.items():
            length = _ms(stages.get(stage), part)
            if not length > 0:
                continue
            axes.add_patch(_patch((at, y - 0.32), length, 0.64, look))
            if not at < measured < at + length:
                _write_inside(axes, at, y, length, look)
            at += length
        if measured >= 0:
            axes.plot(
                [measured, measured], [y - 0.42, y + 0.42], "-D", color=INK,
                markevery=[1], markersize=6, linewidth=2, clip_on=False, zorder=4,
            )  # fmt: skip
        beyond = max(at, measured) if measured >= 0 else at
        words = _length_words(at, measured)
        axes.annotate(
            words, (beyond, y), (GAP, 0), textcoords="offset points", color=INK,
            fontsize=SMALL, fontweight="bold", va="center", annotation_clip=False,
        )  # fmt: skip


def _write_inside(axes: Axes, at: float, y: float, length: float, look: Stage) -> None:
    """The stage's first word in its bar, where it fits and no hatching disturbs it."""
    word = look.words.split(",")[0].split()[0]
    pixels = length / axes.get_xlim()[1] * axes.get_window_extent().width
    if not look.hatch and pixels > width_of(axes.figure, word) + GAP:
        axes.text(
            at + length / 2, y, word, color=ink_on(look.colour), fontsize=SMALL,
            fontweight="bold", ha="center", va="center_baseline",
        )  # fmt: skip


def _patch(corner: tuple[float, float], width: float, height: float, look: Stage,
           **extra: Any) -> Rectangle:  # fmt: skip
    return Rectangle(
        corner, width, height, facecolor=(look.colour, 0.3 if look.hatch else 1.0),
        edgecolor=look.colour, hatch=look.hatch, linewidth=0.8, **extra,
    )  # fmt: skip


def _key(on: Figure, parts: LatencyBreakdown, below: float) -> None:
    """The stages with their numbers: a legend that is a table."""
    width = DPI * on.get_size_inches()[0]
    named = min(210.0, 0.42 * width)
    apart = min(WIDEST, (width - EDGE - named) / 4)
    columns = [named + apart * (at + 1) for at in range(4)]

    def write(x: float, row: int, words: str, colour: str = INK, **how: Any) -> None:
        on.text(
            x / width, 1 - (below + LINE * row) / HEIGHT, words, color=colour,
            fontsize=SMALL, fontweight="bold", va="center_baseline", **how,
        )  # fmt: skip

    heads = [(name, ROWS[part]) for name in MEDIA for part in PARTS]
    for x, head in zip(columns, heads, strict=True):
        for row, words in enumerate(head):
            write(x, row, words, ha="right")
    for row, (stage, look) in enumerate(STAGES.items(), len(heads[0])):
        corner = (EDGE / width, 1 - (below + LINE * row + 5) / HEIGHT)
        swatch = _patch(corner, 20 / width, 10 / HEIGHT, look, transform=on.transFigure)
        on.add_artist(swatch)
        write(EDGE + 28, row, look.words, look.colour)
        numbers = [
            getattr(stages.get(stage, Times(None, None)), part)
            for _, stages, _ in parts
            for part in PARTS
        ]
        for x, number in zip(columns, numbers, strict=True):
            write(x, row, milliseconds(number)[:-3], ha="right")


def _ms(times: Times | None, part: str) -> float:
    return float(array([getattr(times, part, None)], 1000)[0])


def _sum(stages: Mapping[str, Times], part: str) -> float:
    return float(np.nansum([_ms(times, part) for times in stages.values()])) / 1000


def _longest(stages: Mapping[str, Times], whole: Times | None) -> float:
    ends = [_sum(stages, part) for part in PARTS]
    return float(np.nanmax([*ends, *(_ms(whole, part) / 1000 for part in PARTS)]))


def _length_words(stacked: float, measured: float) -> str:
    if measured >= 0:
        return f"◆ {milliseconds(measured / 1000)[:-3]}"
    return milliseconds(stacked / 1000)[:-3] if stacked else "nothing"


def _text(parts: LatencyBreakdown) -> str:
    said = [
        _medium_words(name, stages, whole)
        for name, stages, whole in parts
        if _sum(stages, "p95") or whole
    ]
    if not said:
        return "No stage has been measured yet."
    return (
        f"{' '.join(said)} The 95th percentiles of the stages do not add up to that of "
        "the whole: the slow frames of one are not those of another."
    )


def _medium_words(name: str, stages: Mapping[str, Times], whole: Times | None) -> str:
    usual = {stage: _ms(times, "p50") for stage, times in stages.items()}
    total = sum(length for length in usual.values() if length > 0)
    measured = (
        f"measured end to end {milliseconds(whole.p50)} in the median and "
        f"{milliseconds(whole.p95)} at the 95th percentile"
        if whole
        else "the whole was not measured"
    )
    if not total > 0:
        return f"{name.capitalize()}: {measured}."
    longest = max(usual, key=lambda stage: usual[stage] if usual[stage] > 0 else 0)
    return (
        f"{name.capitalize()}: the stages' medians add up to "
        f"{milliseconds(total / 1000)}, {100 * usual[longest] / total:.0f} % of it "
        f"{STAGES[longest].words}; {measured}."
    )


def _table(parts: LatencyBreakdown) -> Table:
    rows = [
        (name, STAGES[stage].words, STAGES[stage].place, cell(times.p50, 1000),
         cell(times.p95, 1000))
        for name, stages, _ in parts
        for stage in STAGES
        if (times := stages.get(stage))
    ]  # fmt: skip
    rows += [
        (name, "the whole, measured", "", cell(whole.p50, 1000), cell(whole.p95, 1000))
        for name, _, whole in parts
        if whole
    ]
    columns = ("Medium", "Stage", "Where", "Median, ms", "95 %, ms")
    return Table("Latency by stage", columns, tuple(rows))
