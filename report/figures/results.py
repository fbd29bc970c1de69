"""Figures of what the benches measured: report/results/NAME.json, as they stand there.

Each point is a median, the line through it or the shade around it all runs from the
least to the most.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    HAIR,
    ORANGE,
    PURPLE,
    QUIET,
    plain,
    sheet,
)

RESULTS = Path(__file__).parents[1] / "results"
KIT = "labkit"
LOOKS = {
    "kit": (BLUE, "o", "-"),
    "kit JPEG": (BLUE, "o", "-"),
    "kit VP8": (GREEN, "D", "-."),
    "aiortc": (ORANGE, "s", "--"),
    "aiortc VP8": (ORANGE, "s", "--"),
    "vidstream": (GREY, "v", ":"),
    "gstreamer": (PURPLE, "^", (0, (4, 1, 1, 1))),
    "GStreamer JPEG": (PURPLE, "^", (0, (4, 1, 1, 1))),
    "redis": (ORANGE, "s", "--"),
    "Redis": (ORANGE, "s", "--"),
}
"""One look a program in all figures."""
SPARE = ((GREEN, "D", "-."), (PURPLE, "^", ":"), (GREY, "v", (0, (4, 1, 1, 1))))


@cache
def bench(name: str) -> dict:
    """One bench's result; FileNotFoundError where it was not measured."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def look(line: str, index: int) -> tuple:
    return LOOKS.get(line) or SPARE[index % len(SPARE)]


def _number(at: float, _: object = None) -> str:
    return f"{at:,.0f}".replace(",", "\u202f") if abs(at) >= 1000 else f"{at:g}"


def _draw(axes: Axes, curve: dict, *, upward: str = "", logs: str = "") -> None:
    """All lines of one curve, spread and all, and what the axes are."""
    plain(axes)
    for index, (name, points) in enumerate(curve["lines"].items()):
        colour, marker, dash = look(name, index)
        told = [point for point in points if None not in point]
        x, middle, least, most = zip(*told, strict=True)
        axes.fill_between(x, least, most, color=colour, alpha=0.15, linewidth=0)
        axes.plot(x, middle, color=colour, marker=marker, linestyle=dash,
                  label=name.replace("kit", KIT))  # fmt: skip
    if "x" in logs:
        axes.set_xscale("log")
    if "y" in logs:
        axes.set_yscale("log")
        least, most = axes.get_ylim()
        between = (1.0,) if most > 100 * least else (1.0, 2.0, 5.0)
        axes.yaxis.set_major_locator(LogLocator(subs=between))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    ticks = sorted({point[0] for points in curve["lines"].values() for point in points})
    axes.set_xticks(ticks, [_short(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(_number))
    axes.tick_params(labelsize=7.2)
    axes.set_xlabel(_axis(curve, "x"), fontsize=7.8)
    axes.set_title(upward or _axis(curve, "y"), fontsize=8, loc="left", pad=5)


def _axis(curve: dict, which: str) -> str:
    unit = curve[f"unit_{which}"]
    return f"{curve[which]}, {unit}" if unit else curve[which]


def _short(number: float) -> str:
    """76800 → 77k: so that the sizes of pictures stand side by side."""
    return f"{number / 1000:.0f}k" if number >= 10_000 else f"{number:g}"


def panels(
    where: str, wanted: Sequence[tuple[str, str, str]], columns: int, height: float
) -> Figure:
    """Curves of one bench side by side, one key for all: (name, title, log axes)."""
    figure = sheet(height * -(-len(wanted) // columns) + 9)
    axes = figure.subplots(-(-len(wanted) // columns), columns, squeeze=False).flat
    found: dict[str, Line2D] = {}
    for each, (name, title, logs) in zip(axes, wanted, strict=False):
        _draw(each, bench(where)["curves"][name], upward=title, logs=logs)
        handles, labels = each.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    for each in list(axes)[len(wanted) :]:
        each.set_axis_off()
    figure.legend(
        found.values(), found, loc="lower center", ncols=len(found), frameon=False,
        fontsize=8, handlelength=3,
    )  # fmt: skip
    share = 9 / (25.4 * figure.get_size_inches()[1])
    figure.tight_layout(rect=(0, share, 1, 1), h_pad=1.4, w_pad=1.2)
    return figure


PEERS = {
    "": ("labkit", *LOOKS["kit"][:2]),
    "aiortc_": ("aiortc", *LOOKS["aiortc"][:2]),
    "vidstream_": ("vidstream", *LOOKS["vidstream"][:2]),
    "gstreamer_": ("GStreamer", *LOOKS["gstreamer"][:2]),
}
COMPARED = (
    ("video_p50_ms", "picture, median", "ms"),
    ("video_p95_ms", "picture, 95 of 100", "ms"),
    ("audio_p50_ms", "sound, median", "ms"),
    ("cpu_cores_per_party", "processor, one party", "cores"),
)


def peers() -> Figure:
    """Latency and work of the kit and the others, on the same pictures."""
    figures = bench("latency")["figures"]
    figure = sheet(47)
    axes = figure.subplots(1, len(COMPARED))
    for each, (key, title, unit) in zip(axes, COMPARED, strict=True):
        plain(each)
        each.grid(visible=False, axis="y")
        keys, names = {prefix + key for prefix in PEERS}, []
        for row, (prefix, (name, colour, marker)) in enumerate(PEERS.items()):
            names.append(name)
            each.axhline(row, color=HAIR, linewidth=0.4)
            found = figures.get(prefix + key)
            if found is None:
                there = each.get_yaxis_transform()
                each.text(0, row, " not there", fontsize=7, color=QUIET, va="center",
                          transform=there)  # fmt: skip
                continue
            ends = [found["min"], found["max"]]
            each.plot(ends, [row, row], color=colour, linewidth=2)
            each.plot([found["median"]], [row], marker, color=colour, markersize=5)
            middle = found["median"]
            each.annotate(f"{middle:.3g}", (middle, row), (0, 5), fontsize=7.4,
                          textcoords="offset points", ha="center")  # fmt: skip
        each.set_yticks(range(len(names)), names if each is axes[0] else [])
        each.set_ylim(len(names) - 0.4, -0.7)
        most = [found["max"] for name, found in figures.items() if name in keys]
        each.set_xlim(0, 1.18 * max(most))
        each.spines["left"].set_visible(False)
        each.tick_params(left=False, labelsize=7.6)
        each.set_title(f"{title}, {unit}", fontsize=8, loc="left", pad=4)
        each.xaxis.set_major_formatter(FuncFormatter(_number))
    figure.tight_layout(pad=0.3, w_pad=1.2)
    return figure


SCALING = (
    ("size_cores", "processor of a party, cores", ""),
    ("size_p50_ms", "picture’s latency, ms", ""),
    ("fps_cores", "processor of a party, cores", ""),
    ("phones_cores", "processor of a party, cores", "x"),
    ("phones_p50_ms", "picture’s latency, ms", "xy"),
    ("phones_fps", "pictures shown, per second", "x"),
    ("loss_p50_ms", "picture’s latency, ms", ""),
    ("loss_p95_ms", "95 of 100 within, ms", ""),
    ("loss_fps", "pictures shown, per second", ""),
)
USERS = (
    ("users_register_us", "register, µs", "x"),
    ("users_query_us", "query, µs", "x"),
    ("users_list_ms", "list of all, ms", "xy"),
    ("users_kib_per_user", "memory a user, KiB", "x"),
)
FIGURES = {
    "peers": peers,
    "scaling": partial(panels, "scaling", SCALING, 3, 34),
    "users": partial(panels, "scaling", USERS, 4, 36),
}
