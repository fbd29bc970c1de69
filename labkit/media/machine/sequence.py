"""Counting on where a field of 16 or 32 bits wraps round to zero.

RTP's sequence numbers (16 bits) wrap every 20 minutes of sound, its timestamps (32
bits) every 13 hours of video. RFC 3550, section 5.1 and appendix A.1. Notebook:
03-media.
"""

from __future__ import annotations


def signed_difference(later: int, earlier: int, bits: int) -> int:
    """`later - earlier` on a circle of 2**bits values: the shorter way round."""
    half = 1 << (bits - 1)
    return ((later - earlier + half) & ((1 << bits) - 1)) - half


class Unwrapper:
    """Gives each value of a wrapping field the number it would have without wrapping.

    Values may come out of order, as packets do; each is taken to lie within half the
    circle of the greatest seen.
    """

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._greatest: int | None = None
        self._newest = self._number = -1
        """The newest value, and its number: the packets of a picture share one."""

    def extend(self, value: int) -> int:
        """The unwrapped number; the first value stands for itself."""
        if value != self._newest:
            self._newest, self._number = value, self.place(value)
            if self._greatest is None or self._number > self._greatest:
                self._greatest = self._number
        return self._number

    def place(self, value: int) -> int:
        """The unwrapped number, and nothing is learned from it."""
        greatest = value if self._greatest is None else self._greatest
        return greatest + signed_difference(
            value, greatest & ((1 << self._bits) - 1), self._bits
        )
