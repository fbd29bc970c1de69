"""Requests as bytes, literally, and any bytes as a request or a clean error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry.some import REQUESTS

from labkit.errors import RemoteError
from labkit.registry.messages import (
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Request,
    Unregister,
)
from labkit.registry.wire import parse_request, write_reply, write_request

LITERAL = [
    (b"REGISTER alice 192.168.0.101 6000\n", Register("alice", "192.168.0.101", 6000)),
    (b"REGISTER Jo\xc3\xa3o ::1 6000\n", Register("João", "::1", 6000)),
    (b"QUERY bob\n", Query("bob")),
    (b"LIST\n", ListUsers()),
    (b"UNREGISTER alice\n", Unregister("alice")),
    (b"QUIT\n", Quit()),
]


@pytest.mark.parametrize(("line", "request_"), LITERAL)
def test_requests_are_written_as_the_protocol_says(
    line: bytes, request_: Request
) -> None:
    assert write_request(request_) == line
    assert parse_request(line) == request_
    assert parse_request(line[:-1] + b"\r\n") == request_


@given(REQUESTS)
def test_what_is_written_is_read_back(request_: Request) -> None:
    line = write_request(request_)
    assert len(line) <= 512
    assert parse_request(line) == request_


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"\n", "no request in the line; write REGISTER, QUERY, LIST, UNREGISTER or"),
        (b"HELLO\n", "unknown request 'HELLO'; write REGISTER"),
        (b"query bob\n", "unknown request 'query'"),
        (b"QUERY\n", "1 to 64 characters, this one 0"),
        (b"QUERY  bob\n", "the name ' bob' holds a space"),
        (b"QUERY a b\n", "the name 'a b' holds a space"),
        (b"LIST all\n", "LIST stands alone on its line, without 'all'"),
        (b"QUIT now\n", "QUIT stands alone"),
        (b"REGISTER\n", "REGISTER NAME HOST PORT .* 0 fields after REGISTER were sent"),
        (b"REGISTER ana maria ::1 6000\n", "4 fields after REGISTER were sent"),
        (b"REGISTER a  ::1 6000\n", "one space between fields"),
        (b"REGISTER a ::1 x\n", "a port is a number from 1 to 65535, not 'x'"),
        (b"REGISTER a ::1 0\n", "from 1 to 65535, not 0"),
        (b"REGISTER a ::1 99999\n", "from 1 to 65535, not 99999"),
        (b"REGISTER a ::1 +6000\n", "not '\\+6000'"),
        ("REGISTER a ::1 ٦٠٠٠\n".encode(), "a port is a number"),
        (b"REGISTER a bobs-laptop 6000\n", "'bobs-laptop' is not an IP address"),
        (b"REGISTER a 0.0.0.0 6000\n", "nobody can be called at 0.0.0.0"),
        (b"QUERY \xff\n", "byte 7 of the line is not UTF-8"),
        (b"QUERY " + b"x" * 506, "longer than 512 bytes"),
    ],
)
def test_what_is_wrong_is_said_in_words_with_the_400_to_answer(
    line: bytes, words: str
) -> None:
    with pytest.raises(RemoteError, match=words) as error:
        parse_request(line)
    assert error.value.reply == Refused(400, str(error.value))


@given(
    st.binary(max_size=600)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.builds(
        lambda word, rest: word + b" " + rest + b"\n",
        st.sampled_from([b"REGISTER", b"QUERY", b"LIST", b"UNREGISTER", b"QUIT"]),
        st.binary(max_size=500),
    )
)
def test_any_bytes_are_a_request_or_an_error_that_fits_a_line(line: bytes) -> None:
    read = request_or_answer(line)
    if isinstance(read, Refused):
        reply = write_reply(read)
        assert reply.startswith(b"400 ")
        assert reply.count(b"\n") == 1
        assert len(reply) <= 512
    else:
        assert parse_request(write_request(read)) == read


def request_or_answer(line: bytes) -> Request | Refused:
    try:
        return parse_request(line)
    except RemoteError as error:
        if isinstance(error.reply, Refused):
            return error.reply
        raise
