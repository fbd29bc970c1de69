"""Replies as bytes, literally, and any bytes as replies or clean errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry.some import REPLIES

from labkit.errors import RemoteError
from labkit.registry.messages import (
    Bye,
    Found,
    Refused,
    Registered,
    Reply,
    Unregistered,
    User,
    UserList,
)
from labkit.registry.wire import ReplyReader, parse_reply, write_reply

ALICE = User("alice", "192.168.0.101", 6000)
BOB = User("bob", "192.168.0.121", 6050)
LITERAL = [
    (b"200 registered alice 192.168.0.101 6000\n", Registered(ALICE)),
    (b"200 bob 192.168.0.121 6050\n", Found(BOB)),
    (b"200 unregistered alice\n", Unregistered("alice")),
    (b"221 bye\n", Bye()),
    (b"404 unknown user: zed\n", Refused(404, "unknown user: zed")),
    (b"409 name taken: alice\n", Refused(409, "name taken: alice")),
    (b"200 0 users\n.\n", UserList(())),
    (
        b"200 2 users\nalice 192.168.0.101 6000\nbob 192.168.0.121 6050\n.\n",
        UserList((ALICE, BOB)),
    ),
    (b"200 registered 10.0.0.1 5\n", Found(User("registered", "10.0.0.1", 5))),
    (b"200 unregistered users\n", Unregistered("users")),
    (b"200 1 users\n. 10.0.0.1 5\n.\n", UserList((User(".", "10.0.0.1", 5),))),
]


@pytest.mark.parametrize(("data", "reply"), LITERAL)
def test_replies_are_written_as_the_protocol_says(data: bytes, reply: Reply) -> None:
    assert write_reply(reply) == data
    assert parse_reply(data) == reply
    assert parse_reply(data.replace(b"\n", b"\r\n")) == reply


@given(REPLIES)
def test_what_is_written_is_read_back(reply: Reply) -> None:
    data = write_reply(reply)
    assert parse_reply(data) == reply
    assert all(len(line) < 512 for line in data.split(b"\n"))


@given(st.lists(REPLIES, max_size=6), st.lists(st.integers(0, 3000), max_size=10))
def test_any_split_of_the_bytes_gives_the_same_replies(
    replies: list[Reply], cuts: list[int]
) -> None:
    stream = b"".join(write_reply(reply) for reply in replies)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader = ReplyReader()
    whole = [data for a, b in pairwise(edges) for data in reader.feed(stream[a:b])]
    assert [parse_reply(data) for data in whole] == replies


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "longer than 512 bytes"),
        (b"\n", "no reply of a registry"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1"),
        (b"200\n", "'200'"),
        (b"200 alice here 6000\n", "'here' is not an IP address"),
        (b"200 2 users\nbob 10.0.0.1 5\n.\n", "2 users were promised, 1 came"),
        (b"200 1 users\nbob 10.0.0.1\n.\n", "is no line `name host port`"),
        (b"200 1 users\nbob 10.0.0.1 5\n", "does not end with a line that is a single"),
        (b"221 bye\n221 bye\n", "1 lines too many"),
        (b"404 \xff\n", "byte 5 of the line is not UTF-8"),
    ],
)
def test_what_is_no_reply_is_said_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RemoteError, match=words) as error:
        parse_reply(data)
    assert error.value.reply is None, "nobody answers a reply"


@given(
    st.binary(max_size=800)
    | st.binary(max_size=400).map(lambda rest: b"200 1 users\n" + rest)
    | st.binary(max_size=400).map(lambda rest: b"200 " + rest + b"\n")
)
def test_any_bytes_are_replies_or_clean_errors(stream: bytes) -> None:
    for data in [stream, *ReplyReader().feed(stream)]:
        try:
            reply = parse_reply(data)
        except RemoteError:
            continue
        assert parse_reply(write_reply(reply)) == reply


def test_a_list_that_never_ends_is_given_up() -> None:
    reader = ReplyReader()
    assert reader.feed(b"200 1 users\n") == []
    row = b"x 10.0.0.1 5\n" * 10_000
    given_up = [data for _ in range(11) for data in reader.feed(row)]
    with pytest.raises(RemoteError):
        parse_reply(given_up[0])
