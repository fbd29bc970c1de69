"""The ladder diagram: `rows` is what it shows, `text` and `svg` draw it, `view` grows
it."""

from labkit.trace.ladder.rows import Band, LadderDrawing, Row
from labkit.trace.ladder.view import Ladder, ladder

__all__ = ["Band", "Ladder", "LadderDrawing", "Row", "ladder"]
