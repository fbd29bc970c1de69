"""Where a message ends: by a sign, by a length, by its braces, or by guessing."""

from __future__ import annotations

import time

import pytest

from labkit.dialects import load
from labkit.dialects.wire.framing import Delimited, Framing
from labkit.dialects.wire.json_values import JsonValues
from labkit.dialects.wire.lengths import BinaryHeader, DigitHeader


def cut(framing: Framing, *chunks: bytes) -> list[bytes]:
    cutter = framing.cutter()
    return [piece for chunk in chunks for piece in cutter.feed(chunk)]


def test_a_line_ends_in_a_newline_and_a_return_before_it_does_not_count() -> None:
    framing = Delimited()
    assert cut(framing, b"QUERY b", b"ob\r\nLIST\nQU") == [b"QUERY bob\r\n", b"LIST\n"]
    assert framing.unwrap(b"QUERY bob\r\n") == b"QUERY bob"


def test_messages_between_tildes() -> None:
    framing = Delimited(end=b"~", begin=b"~")
    assert cut(framing, b"~REG|a~~CON", b"|b~\r\n~LIS~") == [
        b"~REG|a~",
        b"~CON|b~",
        b"~LIS~",
    ]
    assert framing.unwrap(b"~REG|a~") == b"REG|a"


def test_after_garbage_between_tildes_the_next_message_is_found() -> None:
    framing = Delimited(end=b"~", begin=b"~")
    assert cut(framing, b"garbage~~CON|b~~LIS~") == [b"garbage", b"~CON|b~", b"~LIS~"]


def test_a_message_that_is_too_long_is_dropped_as_far_as_its_end() -> None:
    framing = Delimited(longest=16)
    first, second = cut(framing, b"x" * 100, b"x" * 100 + b"\nLIST\n")
    assert second == b"LIST\n"
    with pytest.raises(ValueError, match="longer than 16 bytes"):
        framing.unwrap(first)


def test_a_length_in_64_digits_stands_before_each_message() -> None:
    framing = DigitHeader(64)
    hello = b"5" + b" " * 63 + b"hello"
    assert framing.wrap(b"hello") == hello
    assert cut(framing, hello + hello[:70], hello[70:]) == [hello, hello]
    assert framing.unwrap(b"5".rjust(64, b"0") + b"hello") == b"hello"


@pytest.mark.parametrize("header", [b"five", b"-5", b"999999999", b"5_0", b"\xb2"])
def test_a_length_that_is_none_loses_the_stream(header: bytes) -> None:
    cutter = DigitHeader(64).cutter()
    cutter.feed(header.ljust(64) + b"hello")
    assert cutter.lost
    assert cutter.feed(b"more") == []


def test_a_length_in_binary() -> None:
    hello = b"\x00\x00\x00\x05hello"
    assert cut(BinaryHeader(4), hello[:2], hello[2:] + hello) == [hello, hello]
    assert BinaryHeader(2, "little").wrap(b"hello") == b"\x05\x00hello"
    with pytest.raises(ValueError, match="does not fit into 1 bytes"):
        BinaryHeader(1).wrap(b"x" * 256)


def test_json_ends_where_its_braces_do() -> None:
    one, two = b'{"a": "}{\\"", "b": [1]}', b'"Usuario registrado!"'
    assert cut(JsonValues(), one[:9], one[9:] + two + one) == [one, two, one]
    assert cut(JsonValues(), b"Pessoa nao encontrada") == [b"Pessoa nao encontrada"]


def test_nothing_that_is_never_ended_is_held_for_ever() -> None:
    for framing in (Delimited(longest=64), JsonValues(64), BinaryHeader(4, "big", 64)):
        cutter = framing.cutter()
        for _ in range(100):
            cutter.feed(b"[" * 50)
        assert len(b"".join(cutter.rest())) <= 64


# --- one send, one message, and nothing between two of them (C10) ---


def uam_requests(*chunks: bytes) -> list[bytes]:
    talk = load("uam").registry
    assert talk is not None
    return cut(talk.requests.framing, *chunks)


def uam_calls(*chunks: bytes) -> list[bytes]:
    talk = load("uam").call
    assert talk is not None
    return cut(talk.language.framing, *chunks)


def test_two_messages_in_one_segment() -> None:
    assert uam_calls(b"CALL_HOLD aliceCALL_RESUME alice") == [
        b"CALL_HOLD alice",
        b"CALL_RESUME alice",
    ]
    assert uam_calls(b"CALL_ACCEPTED bob 6000CALL_HOLD bob") == [
        b"CALL_ACCEPTED bob 6000",
        b"CALL_HOLD bob",
    ]
    assert uam_requests(b"REGISTER a 127.0.0.1 80 pw V0QUERY bobQUIT") == [
        b"REGISTER a 127.0.0.1 80 pw V0",
        b"QUERY bobQUIT",  # a nick one may have: nobody can tell
    ]


def test_one_message_in_two_segments() -> None:
    assert uam_calls(b"CALL", b"ING alice ", b"6000") == [b"CALLING alice 6000"]
    assert uam_requests(b"REGISTER a 127.0", b".0.1 80 pw V0") == [
        b"REGISTER a 127.0.0.1 80 pw V0"
    ]


def test_a_nick_in_which_a_command_stands_is_a_nick() -> None:
    assert uam_requests(b"QUERY MOSQUITO") == [b"QUERY MOSQUITO"]


def test_what_is_no_message_comes_out_at_once_and_half_a_one_when_asked_for() -> None:
    talk = load("uam").registry
    assert talk is not None
    cutter = talk.requests.cutter()
    assert cutter.feed(b"HELLO") == [b"HELLO"]
    assert cutter.feed(b"REGISTER bob") == []
    assert cutter.holds_a_part
    assert cutter.rest() == [b"REGISTER bob"]


def test_a_list_of_5000_users_comes_in_many_segments() -> None:
    talk = load("uam").registry
    assert talk is not None
    rows = tuple(
        {"name": f"user{n}", "host": "10.0.0.1", "port": 1000 + n, "time": 1.5}
        for n in range(5000)
    )
    wire = talk.replies.write("users", count=5000, users=rows)
    assert wire.startswith(b"OK USERS_LIST 5000 user0 10.0.0.1 1000 1.500000#user1 ")
    assert wire.endswith(b"#")
    segments = [wire[at : at + 1460] for at in range(0, len(wire), 1460)]
    (piece,) = cut(talk.replies.framing, *segments)
    assert talk.replies.read(piece).fields["users"] == rows


def test_a_segment_full_of_beginnings_does_not_cost_the_world() -> None:
    began = time.perf_counter()
    for _ in range(20):
        uam_requests(b"QUIT " * 13_000)
        uam_requests(*[b"REGISTER "] * 400)
    assert time.perf_counter() - began < 10
