"""The ladder in letters, after the call flows of RFC 3665.

      seconds  alice                    registry                    bob
                 |                          |                        |
                 |           INVITE audio 40000, video 40002         |
        0.120    |-------------------------------------------------->|

Notebook: 02-signalling.
"""

from __future__ import annotations

from rich.cells import cell_len

from labkit.trace.ladder.rows import Band, LadderDrawing, Row
from labkit.trace.safe import one_line, shortened

GUTTER = 12
NARROWEST, WIDEST = 22, 38


def draw_text(drawing: LadderDrawing) -> str:
    """The whole ladder, as lines of plain text."""
    if not drawing.columns:
        return "(no messages yet)"
    pen = _Pen(drawing)
    lines = [f"({remark})" for remark in drawing.remarks]
    lines += [pen.head(drawing.columns), pen.bars()]
    for row in drawing.rows:
        lines += pen.row(row, row.what.time - drawing.start)
    lines.append(pen.bars())
    return "\n".join(lines)


class _Pen:
    """Knows where the columns are and draws lines across them."""

    def __init__(self, drawing: LadderDrawing) -> None:
        needed = [
            -(-(cell_len(row.label) + 4) // max(1, abs(row.end - row.start)))
            for row in drawing.rows
        ]
        gap = min(WIDEST, max([NARROWEST, *needed]))
        self._at = [GUTTER + gap * index for index in range(len(drawing.columns))]
        self._width = self._at[-1] + gap

    def head(self, names: tuple[str, ...]) -> str:
        cells = [" "] * self._width
        _write(cells, 0, "seconds")
        for at, name in zip(self._at, names, strict=True):
            _write(cells, max(GUTTER - 3, at - cell_len(name) // 2), name)
        return _joined(cells)

    def bars(self) -> str:
        return _joined(self._cells())

    def row(self, row: Row, seconds: float) -> list[str]:
        """The label, and the arrow under it."""
        left, right = sorted((self._at[row.start], self._at[row.end]))
        if left == right:
            right = left + self._at[0]
        over, under = self._cells(), self._cells()
        label = shortened(row.label, right - left - 3)
        _write(over, (left + right + 1 - cell_len(label)) // 2, label)
        _write(under, 0, f"{seconds:9.3f}")
        if row.start == row.end:
            _write(under, left + 1, "<- to itself")
            return [_joined(over), _joined(under)]
        shaft = _shaft(row, right - left - 1)
        start = left + 1 if row.start < row.end else right - len(shaft)
        _write(under, start, shaft)
        return [_joined(over), _joined(under)]

    def _cells(self) -> list[str]:
        cells = [" "] * self._width
        for at in self._at:
            cells[at] = "|"
        return cells


def _shaft(row: Row, length: int) -> str:
    """`---->`, `====>` for RTP, `--X` for what was lost; or the other way round."""
    line = "=" if isinstance(row.what, Band) else "-"
    shaft = line * (length * 2 // 5) + "X" if row.is_lost else line * (length - 1) + ">"
    return shaft if row.start < row.end else shaft[::-1].replace(">", "<")


def _write(cells: list[str], at: int, text: str) -> None:
    """Put text into cells; a wide letter takes two, an accent none."""
    for letter in one_line(text):
        width = cell_len(letter)
        if width == 0 and at > 0:
            cells[at - 1] += letter
        elif at + width <= len(cells):
            cells[at] = letter
            if width == 2:
                cells[at + 1] = ""
            at += width


def _joined(cells: list[str]) -> str:
    return "".join(cells).rstrip()
