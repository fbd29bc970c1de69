"""When to look again: the earlier of two times, either of which there may not be.

Notebook: 03-media.
"""

from __future__ import annotations


def earlier(one: float | None, other: float | None) -> float | None:
    """None when there is neither. Asked at every packet, hence by hand."""
    if one is None or (other is not None and other < one):
        return other
    return one
