"""Messages with their length before them, as text or as a binary number.

    5                                                               hello

The length is the one thing that must be right: a stream with a wrong one cannot be
followed any more. Notebook: 08-voice-room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labkit.dialects.wire.framing import Cutter, Framing


@dataclass(frozen=True, slots=True)
class DigitHeader(Framing):
    """Its length first, in decimal digits padded with blanks or zeros."""

    digits: int = 64
    longest: int = 65_536

    def wrap(self, body: bytes) -> bytes:
        """Behind its length."""
        return str(len(body)).encode().ljust(self.digits) + body

    def unwrap(self, piece: bytes) -> bytes:
        """Without its length."""
        length = self.length(piece)
        if length is None or len(piece) != self.digits + length:
            raise ValueError(f"it has no length in {self.digits} digits before it")
        return piece[self.digits :]

    def cutter(self) -> Cutter:
        """Cuts by the lengths."""
        return _ByLength(self, self.digits)

    def length(self, held: bytes) -> int | None:
        """The length that the header states; None when it is no such header."""
        digits = held[: self.digits].strip(b" \0")
        whole = digits.isdigit() and len(digits.lstrip(b"0")) <= 9
        return int(digits) if whole else None


@dataclass(frozen=True, slots=True)
class BinaryHeader(Framing):
    """Its length first, as a binary number."""

    octets: int = 4
    order: Literal["big", "little"] = "big"
    longest: int = 65_536

    def wrap(self, body: bytes) -> bytes:
        """Behind its length; ValueError when that does not fit."""
        if len(body) >= 256**self.octets:
            raise ValueError(f"{len(body)} does not fit into {self.octets} bytes")
        return len(body).to_bytes(self.octets, self.order) + body

    def unwrap(self, piece: bytes) -> bytes:
        """Without its length."""
        if len(piece) < self.octets or len(piece) != self.octets + self.length(piece):
            raise ValueError(f"it has no length of {self.octets} bytes before it")
        return piece[self.octets :]

    def cutter(self) -> Cutter:
        """Cuts by the lengths."""
        return _ByLength(self, self.octets)

    def length(self, held: bytes) -> int:
        """The length that the header states."""
        return int.from_bytes(held[: self.octets], self.order)


class _ByLength(Cutter):
    def __init__(self, framing: DigitHeader | BinaryHeader, header: int) -> None:
        super().__init__(framing.longest)
        self._framing, self._header = framing, header

    def _cut(self, pieces: list[bytes]) -> None:
        while len(self._held) >= self._header and not self.lost:
            length = self._framing.length(self._held)
            if length is None or self._header + length > self._longest:
                pieces.append(self._held[: self._header])
                self._held, self.lost = b"", True
                return
            whole = self._header + length
            if len(self._held) < whole:
                return
            pieces.append(self._held[:whole])
            self._held = self._held[whole:]
