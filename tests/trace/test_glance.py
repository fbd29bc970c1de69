"""A glance at a SIP message finds what it says, however it is written."""

from __future__ import annotations

from labkit.effects import Address
from labkit.trace.glance import MOST_MEDIA_LINES, glance
from tests.trace.call_scene import INVITE


def test_a_request_at_a_glance() -> None:
    seen = glance(INVITE)
    assert seen is not None
    assert (seen.method, seen.status, seen.about) == ("INVITE", 0, "INVITE")
    assert (seen.user("from"), seen.user("to")) == ("alice", "bob")
    audio, video = seen.media
    assert audio.address == Address("127.0.0.1", 40000)
    assert video.clock_rates == {26: 90_000}


def test_compact_names_bare_line_ends_and_a_missing_phrase_are_no_obstacle() -> None:
    seen = glance(b"SIP/2.0 486\nf: <sips:jo\xc3\xa3o@x>\nCSeq: 7 INVITE\n\n")
    assert seen is not None
    assert (seen.status, seen.phrase, seen.about) == (486, "", "INVITE")
    assert seen.user("from") == "joão"


def test_what_stands_before_the_first_m_line_holds_for_all() -> None:
    body = (
        b"c=IN IP4 10.0.0.1/127\na=inactive\nm=audio 9 RTP/AVP 0\nm=video 11 RTP/AVP 26"
    )
    body += b"\nc=IN IP6 ::7\na=sendonly\nm=x\nm=audio 99999 a 0\nm=audio \xb2 a 0"
    seen = glance(b"SIP/2.0 200 OK\n\n" + body)
    assert seen is not None
    assert [str(line) for line in seen.media] == [
        "audio 9 inactive",
        "video 11 sendonly",
    ]
    assert [line.host for line in seen.media] == ["10.0.0.1", "::7"]


def test_what_is_not_sip_is_none() -> None:
    for data in (
        b"",
        b"\r\n",
        b"HTTP/1.1 200 OK",
        b"invite sip:a SIP/2.0",
        b"\xff" * 9,
    ):
        assert glance(data) is None


def test_a_message_made_to_be_slow_to_read_is_not() -> None:
    seen = glance(b"SIP/2.0 200 OK\nFrom: " + b"sip:" * 16_000)
    assert seen is not None
    assert seen.user("from") == ""
    seen = glance(b"SIP/2.0 200 OK\n\n" + b"m=audio 1 a 0\n" * 4000)
    assert seen is not None
    assert len(seen.media) == MOST_MEDIA_LINES
