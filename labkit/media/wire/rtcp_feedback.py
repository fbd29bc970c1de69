"""What a receiver asks for: packets it misses, a keyframe (RFC 4585).

Both begin with the SSRC of who asks and the SSRC of whose packets. The generic NACK
(section 6.2.1) then names lost packets, up to 17 a word: the number of one, and a bit
for each of the 16 after it, the next one's bit the lowest:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |            PID                |             BLP               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

The picture loss indication (section 6.3.1) needs nothing more. Notebook: 06-loss.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import GenericNack, PictureLossIndication, UnknownReport

TRANSPORT_FEEDBACK, GENERIC_NACK = 205, 1
PAYLOAD_FEEDBACK, PICTURE_LOSS = 206, 1

_TWO_SSRCS = struct.Struct("!LL")
_LOST = struct.Struct("!HH")
_FOLLOWING = 16


def parse_transport(count: int, body: bytes) -> GenericNack | UnknownReport:
    """A generic NACK, or feedback of a kind that the kit does not know."""
    if count != GENERIC_NACK:
        return UnknownReport(TRANSPORT_FEEDBACK, count, body)
    least = _TWO_SSRCS.size + _LOST.size
    if len(body) < least:
        raise RemoteError(
            f"RTCP generic NACK needs {least} bytes after its header, got {len(body)}"
        )
    numbers = tuple(
        (first + step) & 0xFFFF
        for first, mask in _LOST.iter_unpack(body[_TWO_SSRCS.size :])
        for step in range(_FOLLOWING + 1)
        if step == 0 or mask >> step - 1 & 1
    )
    asks, whose = _TWO_SSRCS.unpack_from(body)
    return GenericNack(asks, whose, numbers)


def parse_payload(count: int, body: bytes) -> PictureLossIndication | UnknownReport:
    """A picture loss indication, or feedback of a kind that the kit does not know."""
    if count != PICTURE_LOSS:
        return UnknownReport(PAYLOAD_FEEDBACK, count, body)
    if len(body) != _TWO_SSRCS.size:
        raise RemoteError(
            f"RTCP picture loss indication needs {_TWO_SSRCS.size} bytes after its "
            f"header, got {len(body)}"
        )
    return PictureLossIndication(*_TWO_SSRCS.unpack(body))


def write_feedback(
    report: GenericNack | PictureLossIndication,
) -> tuple[int, int, bytes]:
    """Packet type, format, and what follows the common header.

    Raises struct.error for a number that does not fit, LocalError for a NACK that asks
    for nothing.
    """
    body = _TWO_SSRCS.pack(report.sender_ssrc, report.media_ssrc)
    if isinstance(report, PictureLossIndication):
        return PAYLOAD_FEEDBACK, PICTURE_LOSS, body
    if not report.numbers:
        raise LocalError("a generic NACK names at least one packet")
    lost = b"".join(_LOST.pack(*pair) for pair in _pairs(report.numbers))
    return TRANSPORT_FEEDBACK, GENERIC_NACK, body + lost


def _pairs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First number and mask, as few as the order of the numbers allows."""
    pairs: list[tuple[int, int]] = []
    before = 0
    for number in numbers:
        step = (number - pairs[-1][0]) & 0xFFFF if pairs else 0
        if before < step <= _FOLLOWING and 0 <= number <= 0xFFFF:
            first, mask = pairs[-1]
            pairs[-1] = first, mask | 1 << step - 1
            before = step
        else:
            pairs.append((number, 0))
            before = 0
    return pairs
