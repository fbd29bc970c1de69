"""Half lines, many lines in a segment, lines without end: the reader sees lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labkit.registry.wire.lines import LineReader, text_of

STREAMS = st.lists(
    st.binary(max_size=20)
    | st.just(b"\n")
    | st.just(b"\r\n")
    | st.integers(500, 1100).map(lambda size: b"x" * size),
    max_size=12,
).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 4000), max_size=20))
@example(b"x" * 511 + b"\n" + b"y" * 512 + b"\nz\n", [511, 512, 513, 1024, 1025])
def test_any_split_of_the_bytes_gives_the_same_lines(
    stream: bytes, cuts: list[int]
) -> None:
    whole = LineReader().feed(stream)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader = LineReader()
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert [line for piece in pieces for line in reader.feed(piece)] == whole
    one_by_one = LineReader()
    assert [line for byte in stream for line in one_by_one.feed(bytes([byte]))] == whole


@given(STREAMS)
def test_lines_are_whole_or_cut_at_512_bytes_and_nothing_is_invented(
    stream: bytes,
) -> None:
    reader = LineReader()
    expected = [(line + b"\n")[:512] for line in stream.split(b"\n")[:-1]]
    rest = stream.split(b"\n")[-1]
    if len(rest) >= 512:
        expected.append(rest[:512])
    assert reader.feed(stream) == expected
    assert reader.holds_half_a_line == bool(rest)


def test_a_line_of_512_bytes_passes_and_one_more_byte_is_too_many() -> None:
    fits = b"x" * 511 + b"\n"
    assert LineReader().feed(fits) == [fits]
    assert text_of(fits) == "x" * 511
    (cut,) = LineReader().feed(b"x" * 512 + b"\n")
    with pytest.raises(ValueError, match="longer than 512 bytes"):
        text_of(cut)


def test_after_an_over_long_line_the_next_one_is_read_as_usual() -> None:
    reader = LineReader()
    assert reader.feed(b"x" * 100_000) == [b"x" * 512]
    assert reader.feed(b"still the same line") == []
    assert reader.holds_half_a_line
    assert reader.feed(b"\nQUIT\n") == [b"QUIT\n"]
    assert not reader.holds_half_a_line


def test_a_carriage_return_before_the_end_is_forgiven_once() -> None:
    assert text_of(b"LIST\r\n") == "LIST"
    assert text_of(b"LIST\r\r\n") == "LIST\r"


def test_bytes_that_are_not_utf8_are_named_by_their_place() -> None:
    with pytest.raises(ValueError, match="byte 9 of the line is not UTF-8"):
        text_of(b"QUERY Jo\xe3o\n")
