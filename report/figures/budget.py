"""The latency budget: each stage begins where the one before ended, as measured."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from report.figures.results import bench
from report.figures.style import BLUE, GREEN, GREY, HAIR, ORANGE, QUIET, plain, sheet

STAGES = {
    "capture": ("capture", BLUE),
    "encode": ("encode", BLUE),
    "send": ("packetise, send", BLUE),
    "network": ("network", GREY),
    "wait": ("wait for its turn", ORANGE),
    "decode": ("decode", GREEN),
    "show": ("play, show", GREEN),
}


def budget() -> Figure:
    figure = sheet(57)
    left, right = figure.subplots(1, 2)
    for axes, title, rows in (
        (
            left,
            "a picture, median, ms",
            (("jpeg_picture", "JPEG"), ("vp8_picture", "VP8")),
        ),
        (right, "a sound, median, ms", (("jpeg_sound", "Opus"),)),
    ):
        _waterfall(axes, title, rows)
    right.set_yticklabels([])
    figure.tight_layout(pad=0.3, w_pad=1.5)
    return figure


def _waterfall(axes: Axes, title: str, rows: tuple[tuple[str, str], ...]) -> None:
    figures = bench("stages")["figures"]
    plain(axes)
    axes.grid(visible=False, axis="y")
    high = 0.74 / len(rows)
    for number, (key, name) in enumerate(rows):
        at, shift = 0.0, (number - (len(rows) - 1) / 2) * (high + 0.04)
        for place, (stage, (_, colour)) in enumerate(STAGES.items()):
            took = figures.get(f"{key}_{stage}_p50_ms", {"median": 0.0})["median"]
            y = place + shift
            axes.barh([y], [took], left=at, height=high, color=colour,
                      alpha=1 if number == 0 else 0.55)  # fmt: skip
            said = f"{took:.3g}" if took >= 1 else f"{took:.2f}"
            axes.annotate(said, (at + took, y), (3, -0.5), textcoords="offset points",
                          va="center", fontsize=6.8, color=QUIET)  # fmt: skip
            if place:
                axes.plot(
                    [at, at],
                    [y - 1 + shift * 0, y],
                    color=HAIR,
                    linewidth=0.6,
                    zorder=0,
                )
            at += took
        whole = figures[f"{key}_whole_p50_ms"]["median"]
        late = figures[f"{key}_whole_p95_ms"]["median"]
        said = f"{name}: {whole:.3g} ms, 95 of 100 within {late:.3g}"
        axes.text(0.99, 0.97 - 0.09 * number, said, transform=axes.transAxes,
                  ha="right", va="top", fontsize=7.6,
                  fontweight="normal" if number else "semibold")  # fmt: skip
    axes.set_yticks(range(len(STAGES)), [words for words, _ in STAGES.values()])
    axes.set_ylim(len(STAGES) - 0.45, -1.3)
    axes.set_xlim(0, 1.14 * axes.get_xlim()[1])
    axes.tick_params(left=False, labelsize=7.6)
    axes.spines["left"].set_visible(False)
    axes.set_title(title, fontsize=8, loc="left", pad=4)


FIGURES = {"budget": budget}
