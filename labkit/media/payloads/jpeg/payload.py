"""JPEG pictures into packets (RFC 2435 sections 3 and 4).

What OpenCV's encoder writes fits as it is: baseline, 4:2:0, standard Huffman tables,
and the quantisation tables of some Q from 1 to 99. Any other picture is refused.

A picture with restart markers is cut at them only, as many whole intervals a packet as
find room, and each packet says which they are: it can be shown although its neighbours
are lost (section 3.1.7). An interval that no packet can hold takes several of its own.

Notebook: 03-media.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media.payloads.base import ROOM
from labkit.media.payloads.jpeg.assembler import JpegAssembler
from labkit.media.payloads.jpeg.header import (
    MAIN_SIZE,
    MOST_INTERVALS,
    MOST_PIXELS_A_SIDE,
    RESTART_SIZE,
    Kind,
    Place,
    write_header,
)
from labkit.media.payloads.jpeg.tables import HUFFMAN, Quantisation, qualities
from labkit.media.wire.jpeg_file import END, RESTART, JpegHeader, parse_jpeg

TYPE_420 = 1
_SAMPLING_420 = (0x22, 0x11, 0x11)
_TABLES = (0, 1, 1)


class JpegPayload:
    """The payload of JPEG pictures.

    A camera's header hardly ever changes: the last one is remembered, with what was
    found in it, and a picture that begins with the same bytes is not read again.
    """

    def __init__(self) -> None:
        self._known: tuple[bytes, Kind] = (b"", Kind(0, 0, 0, 0, 0))

    def packetise(self, frame: EncodedFrame, room: int = ROOM) -> list[bytes]:
        """The picture's compressed data in pieces, each behind its header.

        Raises LocalError when the picture is not what the module says.
        """
        if room <= MAIN_SIZE + RESTART_SIZE:
            raise LocalError(f"{room} bytes a packet leave no room after the header")
        header, kind = self._known
        if not header or not frame.data.startswith(header):
            header, kind = self._known = _read(frame.data)
        scan = frame.data[len(header) :].removesuffix(END)  # where it ends is known
        if kind.restart_interval:
            return list(_at_markers(kind, scan, room - MAIN_SIZE - RESTART_SIZE))
        step = room - MAIN_SIZE
        return [
            write_header(kind, offset) + scan[offset : offset + step]
            for offset in range(0, len(scan), step)
        ]

    def new_assembler(self) -> JpegAssembler:
        """A fresh assembler for one received stream."""
        return JpegAssembler()


def _at_markers(kind: Kind, scan: bytes, room: int) -> Iterator[bytes]:
    """The payloads of a picture with restart markers: chunks of whole intervals."""
    chunk = _chunk(room)
    start = intervals = 0
    while start < len(scan):
        if len(scan) - start <= room:
            end = len(scan)
        else:  # an interval that is longer than a packet takes several
            found = chunk.match(scan, start) or RESTART.search(scan, start)
            end = found.end() if found else len(scan)
        if intervals >= MOST_INTERVALS:
            raise _cannot("it has too many restart intervals to be counted")
        for offset in range(start, end, room):
            rest = offset + room
            place = Place(offset == start, rest >= end, intervals)
            yield write_header(kind, offset, place) + scan[offset : min(rest, end)]
        if end < len(scan):
            intervals += _count(scan, start, end, intervals)
        start = end


@lru_cache(maxsize=8)
def _chunk(room: int) -> re.Pattern[bytes]:
    """As many octets as find room, up to and with a restart marker."""
    return re.compile(rb"(?s).{0,%d}%b" % (max(room - 2, 0), RESTART.pattern))


def _count(scan: bytes, start: int, end: int, before: int) -> int:
    """How many intervals lie between two places that follow restart markers.

    The markers are numbered 0 to 7 again and again (T.81 section B.2.1), so the last
    one tells how many there are, but for whole eights: so often it was there before.
    """
    eights = scan.count(scan[end - 2 : end], start, end) - 1
    return 8 * eights + (scan[end - 1] - before) % 8 + 1


def _read(data: bytes) -> tuple[bytes, Kind]:
    """All that stands before the compressed data, and how RFC 2435 says it."""
    try:
        header = parse_jpeg(data)
    except RemoteError as error:
        raise LocalError(f"this picture cannot be sent: {error}") from None
    return data[: header.scan_start], _kind(header)


def _kind(header: JpegHeader) -> Kind:
    """How RFC 2435 says what this header says; LocalError when it cannot."""
    width, height = header.width, header.height
    if width % 8 or height % 8 or not 0 < width <= MOST_PIXELS_A_SIDE >= height > 0:
        raise _cannot(
            f"its sides {width}×{height} are not multiples of 8 up to "
            f"{MOST_PIXELS_A_SIDE}; scale it"
        )
    sampling = tuple(component.sampling for component in header.components)
    tables = tuple(component.table for component in header.components)
    if sampling != _SAMPLING_420 or tables != _TABLES:
        raise _cannot("its colours are not 4:2:0; encode it with OpenCV's defaults")
    if header.huffman != HUFFMAN:
        raise _cannot(
            "its Huffman tables are not the standard ones; do not optimise it"
        )
    quantisation = Quantisation(
        header.quantisation.get(0, b""), header.quantisation.get(1, b"")
    )
    q = qualities().get(quantisation)
    if q is None:
        raise _cannot("its quantisation tables are those of no quality from 1 to 99")
    return Kind(TYPE_420, q, width, height, header.restart_interval)


def _cannot(why: str) -> LocalError:
    return LocalError(f"this JPEG cannot be sent over RTP (RFC 2435): {why}")
