"""One look for each treatment of loss, the same in every figure.

A family keeps its colour (copies in RED blue, asking again orange, parity green, making
something up purple), and each of its members has a marker and a line of its own.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.plots.style import BLUE, BROWN, GREEN, INK, LOOKS, ORANGE, PURPLE, Look

KNOWN = {
    "none": Look(INK, "x"),
    "repeat": Look(PURPLE, "v", ":"),
    "pitch": Look(PURPLE, "^"),
    "interleaving": Look(INK, "P", ":"),
    "parity": Look(GREEN, "D"),
    "Reed–Solomon": Look(GREEN, "h", "--"),
    "RED-1": Look(BLUE, "<", ":"),
    "RED-2": Look(BLUE, "o", "--"),
    "RED-3": Look(BLUE, "s"),
    "NACK": Look(ORANGE, "d"),
    "NACK + RED": Look(BROWN, "*", "--"),
}
"""By the names that the figures write."""


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look for each; names that are not known get what is free."""
    free = [look for look in LOOKS if look not in KNOWN.values()]
    strange = (name for name in names if name not in KNOWN)
    return {
        **KNOWN,
        **{name: free[at % len(free)] for at, name in enumerate(strange)},
    }
