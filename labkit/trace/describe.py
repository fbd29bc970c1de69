"""What a message says, for people: one line (`summary`) or all of it (`full_text`).

Both take any record and never raise: a tracer shows what a parser refuses, too. What
comes out is safe for a terminal; HTML is escaped where HTML is made.

Requirements B10, B19. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labkit.errors import RemoteError
from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from labkit.media.wire.rtcp import parse_rtcp
from labkit.media.wire.rtp import parse_rtp
from labkit.trace.glance import Glance, glance
from labkit.trace.record import Record
from labkit.trace.safe import (
    decoded,
    hex_dump,
    hex_gist,
    is_text,
    many_lines,
    one_line,
    shortened,
)

MOST_LETTERS = 120
MOST_OVER_ARROW = 32
SRTCP_END = 14
"""Octets behind what an SRTCP packet says: its number and its tag."""
MOST_RUNS = 3
"""Of the packets that a NACK names, so many runs are said."""


def summary(record: Record, clock_rate: int | None = None) -> str:
    """One line, at most 120 letters.

    RTCP counts jitter in ticks of the medium's clock, which it does not name: with
    `clock_rate` (ticks a second) the line says milliseconds.
    """
    if record.plane == "signalling":
        text = _signalling_line(record.data)
    elif record.plane == "media":
        text = _media_line(record.data, clock_rate)
    else:
        text = _text_line(record.data)
    return shortened(text, MOST_LETTERS)


def brief(record: Record) -> str:
    """The few words that stand over an arrow: `INVITE audio 40000`, `180 Ringing`,
    `MESSAGE “Hello”`."""
    message = glance(record.data) if record.plane == "signalling" else None
    if message is None:
        return summary(record)
    start = message.method or f"{message.status} {message.phrase}".rstrip()
    said = _quoted(message, MOST_OVER_ARROW) or ", ".join(_contents(message))
    return one_line(f"{start} {said}".rstrip())


def full_text(record: Record, clock_rate: int | None = None) -> str:
    """The whole message, readable: text as text, RTCP field by field, bytes in hex."""
    if record.plane == "media":
        text = _media_text(record.data, clock_rate)
    elif is_text(record.data):
        text = many_lines(decoded(record.data))
    else:
        text = hex_dump(record.data)
    return f"{text}\n[{one_line(record.note)}]" if record.note else text


def clock_text(time: float) -> str:
    """The time of day to the millisecond, in this computer's zone: `14:05:59.123`."""
    try:
        return datetime.fromtimestamp(time).strftime("%H:%M:%S.%f")[:-3]
    except (ValueError, OverflowError, OSError):
        return "--:--:--.---"


def _text_line(data: bytes) -> str:
    """The first line of a text; how many more there are."""
    if not is_text(data):
        return f"not text: {hex_gist(data)}"
    first, *more = decoded(data).replace("\r\n", "\n").rstrip("\n").split("\n")
    if not more:
        return one_line(first) or "an empty message"
    return f"{one_line(first)} (+{len(more)} line{'s' if len(more) > 1 else ''})"


def _signalling_line(data: bytes) -> str:
    message = glance(data)
    if message is not None:
        return one_line(_sip_line(message))
    if data and not data.strip(b"\r\n"):
        return "keep-alive (an empty line)"  # RFC 5626 section 3.5.1
    return _text_line(data)


def _sip_line(message: Glance) -> str:
    if message.method:
        start = f"{message.method} {message.target}"
    else:
        start = f"{message.status} {message.phrase}".rstrip()
        if message.about:
            start += f" ({message.about})"
    quoted = _quoted(message, MOST_LETTERS // 2)
    return f"{start}: {quoted}" if quoted else ", ".join([start, *_contents(message)])


def _contents(message: Glance) -> list[str]:
    """What a session description says, each medium and each word of recording."""
    return [*map(str, message.media), *message.recording]


def _quoted(message: Glance, most: int) -> str:
    return f"“{shortened(message.text, most)}”" if message.text else ""


def _media_line(data: bytes, clock_rate: int | None) -> str:
    try:
        if _is_rtcp(data):
            reports = parse_rtcp(data)
            return "; ".join(_report(report, clock_rate) for report in reports)
        packet = parse_rtp(data)
    except RemoteError:
        return _encrypted_report(data) or f"neither RTP nor RTCP: {hex_gist(data)}"
    return (
        f"RTP payload type {packet.payload_type}, number {packet.sequence_number}, "
        f"from {packet.ssrc:#010x}, {len(packet.payload):,} bytes"
    )


def _encrypted_report(data: bytes) -> str:
    """All that an eavesdropper has of an SRTCP packet (RFC 3711 section 3.4): the first
    header, and before the 10 octets of the tag a set bit and the packet's number."""
    if not _is_rtcp(data) or len(data) < 8 + SRTCP_END or not data[-SRTCP_END] & 0x80:
        return ""
    number = int.from_bytes(data[-SRTCP_END:][:4]) & 0x7FFF_FFFF
    ssrc = int.from_bytes(data[4:8])
    return f"encrypted RTCP, number {number}, from {ssrc:#010x}, {len(data):,} bytes"


def _is_rtcp(data: bytes) -> bool:
    """RTP payload types keep clear of where RTCP's packet types lie (RFC 5761)."""
    return len(data) > 1 and 192 <= data[1] <= 223


def _media_text(data: bytes, clock_rate: int | None) -> str:
    """The line, each report or packet field by field, the bytes."""
    try:
        parsed = parse_rtcp(data) if _is_rtcp(data) else [parse_rtp(data)]
        fields = [one_line(repr(part)) for part in parsed]
    except RemoteError as error:
        fields = [one_line(str(error))]
    said = _media_line(data, clock_rate)
    return "\n\n".join([said, "\n".join(fields), hex_dump(data)])


def _report(report: object, clock_rate: int | None) -> str:
    if isinstance(report, SenderReport):
        sent = f"SR from {report.ssrc:#010x}, {report.packet_count:,} packets"
        return sent + _blocks("; RR: ", report.reports, clock_rate)
    if isinstance(report, ReceiverReport):
        return "RR" + (_blocks(": ", report.reports, clock_rate) or ": nothing heard")
    if isinstance(report, SourceDescription):
        names = ", ".join(cname for _, cname in report.chunks)
        return one_line(f"SDES {names}")
    if isinstance(report, Bye):
        return one_line(f"BYE {report.reason}").rstrip()
    if isinstance(report, GenericNack | PictureLossIndication):
        return _wish(report)
    return type(report).__name__


def _wish(report: GenericNack | PictureLossIndication) -> str:
    if isinstance(report, PictureLossIndication):
        return f"PLI: a keyframe of {report.media_ssrc:#010x}, please"
    return f"NACK: {_runs(report.numbers)}, please"


def _runs(numbers: Sequence[int]) -> str:
    """Sequence numbers, those in a row as one: `7, 9-12 and 30 more`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == (runs[-1][-1] + 1) & 0xFFFF:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0])
        for run in runs[:MOST_RUNS]
    )
    more = sum(map(len, runs[MOST_RUNS:]))
    return f"{said} and {more} more" if more else said


def _blocks(lead: str, blocks: tuple[ReportBlock, ...], clock_rate: int | None) -> str:
    return (
        lead + " / ".join(_block(block, clock_rate) for block in blocks)
        if blocks
        else ""
    )


def _block(block: ReportBlock, clock_rate: int | None) -> str:
    jitter = f"{block.jitter} ticks"
    if clock_rate:
        jitter = f"{1000 * block.jitter / clock_rate:.1f} ms"
    return f"{block.packets_lost} lost, jitter {jitter}"
