"""TCP carries bytes, not messages: cutting the stream into lines.

One `send` may arrive as two pieces, two as one. Whoever forgets it has a program that
works on one machine and fails on a network.

Notebook: 01-registry.
"""

from __future__ import annotations

MOST_BYTES = 512
"""A line's greatest length, its end (`\\n` or `\\r\\n`) included."""


class LineReader:
    """Collects bytes as they come and gives back whole lines; holds ≤ 512 bytes."""

    __slots__ = ("_dropping", "_half")

    def __init__(self) -> None:
        self._half = b""
        self._dropping = False

    @property
    def holds_half_a_line(self) -> bool:
        """Whether a line was begun and not yet ended."""
        return self._dropping or bool(self._half)

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the lines they complete, ends included.

        A line of more than 512 bytes comes back at once, cut to 512 and therefore
        without its `\\n`; the rest of it is dropped up to and including the next one.
        """
        alone = 0 < data.find(b"\n") + 1 == len(data) <= MOST_BYTES
        if alone and not self._half and not self._dropping:
            return [data]  # by far the most frequent: one whole line
        lines: list[bytes] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._end_line(piece, lines)
        self._begin_line(rest, lines)
        return lines

    def _end_line(self, piece: bytes, lines: list[bytes]) -> None:
        if self._dropping:
            self._dropping = False
        else:
            lines.append((self._half + piece + b"\n")[:MOST_BYTES])
        self._half = b""

    def _begin_line(self, rest: bytes, lines: list[bytes]) -> None:
        if self._dropping:
            return
        self._half += rest[:MOST_BYTES]
        if len(self._half) >= MOST_BYTES:  # even its end would not fit any more
            lines.append(self._half[:MOST_BYTES])
            self._half = b""
            self._dropping = True


def text_of(line: bytes) -> str:
    """Decode one line and take off its end.

    Raises ValueError, in words, when it is over-long (has no end) or not UTF-8.
    """
    if not line.endswith(b"\n"):
        raise ValueError(f"the line is longer than {MOST_BYTES} bytes")
    try:
        return line[:-1].removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"byte {error.start + 1} of the line is not UTF-8 ({error.reason})"
        ) from None
