"""Reed–Solomon: m packets more, from which any m lost ones of k + m come back.

Any k of the k + m suffice, whichever they are. The arithmetic (GF(256), a Vandermonde
matrix) is the library zfec's. The payload format is the kit's own; no RFC defines one
for RTP that is in use:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     number of first packet    |       k       |       m       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     turn      |  the repair block of that turn, 0 to m - 1 ...
    +-+-+-+-+-+-+-+-+

The k packets' numbers follow one another. Their bit strings, zeros added until all are
as long as the longest, are the data blocks; the m repair blocks are as long.

Notebook: 06-loss.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import zfec

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.bit_string import HEADER, from_bits, to_bits

MOST_DATA = 48
MOST_REPAIR = 48
LONGEST_BLOCK = 2_048
"""Octets: that of the longest packet that any Ethernet carries whole, and some."""
_HEADER = struct.Struct("!HBBB")


class RepairBlock(NamedTuple):
    """What one Reed–Solomon packet says."""

    base: int
    """The sequence number of the group's first packet."""
    data: int
    """k: how many packets the group has."""
    repair: int
    """m: how many repair blocks were made of it."""
    turn: int
    """Which of them this is, from 0."""
    block: bytes


@lru_cache(maxsize=64)
def _encoder(data: int, repair: int) -> zfec.Encoder:
    return zfec.Encoder(data, data + repair)


@lru_cache(maxsize=64)
def _decoder(data: int, repair: int) -> zfec.Decoder:
    return zfec.Decoder(data, data + repair)


def repair_blocks(packets: Sequence[RtpPacket], repair: int) -> list[RepairBlock]:
    """`repair` blocks for packets whose numbers follow one another."""
    strings = [to_bits(packet) for packet in packets]
    data, base = len(strings), packets[0].sequence_number
    blocks = _encoder(data, repair).encode(
        _padded(strings, max(map(len, strings))), list(range(data, data + repair))
    )
    return [
        RepairBlock(base, data, repair, turn, block)
        for turn, block in enumerate(blocks)
    ]


def missing_packets(
    blocks: Sequence[RepairBlock], others: Mapping[int, RtpPacket], ssrc: int
) -> list[RtpPacket]:
    """The packets of a group that are not among `others`, which counts from its base.

    `blocks` are different ones of the same group, at least as many as are missing.
    Raises RemoteError when what comes out is no packet.
    """
    base, data, repair = blocks[0].base, blocks[0].data, blocks[0].repair
    missing = [place for place in range(data) if place not in others]
    length = len(blocks[0].block)
    here = {place: to_bits(packet) for place, packet in others.items()}
    if any(len(string) > length for string in here.values()):
        raise RemoteError("a Reed–Solomon block is shorter than what it protects")
    shares = dict(zip(here, _padded(list(here.values()), length), strict=True))
    for block in blocks[: len(missing)]:
        shares[data + block.turn] = block.block
    # zfec wants each data block that is there at its own place.
    spare = iter(sorted(share for share in shares if share >= data))
    order = [place if place in shares else next(spare) for place in range(data)]
    strings = _decoder(data, repair).decode([shares[share] for share in order], order)
    return [from_bits(strings[place], base + place & 0xFFFF, ssrc) for place in missing]


def write_block(block: RepairBlock) -> bytes:
    """The payload of a Reed–Solomon packet; LocalError for impossible counts."""
    if objection := _objection(block):
        raise LocalError(objection)
    header = _HEADER.pack(block.base, block.data, block.repair, block.turn)
    return header + block.block


def parse_block(payload: bytes) -> RepairBlock:
    """What a Reed–Solomon packet says; RemoteError when it makes no sense."""
    if len(payload) < _HEADER.size:
        raise RemoteError(
            f"Reed–Solomon needs {_HEADER.size} bytes of header, got {len(payload)}"
        )
    base, data, repair, turn = _HEADER.unpack_from(payload)
    block = RepairBlock(base, data, repair, turn, payload[_HEADER.size :])
    if objection := _objection(block):
        raise RemoteError(objection)
    return block


def _objection(block: RepairBlock) -> str:
    counts = 1 <= block.data <= MOST_DATA and 1 <= block.repair <= MOST_REPAIR
    fits = HEADER.size <= len(block.block) <= LONGEST_BLOCK
    if counts and fits and 0 <= block.turn < block.repair:
        return ""
    return (
        f"Reed–Solomon block {block.turn} of {block.repair} for {block.data} packets, "
        f"{len(block.block)} bytes: a group has 1 to {MOST_DATA} packets and 1 to "
        f"{MOST_REPAIR} blocks of {HEADER.size} to {LONGEST_BLOCK} bytes, counted "
        "from 0"
    )


def _padded(strings: Sequence[bytes], length: int) -> list[bytes]:
    return [string.ljust(length, b"\0") for string in strings]
