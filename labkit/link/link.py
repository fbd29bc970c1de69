"""A link: the way there and the way back, each a path of its own.

Real ways are seldom alike in both directions: a home line sends slower than it
receives. Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.link.conditions import Conditions
from labkit.link.path import Path


class Link:
    """Two paths from one seed, with chances of their own."""

    def __init__(
        self,
        there: Conditions | None = None,
        back: Conditions | None = None,
        seed: int = 1,
        name: str = "",
    ) -> None:
        """`back` is as `there` unless it is given; `name` tells links of one seed
        apart, so that sound and picture do not lose the same packets."""
        self.there = Path(there, seed, f"{name} there".strip())
        self.back = Path(there if back is None else back, seed, f"{name} back".strip())

    @property
    def seed(self) -> int:
        """What the chances of both directions come from."""
        return self.there.seed

    def set(self, there: Conditions, back: Conditions | None = None) -> None:
        """Change both directions; `back` is as `there` unless it is given."""
        self.there.set(there)
        self.back.set(there if back is None else back)

    def reseed(self, seed: int) -> None:
        """Other chances from the next packets on."""
        self.there.reseed(seed)
        self.back.reseed(seed)
