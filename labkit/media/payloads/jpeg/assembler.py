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

from labkit.errors import RemoteError
from labkit.media.payloads.base import Mended
from labkit.media.payloads.jpeg import mending
from labkit.media.payloads.jpeg.header import (
    LOWEST_Q_WITH_TABLES,
    Fragment,
    Kind,
    parse_fragment,
)
from labkit.media.payloads.jpeg.tables import HUFFMAN, Quantisation, quantisation
from labkit.media.wire.jpeg_file import END, START, Marker, write_segment

_TABLES_EVERY_TIME = 255
_JFIF = bytes.fromhex("4a46494600 0101 00 0001 0001 0000")
_FRAME = struct.Struct("!BHHB")
_SAMPLING = {0: 0x21, 1: 0x22}
_SCAN = bytes.fromhex("03 0100 0211 0311 00 3f 00")


class JpegAssembler:
    """Puts the pictures of one stream together; remembers tables sent only once."""

    def __init__(self) -> None:
        self._tables: dict[int, Quantisation] = {}

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The JPEG picture in these packets, as a file would hold it.

        Raises RemoteError when a piece is missing, doubled or of another picture, or
        when its quantisation tables never came.
        """
        fragments = _parsed(payloads)
        scan = _joined(fragments)
        header = _header(fragments[0].kind, self._quantisation(fragments[0]))
        return header + scan if scan.endswith(END) else header + scan + END

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
    fragments = [parse_fragment(payload) for payload in payloads]
    if not fragments:
        raise RemoteError("RTP/JPEG picture without data")
    fragments.sort(key=_offset)
    return fragments


def _offset(fragment: Fragment) -> int:
    return fragment.offset


def _joined(fragments: list[Fragment]) -> bytes:
    """The data of all fragments, which must lie side by side from offset 0."""
    position = 0
    _check_same_picture(fragments)
    for fragment in fragments:
        if fragment.offset != position:
            raise RemoteError(
                f"RTP/JPEG picture is not whole: expected data for byte {position}, "
                f"got some for byte {fragment.offset}"
            )
        position += len(fragment.data)
    if position == 0:
        raise RemoteError("RTP/JPEG picture without data")
    return b"".join([fragment.data for fragment in fragments])


def _check_same_picture(fragments: list[Fragment]) -> None:
    for fragment in fragments:
        if fragment.kind != fragments[0].kind:
            raise RemoteError(
                "RTP/JPEG packets of one timestamp belong to different pictures: "
                f"{fragments[0].kind} and {fragment.kind}"
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
