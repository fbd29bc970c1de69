"""JPEG pictures in RTP packets (RFC 2435), from the encoder to the same bytes again."""

from __future__ import annotations

import random
import struct

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media import payloads
from labkit.media.payloads.jpeg.header import (
    Fragment,
    Kind,
    Place,
    parse_fragment,
    write_header,
)
from labkit.media.payloads.jpeg.tables import HUFFMAN, quantisation
from labkit.media.wire.jpeg_file import parse_jpeg

Pixels = npt.NDArray[np.uint8]
JPEG = payloads.for_format("JPEG")
SMALL = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def encoded(pixels: Pixels, *settings: int) -> EncodedFrame:
    done, data = cv2.imencode(".jpg", pixels, settings)
    assert done
    return EncodedFrame(data.tobytes(), captured=0.0)


@pytest.mark.parametrize("quality", range(1, 100))
def test_opencv_writes_the_tables_that_q_stands_for(quality: int):
    frame = encoded(SMALL, cv2.IMWRITE_JPEG_QUALITY, quality)
    header = parse_jpeg(frame.data)
    luma, chroma = quantisation(quality)
    assert header.quantisation == {0: luma, 1: chroma}
    assert header.huffman == HUFFMAN
    assert [component.sampling for component in header.components] == [0x22, 0x11, 0x11]
    assert parse_fragment(JPEG.packetise(frame)[0]).kind.q == quality


@pytest.mark.parametrize("quality", [1, 49, 50, 99])
@pytest.mark.parametrize("room", [40, 500, 1200])
def test_a_picture_arrives_byte_for_byte(pixels: Pixels, quality: int, room: int):
    frame = encoded(pixels, cv2.IMWRITE_JPEG_QUALITY, quality)
    packets = JPEG.packetise(frame, room)
    assert all(len(packet) <= room for packet in packets)
    assert JPEG.new_assembler().join(packets) == frame.data


def test_the_order_of_the_pieces_does_not_matter(pixels: Pixels):
    frame = encoded(pixels)
    packets = JPEG.packetise(frame)
    random.Random(2435).shuffle(packets)
    assert JPEG.new_assembler().join(packets) == frame.data


def test_what_arrives_looks_like_what_was_sent(pixels: Pixels):
    packets = JPEG.packetise(encoded(pixels, cv2.IMWRITE_JPEG_QUALITY, 50))
    data = JPEG.new_assembler().join(packets)
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert cv2.PSNR(shown, pixels) > 33


def test_the_header_of_a_packet_is_eight_bytes():
    kind = Kind(type=1, q=50, width=640, height=480, restart_interval=0)
    header = write_header(kind, 0x012345)
    assert header == bytes.fromhex("00 012345 01 32 50 3c")
    fragment = parse_fragment(header + b"data")
    assert fragment == Fragment(kind, 0x012345, b"data")


def test_a_restart_header_is_read():
    fragment = parse_fragment(bytes.fromhex("00000000 41 32 08 06 0028 ffff") + b"data")
    assert fragment.kind == Kind(1, 50, 64, 48, restart_interval=40)
    assert fragment.data == b"data"


def test_a_restart_header_says_which_intervals_a_packet_holds():
    kind = Kind(type=1, q=50, width=64, height=48, restart_interval=4)
    header = write_header(kind, 0x99, Place(first=True, last=False, interval=3))
    assert header == bytes.fromhex("00 000099 41 32 08 06 0004 8003")
    assert parse_fragment(header + b"data").place == (True, False, 3)
    nowhere = write_header(kind, 0x99)
    assert nowhere == bytes.fromhex("00 000099 41 32 08 06 0004 ffff")
    assert parse_fragment(nowhere + b"data").place is None


def test_a_picture_cut_without_regard_to_its_restart_markers_can_be_joined():
    frame = encoded(
        SMALL, cv2.IMWRITE_JPEG_QUALITY, 50, cv2.IMWRITE_JPEG_RST_INTERVAL, 4
    )
    header = parse_jpeg(frame.data)
    assert header.restart_interval == 4
    scan = frame.data[header.scan_start :]
    packets = [
        struct.pack("!LBBBBHH", offset, 65, 50, 8, 6, 4, 0xFFFF) + scan[offset:][:300]
        for offset in range(0, len(scan), 300)
    ]
    joined = JPEG.new_assembler().join(packets)
    assert parse_jpeg(joined).restart_interval == 4
    assert np.array_equal(_decoded(joined), _decoded(frame.data))


def test_a_picture_with_half_the_colours_a_row_can_be_joined():
    frame = encoded(
        SMALL, cv2.IMWRITE_JPEG_QUALITY, 50,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    )  # fmt: skip
    scan = frame.data[parse_jpeg(frame.data).scan_start :]
    packet = bytes.fromhex("00000000 00 32 08 06") + scan
    joined = JPEG.new_assembler().join([packet])
    assert np.array_equal(_decoded(joined), _decoded(frame.data))


def test_tables_in_the_packet_are_used_and_remembered():
    frame = encoded(SMALL, cv2.IMWRITE_JPEG_QUALITY, 70)
    scan = frame.data[parse_jpeg(frame.data).scan_start :]
    tables = b"".join(quantisation(70))
    assembler = JPEG.new_assembler()
    with_tables = bytes.fromhex("00000000 01 80 08 06 00 00 0080") + tables + scan
    assert assembler.join([with_tables]) == frame.data
    without_tables = bytes.fromhex("00000000 01 80 08 06 00 00 0000") + scan
    assert assembler.join([without_tables]) == frame.data
    with pytest.raises(RemoteError, match="Q 128 came without its"):
        JPEG.new_assembler().join([without_tables])


def test_tables_of_q_255_count_for_one_picture_only():
    assembler = JPEG.new_assembler()
    assembler.join(
        [bytes.fromhex("00000000 01 ff 08 06 00 00 0040") + bytes(64) + b"x"]
    )
    with pytest.raises(RemoteError, match="Q 255 came without its"):
        assembler.join([bytes.fromhex("00000000 01 ff 08 06 00 00 0000") + b"x"])


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        ([], "without data"),
        (["00000000 01 32 08"], "header needs 8 bytes, got 7"),
        (["00000000 01 32 08 06"], "without data"),
        (["00000000 41 32 08 06 0028"], "restart header needs 12 bytes, got 10"),
        (["00000000 02 32 08 06 ff"], "type 2 is unknown"),
        (["00000000 80 32 08 06 ff"], "type 128 is unknown"),
        (["00000000 01 00 08 06 ff"], "Q 0 is reserved"),
        (["00000000 01 64 08 06 ff"], "Q 100 is reserved"),
        (["00000000 01 32 00 06 ff"], "0×48 pixels has no area"),
        (["00000000 01 80 08 06 0000"], "table header needs 12 bytes, got 10"),
        (["00000000 01 80 08 06 00000040 00"], "tables needs 76 bytes, got 13"),
        (["00000000 01 80 08 06 00000001 00"], "one or two of 64 bytes, not 1"),
        (["00000000 01 80 08 06 00010000"], "precision bits 00000001"),
        (["00000001 01 32 08 06 ff"], "expected data for byte 0, got some for byte 1"),
        (["00000000 01 32 08 06 ff", "00000002 01 32 08 06 ff"], "expected .* byte 1"),
        (["00000000 01 32 08 06 ff", "00000000 01 32 08 06 ff"], "expected .* byte 1"),
        (["00000000 01 32 08 06 ff", "00000001 01 33 08 06 ff"], "different pictures"),
        (["00000001 01 80 08 06 ff"], "expected data for byte 0"),
    ],
)
def test_what_is_wrong_with_packets_is_said(packets: list[str], words: str):
    with pytest.raises(RemoteError, match=words):
        JPEG.new_assembler().join([bytes.fromhex(packet) for packet in packets])


def test_a_picture_that_lost_any_packet_but_the_last_is_not_joined(pixels: Pixels):
    packets = JPEG.packetise(encoded(pixels))
    for missing in range(len(packets) - 1):
        with pytest.raises(RemoteError, match="not whole"):
            JPEG.new_assembler().join(packets[:missing] + packets[missing + 1 :])


@pytest.mark.parametrize(
    ("shape", "settings", "words"),
    [
        ((48, 60, 3), (), "60×48 are not multiples of 8"),
        ((2048, 16, 3), (), "16×2048 are not multiples of 8 up to 2040"),
        ((48, 64), (), "not 4:2:0"),
        (
            (48, 64, 3),
            (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
            "not 4:2:0",
        ),
        ((48, 64, 3), (cv2.IMWRITE_JPEG_OPTIMIZE, 1), "Huffman tables"),
        ((48, 64, 3), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), "only baseline"),
        ((48, 64, 3), (cv2.IMWRITE_JPEG_QUALITY, 100), "no quality from 1 to 99"),
    ],
)
def test_a_picture_that_cannot_be_sent_is_refused_in_words(
    shape: tuple[int, ...], settings: tuple[int, ...], words: str
):
    pixels = np.zeros(shape, np.uint8)
    pixels[::2] = 200
    with pytest.raises(LocalError, match=words):
        JPEG.packetise(encoded(pixels, *settings))


def test_what_is_no_picture_is_refused_in_words():
    with pytest.raises(LocalError, match="cannot be sent: not a JPEG"):
        JPEG.packetise(EncodedFrame(b"hello", 0.0))
    with pytest.raises(LocalError, match="8 bytes a packet"):
        JPEG.packetise(encoded(SMALL), room=8)


PAYLOADS = st.binary(max_size=200) | st.builds(
    lambda offset, type_, q, rest: struct.pack("!LBBBB", offset, type_, q, 8, 6) + rest,
    st.integers(0, 3),
    st.sampled_from([0, 1, 2, 64, 65, 255]),
    st.sampled_from([0, 1, 50, 99, 100, 127, 128, 254, 255]),
    st.binary(max_size=150),
)


@given(st.lists(st.lists(PAYLOADS, max_size=3), max_size=3))
def test_any_packets_are_a_picture_or_a_clean_error(pictures: list[list[bytes]]):
    assembler = JPEG.new_assembler()
    for packets in pictures:
        try:
            data = assembler.join(packets)
        except RemoteError:
            continue
        header = parse_jpeg(data)
        assert 8 <= header.width <= 2040
        assert 8 <= header.height <= 2040


@given(st.binary(max_size=100), st.integers(0, 700))
def test_any_frame_is_cut_or_refused(garbage: bytes, place: int):
    frame = encoded(SMALL).data
    damaged = frame[:place] + garbage + frame[place + len(garbage) :]
    try:
        packets = JPEG.packetise(EncodedFrame(damaged, 0.0))
    except LocalError:
        return
    assert all(8 < len(packet) <= 1200 for packet in packets)


def _decoded(data: bytes) -> Pixels:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
