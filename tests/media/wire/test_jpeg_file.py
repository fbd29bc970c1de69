"""The header of a JPEG file, segment by segment (ITU-T T.81 annex B)."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.media.wire.jpeg_file import Marker, parse_jpeg, write_segment

START = "ffd8"
TABLE = "ffdb 0043 00" + "01" * 64
FRAME = "ffc0 0011 08 0010 0020 03 012200 021101 031101"
SCAN = "ffda 0008 01 0100 003f00"


def test_a_header_is_read_up_to_the_compressed_data():
    huffman = "ffc4 0014 00 01" + "00" * 15 + "07"
    data = bytes.fromhex(
        START + "ffe0 0004 abcd" + TABLE + FRAME + huffman + "ffdd 0004 0028" + SCAN
    )
    header = parse_jpeg(data + b"compressed")
    assert (header.width, header.height) == (32, 16)
    assert header.components == ((1, 0x22, 0), (2, 0x11, 1), (3, 0x11, 1))
    assert header.quantisation == {0: b"\x01" * 64}
    assert header.huffman == {0: b"\x01" + bytes(15) + b"\x07"}
    assert header.restart_interval == 40
    assert header.scan_start == len(data)


def test_several_tables_may_share_a_segment():
    tables = bytes(1) + b"a" * 64 + bytes([1]) + b"b" * 64 + bytes([0x12]) + b"c" * 128
    data = bytes.fromhex(START) + write_segment(Marker.DQT, tables)
    header = parse_jpeg(data + bytes.fromhex(FRAME + SCAN))
    assert header.quantisation == {0: b"a" * 64, 1: b"b" * 64, 2: b"c" * 128}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "not a JPEG"),
        ("89504e47", "begins with '89 50'"),
        (START, "byte 2 needs 4 bytes, got 0"),
        (START + "00000000", "no marker at byte 2"),
        (START + "ffe0 0001", "e0 at byte 2 claims 1 bytes"),
        (START + "ffe0 0009 00", "claims 9 bytes, got 3"),
        (START + "ffdb 0004 0001", "table needs 64 bytes, got 1"),
        (START + "ffc4 0004 0001", "Huffman table needs 18 bytes, got 2"),
        (START + "ffc0 0004 0800", "frame header needs 6 bytes, got 2"),
        (START + FRAME.replace("11 08", "11 0c"), "12 bits"),
        (START + FRAME.replace(" 03 ", " 04 "), "4 components and 15 bytes"),
        (START + FRAME + FRAME, "two frame headers"),
        (START + SCAN, "without a frame header"),
        (START + FRAME.replace("ffc0", "ffc2"), "SOF2: only baseline"),
        (START + FRAME.replace("ffc0", "ffcf"), "SOF15: only baseline"),
    ],
)
def test_what_is_wrong_with_a_header_is_said(data: str, words: str):
    with pytest.raises(RemoteError, match=words):
        parse_jpeg(bytes.fromhex(data))


REAL = cv2.imencode(".jpg", np.zeros((16, 32, 3), np.uint8))[1].tobytes()


@given(st.binary(max_size=60), st.integers(0, len(REAL)), st.integers(0, len(REAL)))
def test_any_bytes_are_a_header_or_a_clean_error(garbage: bytes, cut: int, go_on: int):
    for data in (b"\xff\xd8" + garbage, REAL[:cut] + garbage + REAL[go_on:]):
        try:
            header = parse_jpeg(data)
        except RemoteError:
            continue
        assert header.components
        assert 0 < header.scan_start <= len(data)
