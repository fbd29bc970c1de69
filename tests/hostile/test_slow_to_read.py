"""No message is slow to read: a flood of the worst ones must not stop the phone.

A pattern that looks for a closing quote from every opening one takes time in the square
of the length: one datagram of 64 KiB once took minutes, on the thread of all calls.
"""

from __future__ import annotations

import time

import pytest

from labkit.errors import RemoteError
from labkit.signalling.wire import sdp, sip
from labkit.signalling.wire.sip import MOST_BYTES
from labkit.trace.glance import glance

HEAD = (
    b"INVITE sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bK1\r\n"
    b"From: <sip:eve@h>;tag=1\r\nTo: <sip:bob@h>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
)
DESCRIPTION = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
)
HEADERS = {
    "open quotes in a list": (b"Contact: ,", b'"\\'),
    "open quotes in parameters": (b"Contact: <sip:a@b>;", b'"\\'),
    "an open quote in a name": (b'Contact: "', b"\\\\"),
    "open brackets": (b"Contact: ,", b"<"),
    "blanks in a folded head": (b"X: a\r\n b\r\nY: ", b" "),
    "folds": (b"X: a", b"\r\n b"),
    "blanks before a colon": (b"X", b" "),
    "blanks in a Via": (b"Via: SIP/2.0/UDP h", b" "),
    "blanks in parameters": (b"Contact: <sip:a@b>;a", b" "),
    "a long user": (b"Contact: <sip:", b"a%20"),
    "a long host": (b"Contact: <sip:a@", b"h."),
    "many addresses": (b"Route: <sip:a@b>", b",<sip:a@b>"),
    "many parameters": (b"Contact: <sip:a@b>", b";a"),
    "many colons": (b"X", b":"),
}
LINES = {
    "payload numbers": (b"m=audio 1 RTP/AVP", b" 0"),
    "blanks in m=": (b"m=audio 1 RTP/AVP", b" "),
    "blanks in a=rtpmap": (b"m=audio 1 RTP/AVP 0\r\na=rtpmap:0", b" "),
    "media": (b"", b"m=audio 1 RTP/AVP 0\r\n"),
}


def seconds_to_read(read, data: bytes) -> float:
    """Of the processor, the quicker of two tries: neither the time nor the caches that
    other programs of this machine take are to count."""
    tries = []
    for _ in range(2):
        begun = time.thread_time()
        try:
            read(data)
        except RemoteError:
            pass
        tries.append(time.thread_time() - begun)
    return min(tries)


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_full_of_it_is_read_in_no_time(what: str) -> None:
    """The longest message there may be; seconds are what a slow pattern takes."""
    begin, filling = HEADERS[what]
    room = MOST_BYTES - len(HEAD) - len(begin) - 8
    for ending in (b"", b"!"):
        header = begin + filling * (room // len(filling)) + ending
        message = HEAD + header + b"\r\n\r\n"
        assert len(message) <= MOST_BYTES
        assert seconds_to_read(sip.parse, message) < 0.3
        assert seconds_to_read(glance, message) < 0.3


@pytest.mark.parametrize("what", LINES)
def test_a_description_full_of_it_is_read_in_no_time(what: str) -> None:
    begin, filling = LINES[what]
    for ending in (b"", b"!"):
        text = DESCRIPTION + begin + filling * (MOST_BYTES // len(filling)) + ending
        assert seconds_to_read(sdp.parse, text) < 0.3


def test_a_message_longer_than_any_call_needs_is_not_read() -> None:
    with pytest.raises(RemoteError, match="at most"):
        sip.parse(HEAD + b"X: " + b"a" * MOST_BYTES + b"\r\n\r\n")
