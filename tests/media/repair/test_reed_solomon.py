"""Reed–Solomon: any k packets of k + m bring the others back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.reed_solomon import (
    RepairBlock,
    missing_packets,
    parse_block,
    repair_blocks,
    write_block,
)
from tests.media.repair.packets import SSRC, groups, packet, read_or_refused


def test_the_header_says_where_the_group_begins_and_what_it_has():
    block = RepairBlock(0xFFFE, 8, 4, 3, bytes(range(10)))
    data = bytes.fromhex("fffe 08 04 03 00010203040506070809")
    assert write_block(block) == data
    assert parse_block(data) == block


@given(groups(8), st.integers(1, 8), st.data())
def test_any_k_of_k_plus_m_suffice(
    group: list[RtpPacket], repair: int, draw: st.DataObject
):
    blocks = [parse_block(write_block(each)) for each in repair_blocks(group, repair)]
    everything = [*range(len(group)), *(("block", n) for n in range(repair))]
    came = draw.draw(st.permutations(everything).map(lambda order: order[: len(group)]))
    others = {n: group[n] for n in came if isinstance(n, int)}
    lost = [each for n, each in enumerate(group) if n not in others]
    here = [blocks[n[1]] for n in came if isinstance(n, tuple)]
    assert len(here) == len(lost)
    if lost:
        assert missing_packets(here, others, SSRC) == lost


@given(st.binary(max_size=40))
def test_any_bytes_are_a_block_or_a_clean_error(data: bytes):
    read = read_or_refused(parse_block, data)
    assert read is None or write_block(read) == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "0001 08 04",
        "0001 00 04 00 00000000000000000000",
        "0001 08 00 00 00000000000000000000",
        "0001 08 04 04 00000000000000000000",
        "0001 31 04 00 00000000000000000000",
        "0001 08 04 00 000000000000000000",
        "0001 08 04 00" + "00" * 2049,
    ],
)
def test_a_block_that_makes_no_sense_is_refused(data: str):
    with pytest.raises(RemoteError, match="Reed–Solomon"):
        parse_block(bytes.fromhex(data))


def test_impossible_counts_cannot_be_written():
    with pytest.raises(LocalError):
        write_block(RepairBlock(1, 8, 2, 2, bytes(10)))


def test_blocks_of_other_packets_give_an_error_not_noise():
    group = [packet(n, bytes([n]) * 30) for n in range(4)]
    blocks = repair_blocks(group, 2)
    others = {n: packet(n, b"\xaa" * 25, timestamp=n * 77) for n in range(3)}
    with pytest.raises(RemoteError):
        missing_packets(blocks, others, SSRC)
    with pytest.raises(RemoteError, match="shorter than what it protects"):
        missing_packets(blocks, {0: packet(0, bytes(31))}, SSRC)
