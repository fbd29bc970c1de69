"""What holds for every figure, at every width, of good numbers and bad (A16)."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from labkit.plots import Drawing
from tests.plots.examples import EXAMPLES

WIDTHS = (420, 640, 1000)
EVERY = [
    pytest.param(example.draw, data, id=f"{name}-{at}")
    for name, example in EXAMPLES.items()
    for at, data in enumerate((example.usual, *example.odd))
]
USUAL = [
    pytest.param(example.draw, example.usual, id=name)
    for name, example in EXAMPLES.items()
]


def words_of(drawn: Figure) -> Iterator[tuple[Text, Bbox]]:
    """Every text that is seen, and the pixels that it takes."""
    canvas: Any = drawn.canvas
    canvas.draw()
    every = list(drawn.texts)
    for axes in drawn.axes:
        every += [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            # An axis keeps labels beyond its limits, which are not drawn.
            every += [
                label
                for at, label in zip(
                    axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True
                )
                if low <= at <= high
            ]
    for text in every:
        if text.get_visible() and text.get_text().strip():
            # The text's alone: an annotation's own extent has its arrow in it.
            yield text, Text.get_window_extent(text, canvas.get_renderer())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("draw", "data"), EVERY)
def test_all_words_are_inside_the_figure_and_none_on_another(
    draw: Any, data: Any, width: int
) -> None:
    drawn = draw(data, width).figure
    words = list(words_of(drawn))
    assert words
    for text, box in words:
        inside = box.x0 >= 0 and box.y0 >= 0
        inside &= box.x1 <= drawn.bbox.x1 and box.y1 <= drawn.bbox.y1
        assert inside, f"cut off: {text.get_text()!r}"
    for (one, here), (other, there) in itertools.combinations(words, 2):
        wide = min(here.x1, there.x1) - max(here.x0, there.x0)
        high = min(here.y1, there.y1) - max(here.y0, there.y0)
        # Lines set close share the room of their ascenders.
        assert wide <= 1 or high <= 4, f"{one.get_text()!r} on {other.get_text()!r}"


@pytest.mark.parametrize(("draw", "data"), EVERY)
def test_numbers_of_all_kinds_are_drawn_said_and_listed(draw: Any, data: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = draw(data)
        assert drawing.png().startswith(b"\x89PNG")
    assert drawing.text.endswith(".")
    for said in (drawing.text, str(drawing), drawing.table.html()):
        assert "nan" not in said
        assert "None" not in said


@pytest.mark.parametrize(("draw", "data"), USUAL)
def test_the_same_numbers_give_the_same_bytes(draw: Any, data: Any) -> None:
    one, other = draw(data), draw(data)
    assert one.png() == other.png()
    assert (one.text, one.table) == (other.text, other.table)


@pytest.mark.parametrize(("draw", "data"), USUAL)
def test_a_notebook_shows_picture_words_and_numbers(draw: Any, data: Any) -> None:
    drawing: Drawing = draw(data, 420)
    page = drawing._repr_html_()
    assert '<img width="420"' in page
    assert len(re.findall("<figcaption>", page)) == 1
    assert page.count("<tr>") == len(drawing.table) + 1
    assert drawing.text in str(drawing)


@pytest.mark.parametrize(("draw", "data"), USUAL)
def test_every_row_of_the_table_has_every_column(draw: Any, data: Any) -> None:
    table = draw(data).table
    assert len(table) > 0
    assert all(set(row) == set(table.columns) for row in table)
    lines = str(table).splitlines()
    assert len(lines) == len(table) + 1
    assert lines[0].split()[0] == table.columns[0].split()[0]
