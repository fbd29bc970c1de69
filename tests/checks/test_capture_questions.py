"""Questions about a capture: made of a call's messages, answered as people write."""

from __future__ import annotations

import struct

import pytest

from labkit.checks import capture_questions, check_capture
from labkit.checks.capture_answers import is_same
from labkit.effects import Address
from labkit.errors import LocalError
from labkit.media.messages import ReceiverReport, ReportBlock
from labkit.media.wire.rtcp import write_rtcp
from labkit.trace import Trace

HERE, THERE = Address("127.0.0.2", 5060), Address("127.0.0.3", 5062)
SOUND, PICTURES = Address("127.0.0.2", 40_000), Address("127.0.0.2", 40_002)
OURS, THEIRS = 0x0A0B0C0D, 0x1A2B3C4D
RIGHT = {
    "sound_port": 40_000,
    "sampling_rate": "8 kHz",
    "picture_number": "97",
    "ssrc": "0x1a2b3c4d",
    "branch": "z9hG4bKone",
    "tag": "tag=bob-7",
    "re_invite_cseq": 2,
    "hold_word": "a=sendonly",
    "lost": "3",
}
SDP = (
    "v=0\nc=IN IP4 {host}\nm=audio {port} RTP/AVP 0\na=rtpmap:0 PCMU/8000\na={word}\n"
    "m=video {next} RTP/AVP 97\na=rtpmap:97 VP8/90000\na={word}\n"
)


def sip(start: str, branch: str, number: int, to_tag: str = "", sdp: str = "") -> bytes:
    to = f";tag={to_tag}" if to_tag else ""
    head = (
        f"{start}\nVia: SIP/2.0/UDP 127.0.0.2:5060;branch={branch};rport\n"
        f"From: <sip:alice@127.0.0.2>;tag=alice-1\nTo: <sip:bob@127.0.0.3>{to}\n"
        f"Call-ID: of-this-call\nCSeq: {number} INVITE\n\n{sdp}"
    )
    return head.replace("\n", "\r\n").encode()


def described(
    word: str = "sendrecv", host: str = "127.0.0.2", port: int = 40_000
) -> str:
    return SDP.format(host=host, port=port, next=port + 2, word=word)


def rtp(number: int, ssrc: int, sequence: int) -> bytes:
    return struct.pack("!BBHII", 0x80, number, sequence, 160 * sequence, ssrc) + b"x"


def trace_of_a_call(*, held: bool = True, media: bool = True) -> Trace:
    trace = Trace("alice")

    def sent(data: bytes) -> None:
        trace.record(1.0, "signalling", "UDP", "sent", HERE, THERE, data)

    def came(data: bytes) -> None:
        trace.record(1.0, "signalling", "UDP", "received", THERE, HERE, data)

    invite, ok = "INVITE sip:bob@127.0.0.3 SIP/2.0", "SIP/2.0 200 OK"
    sent(sip(invite, "z9hG4bKone", 1, sdp=described()))
    theirs = described(host="127.0.0.3", port=50_000)
    came(sip(ok, "z9hG4bKone", 1, "bob-7", theirs))
    if held:
        sent(sip(invite, "z9hG4bKtwo", 2, "bob-7", described("sendonly")))
        came(sip(ok, "z9hG4bKtwo", 2, "bob-7", theirs))
    if media:
        for sequence in range(5):
            trace.count_rtp(1.0, "received", THERE, SOUND, rtp(0, THEIRS, sequence))
            trace.count_rtp(1.0, "received", THERE, PICTURES, rtp(97, 5, sequence))
            trace.count_rtp(1.0, "sent", SOUND, THERE, rtp(0, OURS, sequence))
        for lost in (1, 3):
            block = ReportBlock(OURS, 9, lost, 100, 0, 0, 0)
            report = write_rtcp([ReceiverReport(THEIRS, (block,))])
            trace.record(1.0, "media", "UDP", "received", THERE, SOUND, report)
    return trace


def test_every_field_is_asked_for_and_found() -> None:
    questions = capture_questions(trace_of_a_call())
    assert [each.name for each in questions] == list(RIGHT)
    assert check_capture(questions, RIGHT)


def test_nothing_that_is_shown_bears_an_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions = capture_questions(trace_of_a_call())
    check_capture(questions, dict.fromkeys(RIGHT, "wrong"))
    shown = (
        f"{questions}{questions!r}{questions._repr_html_()}{capsys.readouterr().out}"
    )
    for answer in (40_000, 8000, OURS, THEIRS, 0x1A2B3C4D, "z9hG4bKone", "bob-7"):
        assert str(answer) not in shown
    assert "sendonly" not in shown


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("sound_port", 40_001, "RTCP"),
        ("sound_port", "40002", "pictures"),
        ("sound_port", 50_000, "the peer's"),
        ("picture_number", 97 | 0x80, "marker"),
        ("ssrc", OURS, "another stream"),
        ("branch", "z9hG4bKtwo", "another request's"),
        ("tag", "alice-1", "the caller's"),
        ("re_invite_cseq", 1, "began the call"),
        ("hold_word", "sendrecv", "before"),
        ("lost", 9, "since the report before"),
    ],
)
def test_a_near_miss_is_told_what_it_is_and_where_to_look(
    name: str, wrong: object, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = capture_questions(trace_of_a_call())
    result = check_capture(questions, {**RIGHT, name: wrong})
    assert (result.outcome, result.passed) == ("failed", len(RIGHT) - 1)
    printed = capsys.readouterr().out
    assert f"✗ wrong  {name}" in printed
    assert told in printed
    assert next(each.filter for each in questions if each.name == name) in printed


def test_what_is_not_in_the_capture_is_not_asked_for() -> None:
    questions = capture_questions(trace_of_a_call(held=False, media=False))
    assert [each.name for each in questions] == [
        *("sound_port", "sampling_rate", "branch", "tag"),
    ]
    with pytest.raises(LocalError, match="make one"):
        capture_questions(Trace("alice"))


def test_unanswered_is_not_wrong_and_a_name_of_nothing_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions = capture_questions(trace_of_a_call())
    result = check_capture(questions, {"sound_port": None, "sond_port": 1, "tag": ...})
    assert (result.outcome, result.passed) == ("not yet", 0)
    assert "nobody asked for 'sond_port'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [6699, "6699", " 0x1A2B ", "0x1a2b", "6,699", "6699 Hz", "6.699 kHz", 6699.0],
)
def test_a_number_may_be_written_in_many_ways(given: object) -> None:
    assert is_same(given, 6699)


@pytest.mark.parametrize(
    "given",
    [6698, "1A2C", "", "0x", "1.2.3", "nan", "9" * 500, None, True, [6699], "−1"],
)
def test_anything_else_is_another_number(given: object) -> None:
    assert not is_same(given, 6699)


def test_an_ssrc_needs_no_0x() -> None:
    assert is_same("1A2B3C4D", THEIRS)
    assert is_same(str(THEIRS), THEIRS)


def test_a_stranger_s_messages_are_harmless() -> None:
    trace = trace_of_a_call()
    bad = sip("SIP/2.0 200 <b>", "<script>", 1, "<i>", "m=audio 99999999 x\n")
    for data in (bad, b"\x00" * 50, b"SIP/2.0 200 OK\r\nCSeq: x INVITE\r\n\r\n"):
        trace.record(2.0, "signalling", "UDP", "received", THERE, HERE, data)
        trace.record(2.0, "media", "UDP", "received", THERE, SOUND, data)
        trace.count_rtp(2.0, "received", THERE, SOUND, data[:5])
        html = capture_questions(trace)._repr_html_()
        assert "<script>" not in html
