"""The header of a JPEG picture: its segments, up to the compressed data (ITU-T T.81).

A JPEG is a row of segments, each `FF`, a marker byte and, but for the first, its length
in two bytes and its content:

    FF D8                       SOI   the picture begins
    FF DB  length  tables       DQT   quantisation: number, then 64 values, each table
    FF C0  length  frame        SOF0  baseline; bits, height, width, components
    FF C4  length  tables       DHT   Huffman: class and number, 16 counts, values
    FF DD  length  interval     DRI   a restart marker every so many blocks; 0: none
    FF DA  length  scan         SOS   then the entropy-coded data, up to
    FF D9                       EOI   the picture ends

Reading the header costs nothing beside decoding, and tells beforehand how much memory
decoding would take.

Notebook: 03-media.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from labkit.errors import RemoteError


class Marker(IntEnum):
    """The second byte of a marker, named as in ITU-T T.81 table B.1."""

    SOF0 = 0xC0
    DHT = 0xC4
    SOI = 0xD8
    EOI = 0xD9
    SOS = 0xDA
    DQT = 0xDB
    DRI = 0xDD
    APP0 = 0xE0


START = bytes((0xFF, Marker.SOI))
END = bytes((0xFF, Marker.EOI))
RESTART = re.compile(rb"\xff[\xd0-\xd7]")
"""RST0 to RST7, each of which ends a restart interval."""

# SOF1 to SOF15; DHT, JPG and DAC lie among them and are no frame headers.
_OTHER_FRAMES = frozenset(range(0xC1, 0xD0)) - {Marker.DHT, 0xC8, 0xCC}
_FRAME = struct.Struct("!BHHB")
_LENGTH = struct.Struct("!H")


class Component(NamedTuple):
    """One of a picture's colour planes, as the frame header has it."""

    number: int
    sampling: int
    """Horizontal factor in the upper 4 bits, vertical in the lower ones."""
    table: int
    """The number of its quantisation table."""


@dataclass(slots=True)
class JpegHeader:
    """What stands before a picture's compressed data."""

    width: int = 0
    height: int = 0
    components: tuple[Component, ...] = ()
    quantisation: dict[int, bytes] = field(default_factory=dict)
    """Table number → 64 values in zigzag order; 128 bytes if they have 16 bits."""
    huffman: dict[int, bytes] = field(default_factory=dict)
    """Class and number → 16 counts and the values."""
    restart_interval: int = 0
    scan_start: int = 0
    """Where the compressed data begins."""


def parse_jpeg(data: bytes) -> JpegHeader:
    """The header of one baseline JPEG picture.

    Raises RemoteError when `data` is not one: another kind of JPEG, or broken before
    its compressed data.
    """
    if data[:2] != START:
        raise RemoteError(f"not a JPEG picture: begins with {data[:2].hex(' ')!r}")
    header = JpegHeader()
    marker, position = 0, len(START)
    while marker != Marker.SOS:
        marker, content, position = _next_segment(data, position)
        match marker:
            case Marker.SOF0:
                _read_frame(header, content)
            case Marker.DQT:
                _read_quantisation(header, content)
            case Marker.DHT:
                _read_huffman(header, content)
            case Marker.DRI:
                header.restart_interval = int.from_bytes(content[:2], "big")
            case _ if marker in _OTHER_FRAMES:
                raise RemoteError(
                    f"JPEG of kind SOF{marker - Marker.SOF0}: "
                    "only baseline (SOF0) is accepted"
                )
    header.scan_start = position
    if not header.components:
        raise RemoteError("JPEG without a frame header (SOF0) before its data")
    return header


def write_segment(marker: Marker, content: bytes) -> bytes:
    """One segment with its marker and length."""
    return bytes((0xFF, marker)) + _LENGTH.pack(2 + len(content)) + content


def _next_segment(data: bytes, position: int) -> tuple[int, bytes, int]:
    """Marker and content of the segment at `position`, and where the next one is."""
    start = position + 4
    if len(data) < start:
        raise RemoteError(
            f"JPEG segment at byte {position} needs 4 bytes, got {len(data) - position}"
        )
    if data[position] != 0xFF:
        raise RemoteError(f"JPEG has no marker at byte {position}")
    (length,) = _LENGTH.unpack_from(data, position + 2)
    end = position + 2 + length
    if length < 2 or len(data) < end:
        raise RemoteError(
            f"JPEG segment {data[position + 1]:02x} at byte {position} claims {length} "
            f"bytes, got {len(data) - position - 2}"
        )
    return data[position + 1], data[start:end], end


def _read_frame(header: JpegHeader, content: bytes) -> None:
    if header.components:
        raise RemoteError("JPEG with two frame headers (SOF0)")
    if len(content) < _FRAME.size:
        raise RemoteError(
            f"JPEG frame header needs {_FRAME.size} bytes, got {len(content)}"
        )
    bits, header.height, header.width, count = _FRAME.unpack_from(content)
    needed = _FRAME.size + 3 * count
    if bits != 8 or not 1 <= count <= 4 or len(content) != needed:
        raise RemoteError(
            f"JPEG frame header of {bits} bits, {count} components and {len(content)} "
            "bytes is not baseline"
        )
    header.components = tuple(
        Component(*content[start : start + 3])
        for start in range(_FRAME.size, needed, 3)
    )


def _read_quantisation(header: JpegHeader, content: bytes) -> None:
    start = 0
    while start < len(content):
        size = 128 if content[start] >> 4 else 64
        end = start + 1 + size
        if len(content) < end:
            raise RemoteError(
                f"JPEG quantisation table needs {size} bytes, "
                f"got {len(content) - start - 1}"
            )
        header.quantisation[content[start] & 0x0F] = content[start + 1 : end]
        start = end


def _read_huffman(header: JpegHeader, content: bytes) -> None:
    start = 0
    while start < len(content):
        counts = content[start + 1 : start + 17]
        end = start + 17 + sum(counts)
        if len(counts) < 16 or len(content) < end:
            raise RemoteError(
                f"JPEG Huffman table needs {end - start} bytes, "
                f"got {len(content) - start}"
            )
        header.huffman[content[start]] = content[start + 1 : end]
        start = end
