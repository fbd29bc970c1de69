"""The house: its grid with the lines of code in each cell, and who imports whom.

Both are read from the source, as the tests of the import rules read it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from report.figures.boxes import Box
from report.figures.style import (
    BLUE,
    GREY,
    HAIR,
    ORANGE,
    QUIET,
    TINT,
    WARM_TINT,
    canvas,
    sheet,
)
from tests.house.imports import Import, imports_of

PALE = "#f4f6f8"
ROOT = Path(__file__).parents[2]
ROWS = {
    "registry": "who is where",
    "signalling": "may I call you?",
    "media": "sound and pictures",
    "dialects": "other groups' formats",
}
COLUMNS = {
    "messages": "what is said",
    "wire": "how it is written",
    "machine": "what happens next",
}
BESIDE = {
    "media": ("codecs", "payloads", "repair", "sound", "quality"),
    "dialects": ("declaration",),
}
"""Rooms of a row that are in no column."""
OUTSIDE = {
    "net": "sockets, threads, clocks",
    "devices": "camera, microphone …",
    "link": "a bad network, seeded",
    "trace": "every message, once",
    "simulation": "a call on virtual time",
    "phone": "one user's phone",
    "panels": "what a notebook shows",
    "plots": "figures of a call",
    "studies": "calls into numbers",
    "checks": "checks of exercises",
    "foreign": "programs of others",
}


def lines(place: str) -> int:
    """Lines of Python of a room: a folder, a file, or both."""
    root = ROOT / "labkit" / place
    files = [*root.rglob("*.py"), *root.parent.glob(f"{root.name}.py")]
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def said(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f") + " lines"


def grid() -> Figure:
    figure = sheet(88)
    axes = canvas(figure)
    left, wide, high = 33.0, 33.0, 10.0
    for index, (name, words) in enumerate(COLUMNS.items()):
        x = left + wide * (index + 0.5)
        axes.text(x, 85, name, fontweight="semibold", ha="center", va="center")
        axes.text(x, 81.3, words, fontsize=7.4, color=QUIET, ha="center", va="center")
    for index, (row, words) in enumerate(ROWS.items()):
        y = 73.3 - 11.6 * index
        axes.text(0, y + 1.6, row, fontweight="semibold", va="center")
        axes.text(0, y - 2.2, words, fontsize=7.4, color=QUIET, va="center")
        for column, name in enumerate(COLUMNS):
            box = Box(left + wide * (column + 0.5), y, wide - 2, high)
            box.draw(axes, f"{row}/{name}", said(lines(f"{row}/{name}")))
        if beside := BESIDE.get(row):
            box = Box(left + 3 * wide + 14.5, y, 29, high)
            total = sum(lines(f"{row}/{name}") for name in beside)
            title = ", ".join(beside[:2]) + (" …" if len(beside) > 2 else "")
            box.draw(axes, title, said(total), fill=PALE, edge=GREY)
    axes.plot([0, 162], [30, 30], color=HAIR, linewidth=0.8)
    words = "around it: the two rooms that touch the world, and those that use the grid"
    axes.text(0, 27, words, fontsize=7.4, color=QUIET, style="italic", va="center")
    for index, (room, words) in enumerate(OUTSIDE.items()):
        box = Box(13.1 + 27.15 * (index % 6), 19 - 11.4 * (index // 6), 25.6, high)
        touching = room in ("net", "devices")
        fill, edge = (WARM_TINT, ORANGE) if touching else (PALE, GREY)
        title = f"{room}  {lines(room) / 1000:.1f}k"
        box.draw(axes, title, words, fill=fill, edge=edge, small=6.8)
    return figure


ORDER = (
    "effects", "registry", "signalling", "media", "dialects", "link", "trace", "net",
    "devices", "phone", "simulation", "plots", "studies", "foreign", "checks", "panels",
    "cli",
)  # fmt: skip
"""From who knows nobody to who knows all."""
FOUNDATION = {"effects", "errors", "frames"}


@cache
def imports() -> Counter[tuple[str, str]]:
    """How many lines of one room import another."""
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted((ROOT / "labkit").rglob("*.py")):
        relative = path.relative_to(ROOT)
        for each in imports_of(path.read_text(encoding="utf-8"), relative):
            pair = _rooms(each)
            if pair:
                found[pair] += 1
    return found


def _rooms(each: Import) -> tuple[str, str] | None:
    if not each.imported.startswith("labkit."):
        return None
    rooms = [f"{name}.".split(".")[1] for name in (each.importer, each.imported)]
    ours, theirs = ("effects" if room in FOUNDATION else room for room in rooms)
    return (ours, theirs) if ours != theirs and {ours, theirs} <= set(ORDER) else None


def who_imports_whom() -> Figure:
    figure = sheet(85)
    axes = canvas(figure)
    left, top, step = 42.0, 66.5, 4.0
    place = {room: index for index, room in enumerate(ORDER)}
    wide = step * len(ORDER)
    for room, index in place.items():
        x, y = left + step * index, top - step * index
        name = "effects, errors" if room == "effects" else room
        axes.text(left - 4, y, name, ha="right", va="center", fontsize=7.8)
        axes.text(x, top + 3, name, rotation=60, va="bottom", fontsize=7.8,
                  rotation_mode="anchor")  # fmt: skip
        band = TINT if index % 2 else "none"
        corner = (left - step / 2, y - step / 2)
        axes.add_patch(Rectangle(corner, wide, step, facecolor=band, alpha=0.6))
        corner = (x - step / 2, y - step / 2)
        axes.add_patch(Rectangle(corner, step, step, facecolor=HAIR))
    for (ours, theirs), count in imports().items():
        if place[theirs] > place[ours]:
            raise ValueError(f"{ours} imports {theirs}: move it further down in ORDER")
        x, y = left + step * place[theirs], top - step * place[ours]
        axes.scatter([x], [y], s=_area(count), color=BLUE, linewidths=0, zorder=3)
    first, last = place["registry"], place["media"]
    corner = (left + step * (first - 0.5), top - step * (last + 0.5))
    axes.add_patch(
        Rectangle(corner, 3 * step, 3 * step, fill=False, edgecolor=ORANGE, zorder=4)
    )
    axes.text(
        left + step * 4, top - 2 * step, "the three planes know nothing of each other",
        fontsize=7.6, color=ORANGE, va="center", zorder=5,
    )  # fmt: skip
    x = left + wide + 6
    axes.text(x, top - 1, "a row imports a column", fontsize=7.6, va="center")
    for index, count in enumerate((1, 10, 40)):
        y = top - 7 - 5 * index
        axes.scatter([x + 2], [y], s=_area(count), color=BLUE, linewidths=0)
        more = " and more lines" if count == 40 else ""
        axes.text(x + 6, y, f"{count}{more}", fontsize=7.6, va="center")
    axes.text(x, top - 24, "Nothing stands above the\ndiagonal: nobody imports\n"
              "who imports him.", fontsize=7.6, color=QUIET, va="top")  # fmt: skip
    return figure


def _area(count: int) -> float:
    return 3.0 + 2.4 * min(count, 40) ** 0.75


FIGURES = {"grid": grid, "imports": who_imports_whom}
