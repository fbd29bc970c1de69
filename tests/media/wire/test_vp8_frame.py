"""The first bytes of a VP8 frame (RFC 6386 section 9.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.media.wire.vp8_frame import Vp8Header, parse_vp8


def test_a_keyframe_says_its_size():
    data = bytes.fromhex("10 02 00 9d 01 2a 80 02 e0 01")
    assert parse_vp8(data) == Vp8Header(keyframe=True, width=640, height=480)


def test_the_bits_that_ask_for_scaling_are_no_part_of_the_size():
    data = bytes.fromhex("10 02 00 9d 01 2a 80 42 e0 c1")
    assert parse_vp8(data) == Vp8Header(keyframe=True, width=640, height=480)


def test_another_frame_has_no_size():
    assert parse_vp8(bytes.fromhex("31 02 00")) == Vp8Header(False, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "needs 3 bytes, got 0"),
        ("10 02", "needs 3 bytes, got 2"),
        ("10 02 00 9d 01 2a 80", "keyframe needs 10 bytes, got 7"),
        ("10 02 00 9d 01 2b 80 02 e0 01", "9d 01 2b for a start code"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(data: str, words: str):
    with pytest.raises(RemoteError, match=words):
        parse_vp8(bytes.fromhex(data))


@given(st.binary(max_size=20))
def test_any_bytes_are_a_header_or_a_clean_error(data: bytes):
    try:
        header = parse_vp8(data)
    except RemoteError:
        return
    assert 0 <= header.width < 1 << 14
    assert header.keyframe or header.width == header.height == 0
