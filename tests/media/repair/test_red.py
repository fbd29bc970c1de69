"""RED: frames that were sent before, once more (RFC 2198)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.media.payloads.base import ROOM
from labkit.media.repair.red import (
    Block,
    RedSender,
    parse_red,
    unwrap,
    write_red,
)
from tests.media.repair.packets import packet, read_or_refused

RED = 102
BLOCKS = st.tuples(
    st.lists(
        st.builds(
            Block,
            st.integers(0, 127),
            st.integers(0, (1 << 14) - 1),
            st.binary(max_size=1023),
        ),
        max_size=4,
    ),
    st.builds(Block, st.integers(0, 127), st.just(0), st.binary(max_size=200)),
).map(lambda drawn: [*drawn[0], drawn[1]])


def test_headers_come_first_then_the_blocks_oldest_first():
    blocks = [Block(0, 320, b"old"), Block(0, 160, b"er"), Block(0, 0, b"own")]
    data = bytes.fromhex("80 0500 0380 0280 0200") + b"older" + b"own"
    assert write_red(blocks) == data
    assert parse_red(data) == blocks


@given(BLOCKS)
def test_what_is_written_is_read_back(blocks: list[Block]):
    assert parse_red(write_red(blocks)) == blocks


@given(st.binary(max_size=80))
def test_any_bytes_are_blocks_or_a_clean_error(data: bytes):
    read = read_or_refused(parse_red, data)
    assert read is None or write_red(read) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no header"),
        (bytes.fromhex("80028003"), "no header"),
        (bytes.fromhex("8002"), "no header"),
        (bytes.fromhex("80028003 00") + b"ab", "need 8 bytes and more"),
        (b"\x80\0\0\0" * 33 + b"\0", "more than 32 blocks"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, said: str):
    with pytest.raises(RemoteError, match=said):
        parse_red(data)


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [Block(0, 1, b"")],
        [Block(0, 1 << 14, b""), Block(0, 0, b"")],
        [Block(0, 1, bytes(1024)), Block(0, 0, b"")],
        [Block(128, 1, b""), Block(0, 0, b"")],
    ],
)
def test_a_block_that_does_not_fit_its_header_is_refused(blocks: list[Block]):
    with pytest.raises(LocalError):
        write_red(blocks)


def wrapped(*packets: object, copies: int = 3) -> list[list[int]]:
    """How long the blocks of each packet are."""
    sender = RedSender()
    return [
        [len(block.data) for block in parse_red(sender.wrap(each, RED, copies).payload)]
        for each in packets
    ]


def test_the_first_packets_have_fewer_copies():
    packets = [packet(n, bytes(n)) for n in range(1, 6)]
    assert wrapped(*packets, copies=2) == [
        [1],
        [1, 2],
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 5],
    ]


def test_a_copy_that_does_not_fit_is_left_out_with_those_before_it():
    too_long = [packet(1, b"a"), packet(2, bytes(1024)), packet(3, b"b")]
    assert wrapped(*too_long) == [[1], [1, 1024], [1]]
    after_a_pause = [packet(1, b"a"), packet(2, b"a", timestamp=160 + (1 << 14))]
    assert wrapped(*after_a_pause) == [[1], [1]]
    not_neighbours = [packet(1, b"a"), packet(3, b"b")]
    assert wrapped(*not_neighbours) == [[1], [1]]


def test_a_packet_never_grows_beyond_what_a_payload_may_have():
    sender = RedSender()
    packets = [sender.wrap(packet(n, bytes(450)), RED, 3) for n in range(6)]
    assert max(len(each.payload) for each in packets) <= ROOM
    assert len(parse_red(packets[-1].payload)) == 2


def test_a_receiver_gets_back_what_was_sent_numbers_and_times_included():
    sender = RedSender()
    packets = [packet(n, bytes([n & 0xFF]) * 20) for n in range(65_534, 65_540)]
    sent = [sender.wrap(each, RED, 3) for each in packets]
    own, copies = unwrap(sent[-1])
    assert own == packets[-1]
    assert copies == packets[-4:-1]
