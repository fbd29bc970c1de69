"""RTCP reports, byte by byte (RFC 3550 section 6, RFC 4585 section 6.3.1)."""

from __future__ import annotations

import aiortc.rtp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    Report,
    ReportBlock,
    SenderReport,
    SourceChunk,
    SourceDescription,
    UnknownReport,
)
from labkit.media.wire.rtcp import parse_rtcp, write_rtcp

WORD = st.integers(0, 0xFFFF_FFFF)
BLOCKS = st.builds(
    ReportBlock,
    ssrc=WORD,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(-(1 << 23), (1 << 23) - 1),
    highest_sequence=WORD,
    jitter=WORD,
    last_sr=WORD,
    delay_since_last_sr=WORD,
)
SOME_BLOCKS = st.lists(BLOCKS, max_size=4).map(tuple)
SENDER_REPORTS = st.builds(
    SenderReport, WORD, st.integers(0, (1 << 64) - 1), WORD, WORD, WORD, SOME_BLOCKS
)
RECEIVER_REPORTS = st.builds(ReceiverReport, WORD, SOME_BLOCKS)
TEXTS = st.text(max_size=60)
DESCRIPTIONS = st.builds(
    SourceDescription,
    st.lists(st.builds(SourceChunk, WORD, TEXTS), max_size=5).map(tuple),
)
BYES = st.builds(Bye, st.lists(WORD, max_size=31).map(tuple), TEXTS)
LOSSES = st.builds(PictureLossIndication, WORD, WORD)
NACKS = st.builds(
    GenericNack,
    WORD,
    WORD,
    st.lists(st.integers(0, 40) | st.integers(0, 0xFFFF), min_size=1, max_size=20).map(
        tuple
    ),
)
WORDS = st.lists(st.binary(min_size=4, max_size=4), max_size=5).map(b"".join)
UNKNOWN = st.builds(
    UnknownReport,
    st.sampled_from([0, 192, 204, 207, 255]),
    st.integers(0, 31),
    WORDS,
) | st.builds(
    UnknownReport, st.sampled_from([205, 206]), st.sampled_from([0, 2, 4, 15]), WORDS
)
FIRST = SENDER_REPORTS | RECEIVER_REPORTS
KNOWN = DESCRIPTIONS | BYES | LOSSES | NACKS
COMPOUNDS = st.builds(
    lambda first, others: [first, *others],
    FIRST,
    st.lists(FIRST | KNOWN | UNKNOWN, max_size=4),
)

EMPTY_RECEIVER_REPORT = bytes.fromhex("80c90001 0000000a")


def test_a_sender_report_says_what_was_sent_and_the_two_clocks():
    data = bytes.fromhex(
        "81c8000c 0000000a"
        "e0000000 80000000"  # half a second after …
        "00015f90"
        "00000064 00002710"
        "0000000b 40fffffe 00010203 00000008 00008000 00010000"
    )
    block = ReportBlock(11, 64, -2, 0x10203, 8, 0x8000, 0x10000)
    report = SenderReport(10, 0xE0000000_80000000, 90_000, 100, 10_000, (block,))
    assert parse_rtcp(data) == [report]
    assert write_rtcp([report]) == data


def test_a_compound_of_report_description_and_bye():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex(
        "81ca0005 0000000a 010b 616c6963654031302e3031 000000"
        "81cb0003 0000000a 06 676f696e672e 00"
    )
    reports = [
        ReceiverReport(10),
        SourceDescription((SourceChunk(10, "alice@10.01"),)),
        Bye((10,), "going."),
    ]
    assert parse_rtcp(data) == reports
    assert write_rtcp(reports) == data


def test_a_picture_loss_indication_names_who_asks_and_whose_picture():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex("81ce0002 0000000a 0000000b")
    reports = [ReceiverReport(10), PictureLossIndication(10, 11)]
    assert parse_rtcp(data) == reports
    assert write_rtcp(reports) == data


def test_a_nack_names_one_packet_and_those_close_after_it_by_a_bit_each():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex(
        "81cd0004 0000000a 0000000b fffe 8005 0100 0000"
    )
    numbers = (0xFFFE, 0xFFFF, 1, 14, 256)
    reports = [ReceiverReport(10), GenericNack(10, 11, numbers)]
    assert parse_rtcp(data) == reports
    assert write_rtcp(reports) == data


def test_a_report_of_another_kind_is_kept_as_it_came():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex("83cc0002 0000000a 74657374")
    body = bytes.fromhex("0000000a 74657374")
    assert parse_rtcp(data)[1] == UnknownReport(204, 3, body)


def test_other_items_of_a_description_are_read_over():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex(
        "81ca0005 0000000a 0604 6b697463 0103 626f62 0203 426f62"
    )
    with pytest.raises(RemoteError, match="no zero after it"):
        parse_rtcp(data)
    data = data.replace(bytes.fromhex("0203426f62"), bytes.fromhex("0202426f00"))
    assert parse_rtcp(data)[1] == SourceDescription((SourceChunk(10, "bob"),))


def test_a_name_that_is_not_utf_8_is_shown_as_well_as_may_be():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex("81ca0003 0000000a 0104 4a6fe36f 0000")
    assert parse_rtcp(data)[1] == SourceDescription((SourceChunk(10, "Jo\ufffdo"),))


def test_padding_of_the_last_report_is_taken_off():
    data = EMPTY_RECEIVER_REPORT + bytes.fromhex("a1cb0002 0000000a 00000004")
    assert parse_rtcp(data) == [ReceiverReport(10), Bye((10,))]


def test_what_a_profile_appends_to_a_report_is_left_unread():
    data = bytes.fromhex("80c90002 0000000a ffffffff")
    assert parse_rtcp(data) == [ReceiverReport(10)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "header needs 4 bytes, got 0"),
        ("80c9", "header needs 4 bytes, got 2"),
        ("00c90001 0000000a", "version at byte 0 is 0"),
        ("81cb0001 0000000a", "begins with a sender report"),
        ("80c90002 0000000a", "needs 12 bytes, got 8"),
        ("80c90000", "0 blocks needs 4 bytes after its header, got 0"),
        ("81c90001 0000000a", "1 blocks needs 28 bytes after its header, got 4"),
        ("80c80001 0000000a", "0 blocks needs 24 bytes after its header, got 4"),
        ("a0c90001 00000004 80c90001 0000000a", "only the last report"),
        ("a0c90001 00000003", "padding claims 3 bytes"),
        ("a0c90001 00000008", "padding claims 8 bytes"),
        ("a0c90000", "padding claims 0 bytes"),
        ("80c90001 0000000a 82cb0001 0000000a", "bye of 2 sources needs 8 bytes"),
        ("80c90001 0000000a 80cb0001 05616263", "bye needs 5 bytes, got 3"),
        ("80c90001 0000000a 81ca0001 000000", "needs 8 bytes, got 7"),
        ("80c90001 0000000a 81ca0000", "needs 4 bytes for a source, got 0"),
        ("80c90001 0000000a 81ca0002 0000000a 00000001", None),
        (
            "80c90001 0000000a 81ca0002 0000000a 01ff6162",
            "CNAME needs 255 bytes, got 2",
        ),
        ("80c90001 0000000a 81ca0002 0000000a 05016101", "CNAME ends before"),
        (
            "80c90001 0000000a 81ce0001 0000000a",
            "needs 8 bytes after its header, got 4",
        ),
        (
            "80c90001 0000000a 81cd0002 0000000a 0000000b",
            "NACK needs 12 bytes after its header, got 8",
        ),
    ],
)
def test_what_is_wrong_with_a_datagram_is_said(data: str, words: str | None):
    if words is None:  # garbage after the end of a list is fill
        assert len(parse_rtcp(bytes.fromhex(data))) == 2
        return
    with pytest.raises(RemoteError, match=words):
        parse_rtcp(bytes.fromhex(data))


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [Bye((1,))],
        [ReceiverReport(1 << 32)],
        [ReceiverReport(1, (ReportBlock(1, 0, 1 << 23, 0, 0, 0, 0),))],
        [ReceiverReport(1, (ReportBlock(1, 256, 0, 0, 0, 0, 0),))],
        [ReceiverReport(1, (ReportBlock(1, 0, 0, 0, 0, 0, 0),) * 32)],
        [ReceiverReport(1), Bye((1,), "x" * 256)],
        [ReceiverReport(1), Bye((1,) * 32)],
        [ReceiverReport(1), SourceDescription((SourceChunk(1, "ã" * 128),))],
        [ReceiverReport(1), UnknownReport(204, 0, b"odd")],
        [ReceiverReport(1), UnknownReport(204, 32, b"")],
        [ReceiverReport(1), UnknownReport(204, 0, b"long" * 65_536)],
        [ReceiverReport(1), PictureLossIndication(1, -1)],
        [ReceiverReport(1), GenericNack(1, 2, ())],
        [ReceiverReport(1), GenericNack(1, 2, (0x10000,))],
        [ReceiverReport(1), GenericNack(1, 2, (5, -1))],
    ],
)
def test_a_report_that_does_not_fit_is_refused(reports: list[Report]):
    with pytest.raises(LocalError):
        write_rtcp(reports)


@given(COMPOUNDS)
def test_what_is_written_is_read_back(reports: list[Report]):
    assert parse_rtcp(write_rtcp(reports)) == reports


@given(st.binary(max_size=120))
def test_any_bytes_are_reports_or_a_clean_error(data: bytes):
    for start in (b"", EMPTY_RECEIVER_REPORT):
        _parse_or_refuse(start + data)


@given(COMPOUNDS, st.data())
def test_a_damaged_datagram_is_reports_or_a_clean_error(
    reports: list[Report], draw: st.DataObject
):
    data = bytearray(write_rtcp(reports))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    _parse_or_refuse(bytes(data[: draw.draw(st.integers(0, len(data)))]))


def _parse_or_refuse(data: bytes) -> None:
    try:
        reports = parse_rtcp(data)
    except RemoteError:
        return
    assert reports


# aiortc does not begin each chunk of a description on a word (RFC 3550 section 6.5).
ONE_CHUNK = st.builds(SourceDescription, st.tuples(st.builds(SourceChunk, WORD, TEXTS)))
# Nor does it know numbers that wrap or do not rise.
RISING_NACKS = st.builds(
    GenericNack,
    WORD,
    WORD,
    st.sets(st.integers(0, 40) | st.integers(0, 0xFF00), min_size=1).map(
        lambda numbers: tuple(sorted(numbers))
    ),
)
SHARED = st.lists(
    FIRST | ONE_CHUNK | BYES | LOSSES | RISING_NACKS, min_size=1, max_size=4
)


@given(SHARED)
def test_aiortc_reads_what_the_kit_writes(reports: list[Report]):
    reports = [ReceiverReport(7), *reports]
    theirs = aiortc.rtp.RtcpPacket.parse(write_rtcp(reports))
    assert [_own(packet) for packet in theirs] == [
        _spoken(report) for report in reports
    ]


@given(SHARED)
def test_the_kit_reads_what_aiortc_writes(reports: list[Report]):
    data = b"".join(bytes(_theirs(report)) for report in [ReceiverReport(7), *reports])
    assert parse_rtcp(data) == [ReceiverReport(7), *(_spoken(each) for each in reports)]


def _spoken(report: Report) -> Report:
    """A report as aiortc can say it: it has no word for the reason of a bye."""
    return Bye(report.ssrcs) if isinstance(report, Bye) else report


def _own(packet: object) -> Report:
    """aiortc's message as the kit's."""
    match packet:
        case aiortc.rtp.RtcpSrPacket(ssrc, info, reports):
            return SenderReport(
                ssrc, info.ntp_timestamp, info.rtp_timestamp,
                info.packet_count, info.octet_count,
                tuple(_own_block(each) for each in reports),
            )  # fmt: skip
        case aiortc.rtp.RtcpRrPacket(ssrc, reports):
            return ReceiverReport(ssrc, tuple(_own_block(each) for each in reports))
        case aiortc.rtp.RtcpSdesPacket(chunks):
            return SourceDescription(
                tuple(
                    SourceChunk(chunk.ssrc, dict(chunk.items)[1].decode())
                    for chunk in chunks
                )
            )
        case aiortc.rtp.RtcpByePacket(sources):
            return Bye(tuple(sources))
        case aiortc.rtp.RtcpPsfbPacket(1, ssrc, media_ssrc, b""):
            return PictureLossIndication(ssrc, media_ssrc)
        case aiortc.rtp.RtcpRtpfbPacket(1, ssrc, media_ssrc, lost):
            return GenericNack(ssrc, media_ssrc, tuple(lost))
    raise AssertionError(packet)


def _own_block(info: aiortc.rtp.RtcpReceiverInfo) -> ReportBlock:
    return ReportBlock(
        info.ssrc, info.fraction_lost, info.packets_lost, info.highest_sequence,
        info.jitter, info.lsr, info.dlsr,
    )  # fmt: skip


def _theirs(report: Report) -> object:
    """The kit's message as aiortc's."""
    match report:
        case SenderReport(ssrc, ntp, rtp, packets, octets, blocks):
            info = aiortc.rtp.RtcpSenderInfo(ntp, rtp, packets, octets)
            return aiortc.rtp.RtcpSrPacket(ssrc, info, [*map(_their_block, blocks)])
        case ReceiverReport(ssrc, blocks):
            return aiortc.rtp.RtcpRrPacket(ssrc, [*map(_their_block, blocks)])
        case SourceDescription(chunks):
            return aiortc.rtp.RtcpSdesPacket(
                [
                    aiortc.rtp.RtcpSourceInfo(chunk.ssrc, [(1, chunk.cname.encode())])
                    for chunk in chunks
                ]
            )
        case Bye(ssrcs):
            return aiortc.rtp.RtcpByePacket(list(ssrcs))
        case PictureLossIndication(sender, media):
            return aiortc.rtp.RtcpPsfbPacket(1, sender, media)
        case GenericNack(sender, media, numbers):
            return aiortc.rtp.RtcpRtpfbPacket(1, sender, media, list(numbers))
    raise AssertionError(report)


def _their_block(block: ReportBlock) -> aiortc.rtp.RtcpReceiverInfo:
    return aiortc.rtp.RtcpReceiverInfo(
        ssrc=block.ssrc, fraction_lost=block.fraction_lost,
        packets_lost=block.packets_lost, highest_sequence=block.highest_sequence,
        jitter=block.jitter, lsr=block.last_sr, dlsr=block.delay_since_last_sr,
    )  # fmt: skip
