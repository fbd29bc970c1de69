"""What a message says in one line and in full, whoever sent it (B10, B19)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceChunk,
    SourceDescription,
)
from labkit.media.wire.rtcp import write_rtcp
from labkit.trace import Record, full_text, summary
from labkit.trace.describe import MOST_LETTERS, brief, clock_text
from labkit.trace.record import Plane
from tests.trace.call_scene import ACCEPTED, ACK, ALICE, BOB, INVITE, RINGING, rtp, sip


def message(plane: Plane, data: bytes, note: str = "") -> Record:
    return Record(1, 0.0, "alice", plane, "UDP", "sent", ALICE, BOB, data, note)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (INVITE, f"INVITE sip:bob@{BOB}, audio 40000, video 40002"),
        (RINGING, "180 Ringing (INVITE)"),
        (ACCEPTED, "200 OK (INVITE), audio 40010, video 40012"),
        (ACK, f"ACK sip:bob@{BOB}"),
        (b"\r\n\r\n", "keep-alive (an empty line)"),
        (b"", "an empty message"),
        (b"convite alice 127.0.0.1 6000", "convite alice 127.0.0.1 6000"),
        (b"SIP/2.0 999\n\n", "999"),
    ],
)
def test_signalling_in_one_line(data: bytes, line: str) -> None:
    assert summary(message("signalling", data)) == line


def test_a_refused_and_a_held_stream_are_said_so() -> None:
    body = (
        "c=IN IP4 127.0.0.1\nm=audio 40000 RTP/AVP 0\na=sendonly\nm=video 0 RTP/AVP 26"
    )
    data = sip("SIP/2.0 200 OK", "CSeq: 2 INVITE", body=body)
    line = summary(message("signalling", data))
    assert line == "200 OK (INVITE), audio 40000 sendonly, video refused"


def text(said: str) -> bytes:
    kind = "Content-Type: text/plain;charset=UTF-8"
    return sip(f"MESSAGE sip:bob@{BOB} SIP/2.0", "CSeq: 2 MESSAGE", kind, body=said)


def test_a_text_is_quoted() -> None:
    """RFC 3428."""
    hello = message("signalling", text("Can you see me?"))
    assert summary(hello) == f"MESSAGE sip:bob@{BOB}: “Can you see me?”"
    assert brief(hello) == "MESSAGE “Can you see me?”"
    assert brief(message("signalling", text("x" * 900))).endswith("…xxxxxxxxxx”")
    assert len(brief(message("signalling", text("x" * 900)))) < 50
    hostile = summary(message("signalling", text("m=audio 1 RTP/AVP 0\x1b\r\n")))
    assert hostile.endswith("“m=audio 1 RTP/AVP 0␛␊”")


def test_what_is_said_of_recording_is_named() -> None:
    """RFC 7866."""
    body = "m=audio 40000 RTP/AVP 0\na=record:paused\na=recordpref:on\n"
    data = sip(f"INVITE sip:bob@{BOB} SIP/2.0", "CSeq: 3 INVITE", body=body)
    asked = message("signalling", data)
    line = "audio 40000, record:paused, recordpref:on"
    assert summary(asked) == f"INVITE sip:bob@{BOB}, {line}"
    assert brief(asked) == f"INVITE {line}"
    nasty = data.replace(b"record:paused", b"record:" + b"x" * 5000)
    assert "record:x" not in summary(message("signalling", nasty))


def test_over_an_arrow_only_few_words_stand() -> None:
    assert brief(message("signalling", INVITE)) == "INVITE audio 40000, video 40002"
    assert brief(message("signalling", RINGING)) == "180 Ringing"
    assert brief(message("registry", b"QUERY bob\n")) == "QUERY bob"


def test_a_registry_line_is_itself_and_a_list_says_how_long_it_is() -> None:
    line = "200 registered João 127.0.0.1 6000"
    assert summary(message("registry", f"{line}\n".encode())) == line
    users = b"200 2 users\nalice 127.0.0.1 6000\nbob 127.0.0.1 6001\n.\n"
    assert summary(message("registry", users)) == "200 2 users (+3 lines)"
    assert full_text(message("registry", users)).splitlines()[1:3] == [
        "alice 127.0.0.1 6000",
        "bob 127.0.0.1 6001",
    ]


BLOCK = ReportBlock(0x99, 0, 3, 500, 108, 0, 0)


def test_a_sender_report_says_who_how_many_lost_and_jitter() -> None:
    chunk = SourceChunk(0x1234ABCD, "alice@labkit")
    data = write_rtcp(
        [
            SenderReport(0x1234ABCD, 0, 0, 120, 19_200, (BLOCK,)),
            SourceDescription((chunk,)),
        ]
    )
    report = message("media", data)
    assert summary(report) == (
        "SR from 0x1234abcd, 120 packets; RR: 3 lost, jitter 108 ticks; "
        "SDES alice@labkit"
    )
    assert "jitter 1.2 ms" in summary(report, clock_rate=90_000)
    assert "packet_count=120" in full_text(report)


def test_other_rtcp_reports_are_named() -> None:
    empty = ReceiverReport(1)
    reports = [empty, Bye((1,), "tired"), PictureLossIndication(1, 0x99)]
    assert summary(message("media", write_rtcp(reports))) == (
        "RR: nothing heard; BYE tired; PLI: a keyframe of 0x00000099, please"
    )


def test_a_refused_rtp_packet_is_described_as_one() -> None:
    refused = message("media", rtp(26, 7, 0, size=900), "dropped: a stranger")
    line = "RTP payload type 26, number 7, from 0x0000101a, 900 bytes"
    assert summary(refused) == line
    assert full_text(refused).startswith(f"{line}\n\n<RTP type 26, number 7")


def test_garbage_is_shown_shortened_in_the_middle() -> None:
    data = bytes(range(0x80, 0xF8))
    line = "80 81 82 83 84 85 86 87 … f4 f5 f6 f7 (120 bytes)"
    assert summary(message("signalling", data)) == f"not text: {line}"
    refused = message("media", b"\0" + data[1:])
    assert summary(refused) == f"neither RTP nor RTCP: {line}".replace("80", "00", 1)
    assert full_text(message("registry", data)).startswith("0000  80 81 82")


def test_a_long_line_keeps_its_start_and_its_end() -> None:
    line = summary(message("registry", b"QUERY " + b"x" * 600 + b" end"))
    assert len(line) == MOST_LETTERS
    assert line.startswith("QUERY x")
    assert line.endswith("x end")


def test_what_would_move_a_terminal_is_made_visible() -> None:
    hostile = "INVITE sip:\x1b[2J\x07\u202eevil\u2028@x SIP/2.0\r\n\r\nbody\x9b31m"
    record = message("signalling", hostile.encode())
    assert "␛[2J␇\\u202eevil\\u2028" in summary(record)
    assert full_text(record).endswith("body\\u009b31m")
    assert "\x1b" not in full_text(record)


def test_the_note_of_the_observer_stands_under_the_text() -> None:
    text = full_text(message("registry", b"HELO\n", "malformed: no such request\x1b"))
    assert text == "HELO\n\n[malformed: no such request␛]"


def test_the_clock_has_milliseconds_and_survives_nonsense() -> None:
    assert clock_text(0.1239).endswith(":00.123")
    assert clock_text(float("nan")) == clock_text(1e300) == "--:--:--.---"


def is_safe(text: str, line_ends: str = "") -> bool:
    return not any(
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        for letter in text
        if letter not in line_ends
    )


@given(
    st.sampled_from(["registry", "signalling", "media"]),
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(max_size=80).map(lambda text: f"SIP/2.0 200 {text}\r\n{text}".encode())
    | st.binary(max_size=80).map(lambda tail: INVITE[:-40] + tail),
    st.text(max_size=20),
)
def test_any_bytes_are_described_and_none_can_harm_a_terminal(
    plane: Plane, data: bytes, note: str
) -> None:
    record = message(plane, data, note)
    assert len(summary(record)) <= MOST_LETTERS
    assert is_safe(summary(record))
    assert is_safe(brief(record))
    assert is_safe(full_text(record, 8000), line_ends="\n\t")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((7,), "NACK: 7"),
        ((7, 9, 10, 11), "NACK: 7, 9-11"),
        ((65_535, 0, 1), "NACK: 65535-1"),
        ((1, 3, 5, 7, 8, 9), "NACK: 1, 3, 5 and 3 more"),
    ],
)
def test_a_nack_says_which_packets_it_asks_for(numbers: tuple[int, ...], said: str):
    """The part that matters is in the line, whatever stands before it."""
    names = SourceDescription((SourceChunk(1, "alice"),))
    asked = GenericNack(1, 0x99, numbers)
    data = write_rtcp([SenderReport(1, 0, 0, 12_345, 9, (BLOCK,)), names, asked])
    for line in (summary(message("media", data)), brief(message("media", data))):
        assert line.endswith(f"SDES alice; {said}, please")
    assert str(numbers) in full_text(message("media", data))
