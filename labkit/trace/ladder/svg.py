"""The ladder as SVG: text and lines in the page's own colour, planes in mid-tones that
read on light and dark, lines of different make so that nothing hangs on colour alone.

Each message is a button to the page and to a screen reader: `data-number` says which.
Whoever embeds the picture may set the CSS variables `--labkit-registry`,
`--labkit-signalling`, `--labkit-media` and `--labkit-lost`.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Hashable
from html import escape

from labkit.trace.describe import clock_text
from labkit.trace.ladder.rows import Band, LadderDrawing, Row
from labkit.trace.merge import Arrow
from labkit.trace.safe import one_line, shortened

GUTTER, GAP, MARGIN = 140, 270, 90
HEAD, STEP = 44, 36
LETTER = 6.6
"""Width of a letter, more or less, in a sans-serif of 12.5 pixels."""

STYLE = """
.labkit-ladder{color:inherit;font:12.5px system-ui,sans-serif;
max-width:100%;height:auto}
.labkit-ladder text{fill:currentColor}
.labkit-ladder .head{font-weight:600;font-size:14px;text-anchor:middle}
.labkit-ladder .box{fill:currentColor;fill-opacity:.08;stroke:currentColor;
stroke-opacity:.35}
.labkit-ladder .life{stroke:currentColor;stroke-opacity:.25}
.labkit-ladder .when{font-variant-numeric:tabular-nums;text-anchor:end;fill-opacity:.7}
.labkit-ladder .said{text-anchor:middle}
.labkit-ladder .remark{font-style:italic;fill-opacity:.7}
.labkit-ladder .hit{fill:currentColor;fill-opacity:0}
.labkit-ladder .line{fill:none;stroke:var(--plane);stroke-width:1.8}
.labkit-ladder .tip{fill:var(--plane)}
.labkit-ladder .registry{--plane:var(--labkit-registry,#2f80c4)}
.labkit-ladder .signalling{--plane:var(--labkit-signalling,#c4661f)}
.labkit-ladder .media{--plane:var(--labkit-media,#1b8f72)}
.labkit-ladder .lost{--plane:var(--labkit-lost,#c9455c)}
.labkit-ladder .registry .line{stroke-width:1.4}
.labkit-ladder .media .line{stroke-dasharray:2 3}
.labkit-ladder .lost .line{stroke-dasharray:5 4}
.labkit-ladder .band .line{stroke-width:9;stroke-opacity:.45;stroke-dasharray:none}
.labkit-arrow{cursor:pointer;outline:none}
.labkit-arrow:hover .hit,.labkit-arrow[aria-pressed=true] .hit{fill-opacity:.08}
.labkit-arrow:focus-visible .hit{fill-opacity:.12;stroke:currentColor}
""".strip().replace(";\n", ";")


class SvgPen:
    """Draws ladders; keeps the rows it drew, so that the next, longer one is cheap."""

    def __init__(self) -> None:
        self._drawn: dict[Hashable, str] = {}

    def draw(self, drawing: LadderDrawing) -> str:
        """One `<svg>` element."""
        width = GUTTER + GAP * max(0, len(drawing.columns) - 1) + MARGIN
        remarks = drawing.remarks if drawing.rows else ["no messages yet"]
        top = HEAD + 18 * len(remarks)
        height = top + STEP * len(drawing.rows) + 12
        between = escape(", ".join(map(one_line, drawing.columns)))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="labkit-ladder" '
            f'role="group" aria-label="Ladder diagram of {between}: '
            f'{len(drawing.rows)} rows" '
            f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f"<style>{STYLE}</style>",
            *_remarks(remarks),
            *_columns(drawing.columns, top - HEAD, height),
        ]
        drawn: dict[Hashable, str] = {}
        for index, row in enumerate(drawing.rows):
            key = _key(row)
            drawn[key] = self._drawn.get(key) or _row(row, drawing)
            y = top + STEP * index
            parts.append(f'<g transform="translate(0,{y})">{drawn[key]}</g>')
        self._drawn = drawn
        return "".join([*parts, "</svg>"])


def _key(row: Row) -> Hashable:
    """Equal for rows that look the same, wherever they stand."""
    looks = row.start, row.end, row.label, row.is_lost
    if isinstance(row.what, Arrow):
        return row.what.number, row.what.received is None, *looks
    return row.what.source, row.what.target, *looks


def _columns(names: tuple[str, ...], top: int, height: int) -> list[str]:
    parts = []
    for index, name in enumerate(names):
        x = GUTTER + GAP * index
        said = escape(one_line(name))
        wide = min(GAP - 20, max(80, int(8 * len(name)) + 24))
        parts.append(
            f'<line class="life" x1="{x}" y1="{top + 32}" x2="{x}" y2="{height}"/>'
            f'<rect class="box" x="{x - wide / 2:g}" y="{top + 4}" width="{wide}" '
            f'height="28" '
            f'rx="6"/><text class="head" x="{x}" y="{top + 23}">{said}</text>'
        )
    return parts


def _remarks(remarks: list[str]) -> list[str]:
    return [
        f'<text class="remark" x="8" y="{y}">{escape(remark)}</text>'
        for y, remark in zip((14, 32, 50), remarks, strict=False)
    ]


def _row(row: Row, drawing: LadderDrawing) -> str:
    """One row, its top at zero."""
    start, end = GUTTER + GAP * row.start, GUTTER + GAP * row.end
    middle, room = (start + end) / 2, abs(end - start) - 24
    if start == end:  # to itself: a loop on the right of its column
        middle, room = start + GAP / 2, GAP - 40
    label = shortened(row.label, int(room / LETTER))
    seconds = row.what.time - drawing.start
    width = GUTTER + GAP * max(0, len(drawing.columns) - 1) + MARGIN
    return (
        f"{_opening(row, drawing, seconds)}"
        f'<rect class="hit" width="{width}" height="{STEP}" rx="4"/>'
        f'<text class="when" x="62" y="29">{seconds:.3f}</text>'
        f'<text class="said" x="{middle:g}" y="18">{escape(label)}</text>'
        f"{_shaft(row, start, end)}</g>"
    )


def _opening(row: Row, drawing: LadderDrawing, seconds: float) -> str:
    """The group's start tag and title: who, whom, what, when."""
    said = (
        f"{drawing.columns[row.start]} to {drawing.columns[row.end]}: {row.label}; "
        f"at {seconds:.3f} s"
    )
    if isinstance(row.what, Band):
        title = escape(one_line(said))
        return f'<g class="band media" role="img" aria-label="{title}">'
    arrow = row.what
    said += f" ({clock_text(arrow.time)})"
    if arrow.delay is not None:
        said += f", {1000 * arrow.delay:.1f} ms under way"
    title = escape(one_line(said))
    plane = arrow.record.plane + (" lost" if arrow.lost else "")
    return (
        f'<g class="labkit-arrow {plane}" data-number="{arrow.number}" tabindex="0" '
        f'role="button" aria-label="{title}"><title>{title}</title>'
    )


def _shaft(row: Row, start: int, end: int) -> str:
    """The line and its tip; a lost message ends under way, in a cross."""
    if start == end:
        return (
            f'<path class="line" d="M{start} 22h22v9h-14"/>'
            f'<path class="tip" d="M{start + 2} 31l8 -4v8z"/>'
        )
    way = 1 if end > start else -1
    if row.is_lost:
        stop = round(start + 0.42 * (end - start))  # not on a column between
        return (
            f'<path class="line" d="M{start} 27H{stop}"/><path class="line" '
            f'style="stroke-dasharray:none" d="M{stop - 5} 22l10 10m0 -10l-10 10"/>'
        )
    wide = 7 if isinstance(row.what, Band) else 4.5
    tip = end - way * 2 * wide
    return (
        f'<path class="line" d="M{start} 27H{tip:g}"/>'
        f'<path class="tip" d="M{end} 27L{tip:g} {27 - wide:g}V{27 + wide:g}z"/>'
    )
