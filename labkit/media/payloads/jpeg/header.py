"""What stands before the picture's data in each packet (RFC 2435 section 3.1).

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | type-specific |                fragment offset                |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |      type     |       Q       |   width / 8   |  height / 8   |
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |       restart interval        |F|L|       restart count       |  type >= 64
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |      zero     |   precision   |       length of tables        |  Q >= 128 and
    |                     quantisation tables ...                   |  offset 0
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+

Types 0 and 1 differ in how many colour values there are: half of them a row (4:2:2), or
half a row and half a column (4:2:0). With 64 added, the data has restart markers, and
the second row says which part of the picture this packet holds: F, a chunk of whole
restart intervals begins here; L, it ends here; and how many intervals come before it in
the picture. All ones: the packets were cut without regard to the markers.

Notebook: 03-media.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import NamedTuple

from labkit.errors import RemoteError
from labkit.media.payloads.jpeg.tables import HIGHEST_Q, LOWEST_Q

LOWEST_Q_WITH_TABLES = 128
MOST_PIXELS_A_SIDE = 2040
MAIN_SIZE = 8

_MAIN = struct.Struct("!LBBBB")
_RESTART = struct.Struct("!HH")
_BOTH = struct.Struct("!LBBBBHH")
_TABLES = struct.Struct("!xBH")
_OFFSET = 0xFF_FFFF
_WITH_RESTART = 64
_FIRST, _LAST, _NOWHERE = 0x8000, 0x4000, 0x3FFF
RESTART_SIZE = _RESTART.size
MOST_INTERVALS = _NOWHERE
"""Restart intervals that can be told apart: the count has 14 bits, and one is taken."""


class Kind(NamedTuple):
    """What all packets of one picture have in common."""

    type: int
    """0 or 1, without the 64 of restart markers."""
    q: int
    width: int
    height: int
    restart_interval: int
    """How many blocks lie between restart markers; 0: there are none."""


class Place(NamedTuple):
    """Which restart intervals a packet holds."""

    first: bool
    """F: a chunk begins with this packet."""
    last: bool
    """L: it ends with this packet."""
    interval: int
    """How many intervals of the picture come before the chunk."""


class Fragment(NamedTuple):
    """The content of one packet."""

    kind: Kind
    offset: int
    """Where in the picture's compressed data this packet's belongs, in bytes."""
    data: bytes
    tables: bytes | None = None
    """Quantisation tables; empty: those sent before; None: the packet has no place for
    them."""
    place: Place | None = None
    """None: nothing can be shown of this packet alone."""


def parse_fragment(payload: bytes) -> Fragment:
    """The content of one RTP payload.

    Raises RemoteError when it is too short, or of a type or Q that RFC 2435 does not
    define.
    """
    if len(payload) < _MAIN.size:
        raise _short("header", payload, _MAIN.size)
    offset, type_, q, width, height = _MAIN.unpack_from(payload)
    offset &= _OFFSET
    position = _MAIN.size
    restart_interval, place = 0, None
    if type_ & _WITH_RESTART:
        if len(payload) < position + _RESTART.size:
            raise _short("restart header", payload, position + _RESTART.size)
        restart_interval, count = _RESTART.unpack_from(payload, position)
        position += _RESTART.size
        if restart_interval and count & _NOWHERE != _NOWHERE:
            place = Place(bool(count & _FIRST), bool(count & _LAST), count & _NOWHERE)
    tables = None
    if q >= LOWEST_Q_WITH_TABLES and offset == 0:
        tables, position = _parse_tables(payload, position)
    kind = _kind(type_ & ~_WITH_RESTART, q, width * 8, height * 8, restart_interval)
    return Fragment(kind, offset, payload[position:], tables, place)


def layout(payload: bytes) -> tuple[int, slice]:
    """Where data begins in all packets of a picture after its first one, and the octets
    that say the same in all of them: type, Q, sides, restart interval."""
    if payload[4] & _WITH_RESTART:
        return MAIN_SIZE + RESTART_SIZE, slice(4, MAIN_SIZE + 2)
    return MAIN_SIZE, slice(4, MAIN_SIZE)


def write_header(kind: Kind, offset: int, place: Place | None = None) -> bytes:
    """The 8 bytes before the data, and 4 more in a picture with restart markers."""
    type_, q, width, height, restart_interval = kind
    if not restart_interval:
        return _MAIN.pack(offset, type_, q, width // 8, height // 8)
    first, last, interval = place or (True, True, _NOWHERE)
    count = first * _FIRST | last * _LAST | interval
    return _BOTH.pack(
        offset, type_ | _WITH_RESTART, q, width // 8, height // 8,
        restart_interval, count,
    )  # fmt: skip


def _parse_tables(payload: bytes, position: int) -> tuple[bytes, int]:
    """The tables at `position`, and what position follows them."""
    start = position + _TABLES.size
    if len(payload) < start:
        raise _short("quantisation table header", payload, start)
    precision, length = _TABLES.unpack_from(payload, position)
    if len(payload) < start + length:
        raise _short("quantisation tables", payload, start + length)
    if precision != 0 or length not in (0, 64, 128):
        raise RemoteError(
            "RTP/JPEG quantisation tables must be one or two of 64 bytes, not "
            f"{length} bytes with precision bits {precision:08b}"
        )
    return payload[start : start + length], start + length


@lru_cache(maxsize=64)
def _kind(*values: int) -> Kind:
    """All packets of a picture say the same, and those of the next one mostly too: it
    is checked, and kept, once."""
    kind = Kind(*values)
    if kind.type not in (0, 1):
        raise RemoteError(
            f"RTP/JPEG type {kind.type} is unknown; types 0, 1, 64 and 65 are accepted"
        )
    if not (LOWEST_Q <= kind.q <= HIGHEST_Q or kind.q >= LOWEST_Q_WITH_TABLES):
        raise RemoteError(
            f"RTP/JPEG Q {kind.q} is reserved; Q is 1 to 99 or 128 to 255"
        )
    if kind.width == 0 or kind.height == 0:
        raise RemoteError(
            f"RTP/JPEG picture of {kind.width}×{kind.height} pixels has no area"
        )
    return kind


def _short(what: str, payload: bytes, needed: int) -> RemoteError:
    return RemoteError(f"RTP/JPEG {what} needs {needed} bytes, got {len(payload)}")
