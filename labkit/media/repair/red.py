"""RED: each packet of sound carries the frames before it once more (RFC 2198).

The payload is a list of block headers, then the blocks, oldest first; the last one is
the packet's own, and its header is a single octet. F tells whether another follows:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |1|  block PT   |     timestamp offset      |   block length    |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |0|  block PT   |  the oldest block ...
    +-+-+-+-+-+-+-+-+

No packet more, only longer ones: one lost packet costs nothing as long as the next one
comes. 14 bits of offset and 10 of length are all there is: a copy that does not fit is
left out, and those older than it too, so that the copies are always those of the
packets right before. Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.payloads.base import ROOM
from labkit.media.treatments import MOST_RED

LONGEST_OFFSET, LONGEST_BLOCK = (1 << 14) - 1, (1 << 10) - 1
MOST_BLOCKS = 32
"""In one packet; nobody carries so many, and each costs time."""
_FOLLOWED, _PAYLOAD_TYPE = 0x80, 0x7F
_HEADER, _LAST_HEADER = 4, 1


class Block(NamedTuple):
    """One frame in a RED packet."""

    payload_type: int
    offset: int
    """How much earlier than the packet's timestamp it was captured, in ticks."""
    data: bytes


def parse_red(payload: bytes) -> list[Block]:
    """The blocks, oldest first; the last is the packet's own, its offset 0.

    Raises RemoteError when a header or a block runs past the end, or there are more
    blocks than anybody needs.
    """
    headers: list[tuple[int, int, int]] = []
    start = 0
    while payload[start : start + 1] and payload[start] & _FOLLOWED:
        if len(headers) >= MOST_BLOCKS:
            raise RemoteError(f"RED: more than {MOST_BLOCKS} blocks in one packet")
        word = int.from_bytes(payload[start : start + _HEADER], "big")
        headers.append((word >> 24 & _PAYLOAD_TYPE, word >> 10 & 0x3FFF, word & 0x3FF))
        start += _HEADER
    if start >= len(payload):
        raise RemoteError(
            f"RED: {len(payload)} bytes hold no header of the packet's own frame"
        )
    own = payload[start] & _PAYLOAD_TYPE
    start += _LAST_HEADER
    blocks = []
    for payload_type, offset, length in headers:
        blocks.append(Block(payload_type, offset, payload[start : start + length]))
        start += length
    if start > len(payload):
        raise RemoteError(
            f"RED: its blocks need {start} bytes and more, the payload has "
            f"{len(payload)}"
        )
    return [*blocks, Block(own, 0, payload[start:])]


def write_red(blocks: Sequence[Block]) -> bytes:
    """The payload of these blocks, oldest first.

    Raises LocalError when there is none, or one does not fit its header.
    """
    if not blocks or blocks[-1].offset:
        raise LocalError("RED ends with the packet's own frame, whose offset is 0")
    headers = bytearray()
    for payload_type, offset, data in blocks[:-1]:
        fits = 0 <= offset <= LONGEST_OFFSET and len(data) <= LONGEST_BLOCK
        if not fits or not 0 <= payload_type <= _PAYLOAD_TYPE:
            raise LocalError(
                f"RED cannot hold {len(data)} bytes of type {payload_type}, {offset} "
                f"ticks old: at most {LONGEST_BLOCK} bytes and {LONGEST_OFFSET} ticks"
            )
        word = (_FOLLOWED | payload_type) << 24 | offset << 10 | len(data)
        headers += word.to_bytes(_HEADER, "big")
    headers.append(blocks[-1].payload_type & _PAYLOAD_TYPE)
    return bytes(headers) + b"".join(block.data for block in blocks)


class RedSender:
    """Remembers the last packets of a stream, to say them again."""

    def __init__(self) -> None:
        self._earlier: deque[RtpPacket] = deque(maxlen=MOST_RED)

    def wrap(self, packet: RtpPacket, red: int, copies: int) -> RtpPacket:
        """The packet under RED's payload number `red`, with up to `copies` copies."""
        blocks = [Block(packet.payload_type, 0, packet.payload)]
        room = ROOM - _LAST_HEADER - len(packet.payload)
        for distance, earlier in enumerate(reversed(self._earlier), 1):
            offset = (packet.timestamp - earlier.timestamp) & 0xFFFF_FFFF
            room -= _HEADER + len(earlier.payload)
            follows = (
                earlier.sequence_number == packet.sequence_number - distance & 0xFFFF
            )
            fits = offset <= LONGEST_OFFSET and len(earlier.payload) <= LONGEST_BLOCK
            if distance > copies or not follows or not fits or room < 0:
                break
            blocks.append(Block(earlier.payload_type, offset, earlier.payload))
        self._earlier.append(packet)
        return packet._replace(payload_type=red, payload=write_red(blocks[::-1]))


def unwrap(packet: RtpPacket) -> tuple[RtpPacket, list[RtpPacket]]:
    """The packet as it was without RED, and the copies of those before it, oldest
    first.

    RED does not say the copies' numbers: they are those right before the packet's own.
    Raises RemoteError for a payload that is not RED.
    """
    *copies, own = parse_red(packet.payload)
    count = len(copies)
    return packet._replace(payload_type=own.payload_type, payload=own.data), [
        RtpPacket(
            block.payload_type,
            (packet.sequence_number - count + index) & 0xFFFF,
            (packet.timestamp - block.offset) & 0xFFFF_FFFF,
            packet.ssrc,
            block.data,
        )
        for index, block in enumerate(copies)
    ]
