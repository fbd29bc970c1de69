"""Over TCP only Content-Length tells where a message ends (RFC 3261 section 18.3)."""

from __future__ import annotations

import pytest

from labkit.errors import RemoteError
from labkit.signalling.wire.framing import MOST_HEAD, Splitter
from tests.signalling.literal import SDP, request


def test_one_byte_at_a_time_and_many_messages_at_once_are_the_same() -> None:
    messages = [request(body=SDP), request("BYE"), request(body="é")]
    stream = b"\r\n\r\n".join(messages)
    slow = Splitter()
    got = [message for byte in stream for message in slow.feed(bytes([byte]))]
    assert got == Splitter().feed(stream) == messages


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x" * (MOST_HEAD + 1), "headers are longer"),
        (b"x\r\n\r\n", "exactly one Content-Length"),
        (b"x\r\nl: 1\r\nContent-Length: 1\r\n\r\nx", "exactly one Content-Length"),
        (b"x\r\nContent-Length: 99999999\r\n\r\n", "a body of 99999999 bytes"),
        (b"x\r\nContent-Length: -1\r\n\r\n", "exactly one Content-Length"),
    ],
)
def test_a_stream_that_cannot_be_followed_ends(data: bytes, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        Splitter().feed(data)


def test_compact_and_spaced_content_length_count() -> None:
    data = b"x\r\nL : 2\r\n\r\nab"
    assert Splitter().feed(data + data) == [data, data]
