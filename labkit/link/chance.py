"""Chance that can be repeated: the draw for packet number n, from a seed and a name.

There is no stream to consume. The draw is a pure function of (seed, name, n), so a
packet's fate does not depend on what befell the others, nor on the other impairments:
who moves the jitter slider loses the same packets as before, and who raises the loss
from 10 to 20 % loses those and more. It is SplitMix64 (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", 2014), the same on every system and in every
version of Python.

Notebook: 06-loss.
"""

from __future__ import annotations

from hashlib import blake2b

_64_BITS = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: its multiples are spread evenly."""


class Chance:
    """Draws, evenly spread over [0, 1), one for each number."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, name: str) -> None:
        digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, "big")

    def at(self, number: int) -> float:
        """The draw for this number: 0 ≤ draw < 1."""
        z = (self._key + (number + 1) * _GOLDEN) & _64_BITS
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _64_BITS
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _64_BITS
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53
