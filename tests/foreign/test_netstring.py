"""Netstrings, by the letter of their definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.foreign import netstring


def test_a_length_a_colon_the_bytes_a_comma() -> None:
    assert netstring.write(b"hello world!") == b"12:hello world!,"
    assert netstring.read(b"12:hello world!,0:,3:ab") == (
        [b"hello world!", b""],
        b"3:ab",
    )


@given(st.lists(st.binary(max_size=30)), st.data())
def test_they_come_out_as_they_went_in_however_they_are_cut(messages, data) -> None:
    stream = b"".join(map(netstring.write, messages))
    cut = data.draw(st.integers(0, len(stream)))
    first, rest = netstring.read(stream[:cut])
    second, rest = netstring.read(rest + stream[cut:])
    assert (first + second, rest) == (messages, b"")


@pytest.mark.parametrize(
    "stream", [b"x", b"5x:hello,", b"5:hello;", b"9999999:", b":,"]
)
def test_what_is_none_is_refused(stream: bytes) -> None:
    with pytest.raises(RemoteError):
        netstring.read(stream)


@given(st.binary(max_size=40))
def test_anything_else_is_read_or_refused(stream: bytes) -> None:
    try:
        _, rest = netstring.read(stream)
    except RemoteError:
        return
    assert len(rest) <= len(stream)
