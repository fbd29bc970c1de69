"""RTCP reports as bytes: several in one datagram (RFC 3550 sections 6.1 to 6.7).

Each report begins with the same 4 bytes; what follows depends on its type:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|  count  |  packet type  |   length in words, minus one  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  what this type has to say ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

    200 sender report, 201 receiver report            rtcp_reports
    202 description, 203 bye                          rtcp_sources
    205 with count 1: generic NACK                    rtcp_feedback
    206 with count 1: picture loss                    rtcp_feedback

Notebook: 03-media.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    Report,
    SenderReport,
    SourceDescription,
    UnknownReport,
)
from labkit.media.wire import rtcp_feedback, rtcp_reports, rtcp_sources
from labkit.media.wire.rtcp_feedback import PAYLOAD_FEEDBACK, TRANSPORT_FEEDBACK
from labkit.media.wire.rtp import VERSION

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 201, 202, 203

_HEADER = struct.Struct("!BBH")
_PADDING, _COUNT = 0x20, 0x1F


def parse_rtcp(data: bytes) -> list[Report]:
    """The reports of one datagram, in order; at least one.

    Raises RemoteError when it breaks the rules of RFC 3550 appendix A.2: each report's
    version is 2, the lengths add up to the datagram's, the first is a sender or
    receiver report, and only the last has padding.
    """
    reports: list[Report] = []
    start = 0
    while start < len(data) or not reports:
        if len(data) < start + _HEADER.size:
            got = len(data) - start
            raise RemoteError(f"RTCP header needs {_HEADER.size} bytes, got {got}")
        first, packet_type, words = _HEADER.unpack_from(data, start)
        end = start + 4 * (words + 1)
        _check_header(first, packet_type, start, end, len(data))
        body = data[start + _HEADER.size : end]
        if first & _PADDING:
            body = _without_padding(body, is_last=end == len(data))
        reports.append(_parse_body(packet_type, first & _COUNT, body))
        start = end
    return reports


def write_rtcp(reports: Sequence[Report]) -> bytes:
    """The datagram of these reports.

    Raises LocalError when the first is not a sender or receiver report, or a field
    does not fit its bits.
    """
    if not reports or not isinstance(reports[0], SenderReport | ReceiverReport):
        raise LocalError(
            "an RTCP datagram begins with a sender or receiver report "
            "(RFC 3550 section 6.1)"
        )
    return b"".join(_write(report) for report in reports)


def _check_header(first: int, packet_type: int, start: int, end: int, got: int) -> None:
    if first >> 6 != VERSION:
        raise RemoteError(
            f"RTCP version at byte {start} is {first >> 6}, must be {VERSION}"
        )
    if start == 0 and packet_type not in (SENDER_REPORT, RECEIVER_REPORT):
        raise RemoteError(
            "an RTCP datagram begins with a sender report (200) or receiver report "
            f"(201), this one with type {packet_type}"
        )
    if got < end:
        raise RemoteError(
            f"RTCP packet of type {packet_type} at byte {start} needs "
            f"{end - start} bytes, got {got - start}"
        )


def _without_padding(body: bytes, is_last: bool) -> bytes:
    if not is_last:
        raise RemoteError("only the last report of an RTCP datagram may have padding")
    padding = body[-1] if body else 0
    if padding == 0 or padding % 4 or padding > len(body):
        raise RemoteError(
            f"RTCP padding claims {padding} bytes; it must be a multiple of 4 "
            f"and at most {len(body)}"
        )
    return body[:-padding]


_PARSERS: dict[int, Callable[[int, bytes], Report]] = {
    SENDER_REPORT: rtcp_reports.parse_sender,
    RECEIVER_REPORT: rtcp_reports.parse_receiver,
    SOURCE_DESCRIPTION: rtcp_sources.parse_description,
    BYE: rtcp_sources.parse_bye,
    TRANSPORT_FEEDBACK: rtcp_feedback.parse_transport,
    PAYLOAD_FEEDBACK: rtcp_feedback.parse_payload,
}


def _parse_body(packet_type: int, count: int, body: bytes) -> Report:
    parser = _PARSERS.get(packet_type)
    if parser is None:
        return UnknownReport(packet_type, count, body)
    return parser(count, body)


def _write(report: Report) -> bytes:
    try:
        packet_type, count, body = _write_body(report)
        if count > _COUNT or len(body) % 4:
            raise LocalError(
                f"an RTCP report counts to {_COUNT} and has whole words of 4 bytes, "
                f"not {count} and {len(body)} bytes: {report!r}"
            )
        words = len(body) // 4
        return _HEADER.pack(VERSION << 6 | count, packet_type, words) + body
    except struct.error as error:
        raise LocalError(f"RTCP cannot hold {report!r}: {error}") from None


def _write_body(report: Report) -> tuple[int, int, bytes]:
    match report:
        case SenderReport():
            body = rtcp_reports.write_sender(report)
            return SENDER_REPORT, len(report.reports), body
        case ReceiverReport():
            body = rtcp_reports.write_receiver(report)
            return RECEIVER_REPORT, len(report.reports), body
        case SourceDescription():
            body = rtcp_sources.write_description(report)
            return SOURCE_DESCRIPTION, len(report.chunks), body
        case Bye():
            return BYE, len(report.ssrcs), rtcp_sources.write_bye(report)
        case GenericNack() | PictureLossIndication():
            return rtcp_feedback.write_feedback(report)
        case UnknownReport():
            return report.packet_type, report.count, report.body
