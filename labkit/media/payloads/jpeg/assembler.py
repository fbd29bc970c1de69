"""Packets into JPEG pictures: the pieces in order, behind a header written anew.

RFC 2435 section 4 and appendix B. A picture that OpenCV encoded and `JpegPayload` cut
comes out as it went in, byte for byte. One of which packets are missing is mended, if
it was cut at its restart markers.

Notebook: 03-media.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

from labkit.errors import RemoteError
from labkit.media.payloads.base import Mended
from labkit.media.payloads.jpeg import mending
from labkit.media.payloads.jpeg.header import (
    LOWEST_Q_WITH_TABLES,
    Fragment,
    Kind,
    layout,
    parse_fragment,
)
from labkit.media.payloads.jpeg.tables import HUFFMAN, Quantisation, quantisation
from labkit.media.wire.jpeg_file import END, START, Marker, write_segment

_TABLES_EVERY_TIME = 255
_JFIF = bytes.fromhex("4a46494600 0101 00 0001 0001 0000")
_FRAME = struct.Struct("!BHHB")
_SAMPLING = {0: 0x21, 1: 0x22}
_SCAN = bytes.fromhex("03 0100 0211 0311 00 3f 00")
_offset = itemgetter(slice(1, 4))
"""The three octets that say where a packet's data belongs: they sort as numbers do."""


class JpegAssembler:
    """Puts the pictures of one stream together; remembers tables sent only once."""

    def __init__(self) -> None:
        self._tables: dict[int, Quantisation] = {}

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The JPEG picture in these packets, as a file would hold it.

        Raises RemoteError when a piece is missing, doubled or of another picture, or
        when its quantisation tables never came.
        """
        if not payloads:
            raise RemoteError("RTP/JPEG picture without data")
        first, *others = sorted(payloads, key=_offset)
        fragment = parse_fragment(first)
        data = _side_by_side(fragment, first, others)
        header = _header(fragment.kind, self._quantisation(fragment))
        picture = b"".join([header, *data])
        return picture if picture.endswith(END) else picture + END

    def can_mend(self, payload: bytes) -> bool:
        """Whether something can be shown of a picture that this is a packet of, though
        others be missing."""
        try:
            return parse_fragment(payload).place is not None
        except RemoteError:
            return False

    def mend(self, payloads: Sequence[bytes], old: bytes | None) -> Mended:
        """The JPEG picture of which these packets came; the rest as in `old`, or grey.

        Raises RemoteError when they are of several pictures, when nothing of them can
        be shown, or when their quantisation tables never came.
        """
        fragments = _parsed(payloads)
        _check_same_picture(fragments)
        kind, tables = fragments[0].kind, self._quantisation(fragments[0])
        header = _header(kind, tables)
        scan, share = mending.mend(fragments, header, tables, old)
        return Mended(header + scan + END, share)

    def _quantisation(self, first: Fragment) -> Quantisation:
        q = first.kind.q
        if q < LOWEST_Q_WITH_TABLES:
            return quantisation(q)
        if first.tables:
            tables = Quantisation(first.tables[:64], first.tables[-64:])
            self._tables[q] = tables
            return tables
        if q == _TABLES_EVERY_TIME or q not in self._tables:
            raise RemoteError(
                f"RTP/JPEG picture with Q {q} came without its quantisation tables"
            )
        return self._tables[q]


def _parsed(payloads: Sequence[bytes]) -> list[Fragment]:
    if not payloads:
        raise RemoteError("RTP/JPEG picture without data")
    return [parse_fragment(payload) for payload in sorted(payloads, key=_offset)]


def _side_by_side(
    fragment: Fragment, first: bytes, others: Sequence[bytes]
) -> list[bytes]:
    """The data of all packets, each of which must begin where the last one ended.

    Only the first one is read whole. The others must say the same of the picture, octet
    for octet; then nothing but the offset is of interest.
    """
    start, common = layout(first)
    said, position = first[common], len(fragment.data)
    if fragment.offset:
        raise _not_whole(0, fragment.offset)
    if not fragment.data:
        raise RemoteError("RTP/JPEG picture without data")
    data = [fragment.data]
    for payload in others:
        if payload[common] != said or len(payload) < start:
            raise _different(fragment.kind, parse_fragment(payload).kind)
        if _offset(payload) != position.to_bytes(3, "big"):
            raise _not_whole(position, int.from_bytes(_offset(payload), "big"))
        data.append(payload[start:])
        position += len(payload) - start
    return data


def _not_whole(expected: int, got: int) -> RemoteError:
    return RemoteError(
        f"RTP/JPEG picture is not whole: expected data for byte {expected}, "
        f"got some for byte {got}"
    )


def _check_same_picture(fragments: list[Fragment]) -> None:
    for fragment in fragments:
        if fragment.kind != fragments[0].kind:
            raise _different(fragments[0].kind, fragment.kind)


def _different(one: Kind, other: Kind) -> RemoteError:
    return RemoteError(
        "RTP/JPEG packets of one timestamp belong to different pictures: "
        f"{one} and {other}"
    )


@lru_cache(maxsize=16)
def _header(kind: Kind, tables: Quantisation) -> bytes:
    """All that stands before the compressed data, in the order in which OpenCV writes
    it."""
    components = bytes((1, _SAMPLING[kind.type], 0, 2, 0x11, 1, 3, 0x11, 1))
    frame = _FRAME.pack(8, kind.height, kind.width, 3) + components
    segments = [
        write_segment(Marker.APP0, _JFIF),
        write_segment(Marker.DQT, b"\x00" + tables.luma),
        write_segment(Marker.DQT, b"\x01" + tables.chroma),
        write_segment(Marker.SOF0, frame),
        *(
            write_segment(Marker.DHT, bytes([number]) + table)
            for number, table in HUFFMAN.items()
        ),
    ]
    if kind.restart_interval:
        interval = kind.restart_interval.to_bytes(2, "big")
        segments.append(write_segment(Marker.DRI, interval))
    segments.append(write_segment(Marker.SOS, _SCAN))
    return START + b"".join(segments)
