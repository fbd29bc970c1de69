"""The tables that RFC 2435 leaves out of the packets because both sides know them.

The quantisation tables are those of ITU-T T.81 annex K, scaled by the quality Q as
libjpeg does it (RFC 2435 appendix A); the Huffman tables are annex K's as they stand
(appendix B).

Notebook: 03-media.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

LOWEST_Q, HIGHEST_Q = 1, 99

# fmt: off
_LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    *(99,) * 32,
)
# fmt: on


def _zigzag() -> tuple[int, ...]:
    """The order of an 8×8 block's values on the wire: along its diagonals, back and
    forth."""

    def place(index: int) -> tuple[int, int]:
        row, column = divmod(index, 8)
        diagonal = row + column
        return diagonal, row if diagonal % 2 else column

    return tuple(sorted(range(64), key=place))


_ZIGZAG = _zigzag()


class Quantisation(NamedTuple):
    """A pair of tables: 64 divisors in zigzag order for brightness, 64 for colour."""

    luma: bytes
    chroma: bytes


@cache
def quantisation(q: int) -> Quantisation:
    """The tables that every Q from 1 to 99 stands for (RFC 2435 section 4.2)."""
    scale = 5000 // q if q < 50 else 200 - 2 * q

    def scaled(table: tuple[int, ...]) -> bytes:
        values = ((table[place] * scale + 50) // 100 for place in _ZIGZAG)
        return bytes(min(max(value, 1), 255) for value in values)

    return Quantisation(scaled(_LUMA), scaled(_CHROMA))


@cache
def qualities() -> dict[Quantisation, int]:
    """Which Q a pair of tables stands for: `quantisation` read backwards."""
    return {quantisation(q): q for q in range(LOWEST_Q, HIGHEST_Q + 1)}


_DC_VALUES = bytes(range(12))
_LUMA_AC_VALUES = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
    "2433627282090a161718191a25262728292a3435363738393a43444546474849"
    "4a535455565758595a636465666768696a737475767778797a83848586878889"
    "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5"
    "c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8"
    "f9fa"
)
_CHROMA_AC_VALUES = bytes.fromhex(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0"
    "156272d10a162434e125f11718191a262728292a35363738393a434445464748"
    "494a535455565758595a636465666768696a737475767778797a828384858687"
    "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3"
    "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
    "f9fa"
)

HUFFMAN: dict[int, bytes] = {
    0x00: bytes.fromhex("00010501010101010100000000000000") + _DC_VALUES,
    0x10: bytes.fromhex("0002010303020403050504040000017d") + _LUMA_AC_VALUES,
    0x01: bytes.fromhex("00030101010101010101010000000000") + _DC_VALUES,
    0x11: bytes.fromhex("00020102040403040705040400010277") + _CHROMA_AC_VALUES,
}
"""Class and number (DC luma, AC luma, DC chroma, AC chroma) → 16 counts, the values."""
