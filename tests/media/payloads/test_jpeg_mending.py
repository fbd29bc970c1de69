"""A JPEG of which packets are missing: what came, the old pixels, or grey."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media import payloads
from labkit.media.codecs.jpeg import JpegEncoder
from labkit.media.payloads.base import ROOM
from labkit.media.payloads.jpeg.header import parse_fragment
from labkit.media.payloads.jpeg.mending import grey
from labkit.media.payloads.jpeg.tables import quantisation
from labkit.media.wire.jpeg_file import parse_jpeg

Pixels = npt.NDArray[np.uint8]
JPEG = payloads.for_format("JPEG")
ASSEMBLER = JPEG.new_assembler()
SMALL = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
"""Twelve blocks, four a row."""


def cut(
    pixels: Pixels, encoder: JpegEncoder | None = None
) -> tuple[bytes, list[bytes]]:
    """A picture as the kit encodes and cuts it."""
    encoder = encoder or JpegEncoder(restart_intervals=True)
    frame = encoder.encode(Picture(pixels, 0.0))
    return frame.data, JPEG.packetise(frame)


def encoded(pixels: Pixels, interval: int, *settings: int) -> EncodedFrame:
    more = (cv2.IMWRITE_JPEG_QUALITY, 50, cv2.IMWRITE_JPEG_RST_INTERVAL, interval)
    done, data = cv2.imencode(".jpg", pixels, [*more, *settings])
    assert done
    return EncodedFrame(data.tobytes(), 0.0)


def decoded(data: bytes) -> Pixels:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def mended(packets: Sequence[bytes], old: bytes | None = None) -> Pixels:
    return decoded(ASSEMBLER.mend(packets, old).data)


def rows_alike(one: Pixels, other: Pixels) -> list[bool]:
    """Which rows of blocks are equal."""
    starts = range(0, len(one), 16)
    return [bool(np.array_equal(one[y:][:16], other[y:][:16])) for y in starts]


def test_each_packet_holds_whole_intervals_and_says_which():
    frame = encoded(SMALL, 4)  # three intervals, one a row
    scan = frame.data[parse_jpeg(frame.data).scan_start : -2]
    first = scan.index(b"\xff\xd0") + 2
    second = scan.index(b"\xff\xd1") + 2
    assert JPEG.packetise(frame, room=12 + second) == [
        bytes.fromhex("00000000 41 32 08 06 0004 c000") + scan[:second],
        struct.pack("!L", second)
        + bytes.fromhex("41 32 08 06 0004 c002")
        + scan[second:],
    ]
    packets = JPEG.packetise(frame, room=12 + first - 1)
    places = [parse_fragment(packet).place for packet in packets]
    assert places[:2] == [(True, False, 0), (False, True, 0)]


@pytest.mark.parametrize("room", [40, 300, ROOM])
@pytest.mark.parametrize("quality", [5, 50, 99])
def test_a_picture_arrives_byte_for_byte(pixels: Pixels, quality: int, room: int):
    frame = JpegEncoder(quality, restart_intervals=True).encode(Picture(pixels, 0.0))
    packets = JPEG.packetise(frame, room)
    assert all(len(packet) <= room for packet in packets)
    assert ASSEMBLER.join(packets) == frame.data
    assert ASSEMBLER.mend(packets, None) == (frame.data, 1.0)


@pytest.mark.parametrize("quality", [20, 50, 80])
def test_markers_cost_little(pixels: Pixels, quality: int):
    plain, _ = cut(pixels, JpegEncoder(quality))
    data, packets = cut(pixels, JpegEncoder(quality, restart_intervals=True))
    assert len(data) < 1.03 * len(plain)
    assert len(packets) <= 1.1 * len(plain) / (ROOM - 8) + 1
    assert all(parse_fragment(packet).place is not None for packet in packets)


def test_the_interval_stays_the_same_while_pictures_are_alike(pixels: Pixels):
    encoder = JpegEncoder(restart_intervals=True)

    def interval(pixels: Pixels) -> int:
        return parse_jpeg(encoder.encode(Picture(pixels, 0.0)).data).restart_interval

    usual = interval(pixels)
    assert [interval(np.roll(pixels, 40 * n, axis=1)) for n in range(5)] == [usual] * 5
    assert interval(np.zeros_like(pixels)) > usual


def test_where_a_packet_is_missing_the_old_pixels_stay():
    other = np.ascontiguousarray(SMALL[::-1])
    old, new = encoded(SMALL, 4), encoded(other, 4)
    packets = JPEG.packetise(new, room=700)
    assert len(packets) == 3
    for missing in range(3):
        data, share = ASSEMBLER.mend(
            packets[:missing] + packets[missing + 1 :], old.data
        )
        assert share == pytest.approx(2 / 3)
        expected = [row != missing for row in range(3)]
        assert decoded(data).shape == SMALL.shape
        parts = data[parse_jpeg(data).scan_start : -2]
        assert parts.count(b"\xff\xd0") == parts.count(b"\xff\xd1") == 1
        assert _intervals(data)[missing] == _intervals(old.data)[missing]
        assert [
            a == b for a, b in zip(_intervals(data), _intervals(new.data), strict=True)
        ] == expected


def _intervals(data: bytes) -> list[bytes]:
    scan = data[parse_jpeg(data).scan_start : -2]
    first, second = scan.index(b"\xff\xd0"), scan.index(b"\xff\xd1")
    return [scan[:first], scan[first + 2 : second], scan[second + 2 :]]


def test_without_an_old_picture_what_is_missing_is_grey():
    packets = JPEG.packetise(encoded(SMALL, 4), room=700)
    shown = mended([packets[0], packets[2]])
    assert np.all(np.abs(shown[18:30].astype(int) - 128) <= 1)


def test_a_grey_block_is_32_bits():
    assert grey(1, 1) == bytes.fromhex("28a28a00")
    assert grey(1, 3) == 3 * bytes.fromhex("28a28a00")
    assert grey(0, 1) == bytes.fromhex("28a00f")  # 4:2:2 has 20; ones fill the octet


def test_half_the_colours_a_row_can_be_mended_too():
    settings = cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422
    frame = encoded(SMALL, 4, *settings)  # 16×8 pixels a block: six intervals
    scan = frame.data[parse_jpeg(frame.data).scan_start : -2]
    end = scan.index(b"\xff\xd2")
    packet = bytes.fromhex("00000000 40 32 08 06 0004 c000") + scan[:end]
    data, share = ASSEMBLER.mend([packet], None)
    assert share == 1 / 2
    assert np.array_equal(decoded(data)[:16], decoded(frame.data)[:16])
    assert np.all(np.abs(decoded(data)[26:].astype(int) - 128) <= 1)
    assert np.array_equal(mended([packet], frame.data), decoded(frame.data))


def test_the_old_picture_is_written_anew_when_quality_or_interval_changed(
    pixels: Pixels,
):
    for old_encoder in (
        JpegEncoder(80, restart_intervals=True),
        JpegEncoder(50, restart_intervals=False),
    ):
        old, _ = cut(pixels, old_encoder)
        _, packets = cut(pixels)
        assert cv2.PSNR(mended(packets[::2], old), pixels) > 30
        assert cv2.PSNR(mended(packets[::2]), pixels) < 20


def test_an_old_picture_of_another_size_or_format_is_of_no_use(pixels: Pixels):
    _, packets = cut(pixels)
    grey_where_missing = mended(packets[::2])
    old, _ = cut(np.ascontiguousarray(pixels[:240]))
    assert np.array_equal(mended(packets[::2], old), grey_where_missing)
    assert np.array_equal(mended(packets[::2], b"nonsense"), grey_where_missing)
    assert np.array_equal(mended(packets[::2], old[:700]), grey_where_missing)


def test_tables_that_came_in_an_earlier_picture_serve():
    assembler = JPEG.new_assembler()
    frame = encoded(SMALL, 4)
    scan = frame.data[parse_jpeg(frame.data).scan_start : -2]
    head = bytes.fromhex("41 80 08 06 0004 c000")
    tables = bytes.fromhex("00 00 0080") + b"".join(quantisation(50))
    last = scan.index(b"\xff\xd1") + 2
    later = struct.pack("!L", last) + head[:-2] + bytes.fromhex("c002") + scan[last:]
    with pytest.raises(RemoteError, match="Q 128 came without its"):
        assembler.mend([later], frame.data)
    assert assembler.join([bytes(4) + head + tables + scan]) == frame.data
    assert assembler.mend([later], frame.data).data == frame.data


def test_an_interval_in_several_packets_needs_all_of_them():
    frame = encoded(SMALL, 4)
    packets = JPEG.packetise(frame, room=200)
    chunks = [parse_fragment(packet).place for packet in packets]
    second = [n for n, place in enumerate(chunks) if place and place.interval == 1]
    assert len(second) >= 3
    for missing in second:
        rest = packets[:missing] + packets[missing + 1 :]
        random.Random(missing).shuffle(rest)
        assert ASSEMBLER.mend(rest, None).share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        ([], "without data"),
        (
            ["00000000 41 32 08 06 0004 c003 28"],
            "no restart interval",
        ),  # there are 0..2
        (["00000000 41 32 08 06 0004 8000 28"], "no restart interval"),  # no end
        (["00000000 41 32 08 06 0004 4000 28"], "no restart interval"),  # no beginning
        (["00000000 41 32 08 06 0004 ffff 28"], "no restart interval"),
        (["00000000 41 32 08 06 0004 c000"], "no restart interval"),
        (["00000000 41 32 08 06 0004 c000 ffc0"], "no restart interval"),  # a marker
        (["00000000 41 32 08 06 0000 c000 28"], "no restart markers"),
        (["00000000 01 32 08 06 28"], "no restart markers"),
        (
            ["00000000 41 32 08 06 0004 c000 28", "00000001 41 33 08 06 0004 c001 28"],
            "different pictures",
        ),
    ],
)
def test_lying_packets_are_refused_in_words(packets: list[str], words: str):
    with pytest.raises(RemoteError, match=words):
        ASSEMBLER.mend([bytes.fromhex(packet) for packet in packets], None)


def test_the_smallest_packet_of_the_largest_picture_takes_little():
    packet = bytes.fromhex("00000000 40 32 ff ff 0001 c000 28a00f")
    data, share = ASSEMBLER.mend([packet], None)
    assert share == 1 / 32_640
    assert len(data) < 170_000
    one_interval = bytes.fromhex("00000000 40 32 01 01 ffff c000 28a00f")
    assert ASSEMBLER.mend([one_interval], None).share == 1.0


def test_too_many_intervals_to_count_are_refused():
    blank = np.zeros((2040, 2040, 3), np.uint8)
    with pytest.raises(LocalError, match="too many restart intervals"):
        JPEG.packetise(encoded(blank, 1), room=16)  # one of them a packet
    _, packets = cut(blank)
    assert all(parse_fragment(packet).place is not None for packet in packets)


OLD = encoded(SMALL, 4).data
PACKETS = st.builds(
    lambda offset, kind, interval, count, rest: (
        struct.pack("!LBBBBHH", offset, kind, 50, 8, 6, interval, count) + rest
    ),
    st.integers(0, 40),
    st.sampled_from([1, 64, 65]),
    st.sampled_from([0, 1, 4, 65535]),
    st.sampled_from([0, 1, 2, 3, 0x3FFF]).flatmap(
        lambda n: st.sampled_from([n, n | 0x8000, n | 0x4000, n | 0xC000])
    ),
    st.binary(max_size=40)
    | st.lists(st.sampled_from([b"\xff\xd0", b"\xff\xd9", b"\x28\xa2"])).map(b"".join),
)


@given(
    st.lists(PACKETS | st.binary(max_size=30), max_size=5),
    st.none() | st.just(OLD) | st.binary(max_size=40),
)
def test_any_packets_are_mended_or_a_clean_error(
    packets: list[bytes], old: bytes | None
):
    for packet in packets:
        ASSEMBLER.can_mend(packet)
    try:
        data, share = ASSEMBLER.mend(packets, old)
    except RemoteError:
        return
    assert 0 < share <= 1
    header = parse_jpeg(data)
    assert 8 <= header.width <= 2040
    assert data.endswith(b"\xff\xd9")
