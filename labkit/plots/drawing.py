"""A figure, what it shows in words, and the numbers behind it: three that go together.

Whoever cannot see the figure reads the text; whoever wants to reckon on takes the
table. Requirement A16. Notebook: 05-latency.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from matplotlib.figure import Figure

from labkit.plots.style import DPI
from labkit.plots.values import say
from labkit.trace.table import html_table

Cell: TypeAlias = str | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values under named columns; units stand in the names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        """Row by row as `{column: value}`: what `list(table)` gives a program."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        """For a terminal: columns of even width, numbers to the right."""
        lines = [list(self.columns), *self._said()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        ragged = [
            any(isinstance(row[at], str) for row in self.rows)
            for at in range(len(self.columns))
        ]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if left else cell.rjust(width)
                for cell, width, left in zip(line, widths, ragged, strict=True)
            ).rstrip()
            for line in lines
        )

    def html(self) -> str:
        """For a page, escaped, in the page's own colours."""
        return html_table(self.title, self.columns, self._said(), "nothing to show")

    _repr_html_ = html

    def _said(self) -> list[list[str]]:
        return [
            [cell if isinstance(cell, str) else say(cell, 4) for cell in row]
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One plot; the last line of a cell shows it with its text and its table."""

    figure: Figure
    text: str
    """What the figure shows, in two or three sentences."""
    table: Table

    def png(self) -> bytes:
        """The picture with a clear ground, twice as fine as its size on the page."""
        return png(self.figure)

    def _repr_html_(self) -> str:
        return figure_html(self.figure, self.text, self.table.html())

    def __str__(self) -> str:
        return f"{self.text}\n\n{self.table}"


def png(drawn: Figure) -> bytes:
    """The figure as a file; the same figure gives the same bytes."""
    file = io.BytesIO()
    drawn.savefig(file, format="png", dpi=2 * DPI, metadata={"Software": None})
    return file.getvalue()


def figure_html(drawn: Figure, text: str, table: str) -> str:
    """Figure, text and table (HTML) together, for a notebook."""
    picture, said = base64.b64encode(png(drawn)).decode(), escape(text)
    width = round(DPI * drawn.get_size_inches()[0])
    return (
        f'<figure class="labkit-plot" style="margin:0"><img width="{width}" '
        f'alt="{said}" src="data:image/png;base64,{picture}">'
        f"<figcaption>{said}</figcaption>"
        f"<details><summary>The numbers</summary>{table}</details></figure>"
    )
