"""Sender and receiver reports as bytes (RFC 3550 sections 6.4.1 and 6.4.2).

After the common header:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |                  SSRC of who sends this report                |
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |  NTP time: seconds since 1900                                 |  sender
    |  NTP time: fraction                                           |  report
    |  RTP timestamp of the same moment                             |  only
    |  packets sent                                                 |
    |  payload octets sent                                          |
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |  SSRC of the source reported on                               |  once a
    | fraction lost |  packets lost in all, signed                  |  source
    |  highest sequence number, extended                            |
    |  jitter                                                       |
    |  last SR                                                      |
    |  delay since last SR, in 1/65536 s                            |
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+

What a profile may append after the blocks is left unread.

Notebook: 03-media.
"""

from __future__ import annotations

import struct

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import ReceiverReport, ReportBlock, SenderReport

_SENDER = struct.Struct("!LQLLL")
_RECEIVER = struct.Struct("!L")
_BLOCK = struct.Struct("!LB3sLLLL")
_MOST_LOST = 0x7F_FFFF


def parse_sender(count: int, body: bytes) -> SenderReport:
    """A sender report with `count` blocks; RemoteError when `body` is too short."""
    blocks = _parse_blocks("sender report", count, body, _SENDER.size)
    ssrc, ntp_time, rtp_timestamp, packets, octets = _SENDER.unpack_from(body)
    return SenderReport(ssrc, ntp_time, rtp_timestamp, packets, octets, blocks)


def write_sender(report: SenderReport) -> bytes:
    """What follows the common header; struct.error for a number that does not fit."""
    return _SENDER.pack(
        report.ssrc, report.ntp_time, report.rtp_timestamp,
        report.packet_count, report.octet_count,
    ) + _write_blocks(report.reports)  # fmt: skip


def parse_receiver(count: int, body: bytes) -> ReceiverReport:
    """A receiver report with `count` blocks; RemoteError when `body` is too short."""
    blocks = _parse_blocks("receiver report", count, body, _RECEIVER.size)
    (ssrc,) = _RECEIVER.unpack_from(body)
    return ReceiverReport(ssrc, blocks)


def write_receiver(report: ReceiverReport) -> bytes:
    """What follows the common header; struct.error for a number that does not fit."""
    return _RECEIVER.pack(report.ssrc) + _write_blocks(report.reports)


def _parse_blocks(
    what: str, count: int, body: bytes, start: int
) -> tuple[ReportBlock, ...]:
    needed = start + count * _BLOCK.size
    if len(body) < needed:
        raise RemoteError(
            f"RTCP {what} with {count} blocks needs {needed} bytes after its header, "
            f"got {len(body)}"
        )
    return tuple(
        _parse_block(body, start + index * _BLOCK.size) for index in range(count)
    )


def _parse_block(body: bytes, start: int) -> ReportBlock:
    ssrc, fraction_lost, lost, *others = _BLOCK.unpack_from(body, start)
    packets_lost = int.from_bytes(lost, "big", signed=True)
    return ReportBlock(ssrc, fraction_lost, packets_lost, *others)


def _write_blocks(blocks: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(_write_block(block) for block in blocks)


def _write_block(block: ReportBlock) -> bytes:
    if not ~_MOST_LOST <= block.packets_lost <= _MOST_LOST:
        raise LocalError(
            f"{block.packets_lost} lost packets do not fit 24 bits; "
            f"report at most {_MOST_LOST} (RFC 3550 section 6.4.1)"
        )
    lost = block.packets_lost.to_bytes(3, "big", signed=True)
    return _BLOCK.pack(
        block.ssrc, block.fraction_lost, lost,
        block.highest_sequence, block.jitter, block.last_sr, block.delay_since_last_sr,
    )  # fmt: skip
