"""Session descriptions byte by byte, as phones write them (RFC 8866)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.signalling import Direction, Format
from labkit.signalling.messages.recording import Recording, RecordingPreference
from labkit.signalling.messages.sdp import (
    MediaDescription,
    Origin,
    SessionDescription,
)
from labkit.signalling.wire import sdp
from labkit.signalling.wire.sdp import STATIC

OFFER = b"""v=0\r
o=alice 12 13 IN IP4 127.0.0.2\r
s=-\r
c=IN IP4 127.0.0.2\r
t=0 0\r
m=audio 4000 RTP/AVP 96 0\r
a=rtpmap:96 opus/48000/2\r
a=fmtp:96 useinbandfec=1\r
a=rtpmap:0 PCMU/8000\r
a=sendrecv\r
m=video 4002 RTP/AVP 26\r
a=rtpmap:26 JPEG/90000\r
a=sendonly\r
"""

BARESIP = b"""v=0\r
o=- 3877 2 IN IP4 127.0.0.3\r
s=-\r
c=IN IP4 127.0.0.3\r
t=0 0\r
a=tool:baresip 1.0.0\r
m=audio 20124 RTP/AVP 96 0 8 101\r
b=AS:128\r
a=rtpmap:96 opus/48000/2\r
a=fmtp:96 stereo=1;sprop-stereo=1\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:8 PCMA/8000\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-15\r
a=rtcp:20125\r
a=sendrecv\r
a=label:1\r
a=ptime:20\r
m=video 20126 RTP/AVP 96\r
a=rtpmap:96 VP8/90000\r
a=fmtp:96 max-fs=3600\r
a=rtcp-fb:* nack pli\r
a=recvonly\r
"""


def test_our_offer_is_read_and_written_back_byte_for_byte() -> None:
    description = sdp.parse(OFFER)
    assert description.origin == Origin("alice", 12, 13, "127.0.0.2")
    audio, video = description.media
    assert audio.formats == (
        Format(96, "opus", 48_000, 2, "useinbandfec=1"),
        Format(0, "PCMU", 8000),
    )
    assert (video.kind, video.port, video.direction) == (
        "video",
        4002,
        Direction.SENDONLY,
    )
    assert sdp.write(description) == OFFER


def test_two_m_lines_may_use_the_same_payload_number() -> None:
    audio, video = sdp.parse(BARESIP).media
    assert audio.formats[0].name == "opus"
    assert video.formats == (Format(96, "VP8", 90_000, 1, "max-fs=3600"),)
    assert audio.formats[-1].name == "telephone-event"
    assert video.direction is Direction.RECVONLY


def test_what_rtcp_may_ask_for_counts_for_the_whole_medium() -> None:
    audio, video = sdp.parse(BARESIP).media
    assert (audio.feedback, video.feedback) == ((), ("nack pli",))
    data = BARESIP.replace(
        b"a=rtcp-fb:*", b"a=rtcp-fb:96 NACK\r\na=rtcp-fb:97 nack\r\na=rtcp-fb:96"
    ).replace(b"a=label:1", b"a=rtcp-fb:*\r\na=rtcp-fb:x y\r\na=rtcp-fb:96 ccm  fir")
    audio, video = sdp.parse(data).media
    assert audio.feedback == ("ccm fir",)
    assert video.feedback == ("nack", "nack pli")


def test_recording_is_said_for_the_call_or_for_one_medium() -> None:
    """RFC 7866 section 7.1."""
    session, sound = b"t=0 0\r\n", b"m=video 4002"
    data = OFFER.replace(session, session + b"a=record:on\r\n")
    data = data.replace(sound, b"a=record:paused\r\na=recordpref:off\r\n" + sound)
    offer = sdp.parse(data)
    assert (offer.record, offer.preference) == (Recording.ON, None)
    audio, video = offer.media
    assert audio.record is Recording.PAUSED
    assert audio.preference is RecordingPreference.OFF
    assert (video.record, video.preference) == (None, None)
    assert sdp.write(offer) == data
    shouted = sdp.parse(data.replace(b"a=record:on", b"a=Record: ON "))
    assert shouted.record is Recording.ON


def test_static_numbers_need_no_rtpmap_and_lf_alone_ends_a_line() -> None:
    data = b"v=0\no=- 1 1 IN IP4 h\ns= \nc=IN IP4 1.2.3.4\nm=audio 9 RTP/AVP 0 8 99\n"
    [audio] = sdp.parse(data).media
    assert audio.formats == (STATIC[0], STATIC[8])  # 99 means nothing without rtpmap


def test_a_mediums_own_address_and_the_sessions_direction_count() -> None:
    data = BARESIP.replace(b"a=tool", b"a=inactive\r\na=tool").replace(
        b"b=AS:128", b"c=IN IP6 ::1"
    )
    description = sdp.parse(data.replace(b"a=sendrecv\r\n", b""))
    audio, video = description.media
    assert description.host_of(audio) == "::1"
    assert description.host_of(video) == "127.0.0.3"
    assert audio.direction is Direction.INACTIVE
    assert video.direction is Direction.RECVONLY


def test_media_that_are_no_rtp_keep_their_place() -> None:
    [image] = sdp.parse(
        b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nm=image 9 udptl t38\r\n"
    ).media
    assert (image.kind, image.protocol, image.other_formats) == (
        "image",
        "UDPTL",
        ("t38",),
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin with v=0"),
        (b"\xff", "is not UTF-8"),
        (b"v=0\r\nnonsense\r\n", "line 2 of the session description, 'nonsense'"),
        (OFFER.replace(b"m=audio 4000", b"m=audio many"), "the line m=audio many"),
        (OFFER.replace(b"m=audio 4000", b"m=audio 70000"), "the line m=audio 70000"),
        (OFFER.replace(b"o=alice 12", b"o=alice twelve"), "the line o=alice twelve"),
        (OFFER.replace(b"c=IN IP4 127", b"c=OUT IP4 127"), "the line c=OUT"),
        (OFFER.replace(b"c=IN IP4 127.0.0.2\r\n", b""), "no c= line"),
        (OFFER.replace(b"AVP 26", b"AVP x26"), "names the payload 'x26'"),
        (OFFER + b"a=x\r\n" * 600, "over 500 lines"),
        (OFFER + b"m=audio 1 RTP/AVP 0\r\n" * 30, "over 16 media"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, said: str) -> None:
    with pytest.raises(RemoteError) as caught:
        sdp.parse(data)
    assert said in str(caught.value)


def test_a_line_break_cannot_forge_a_line() -> None:
    origin = Origin("a\r\nc=IN IP4 evil", 1, 1, "h")
    with pytest.raises(LocalError, match="line break"):
        sdp.write(SessionDescription(origin, "127.0.0.1"))


WORD = st.text("abcXYZ019-._", min_size=1, max_size=8)
HOST = st.sampled_from(["127.0.0.1", "::1", "host.example"])
PARAMETERS = st.just("") | st.text("abc=;019 ", min_size=1).map(str.strip)
FORMATS = st.lists(
    st.builds(
        Format,
        st.integers(0, 127),
        WORD,
        st.integers(1, 999_999),
        st.integers(1, 255),
        PARAMETERS,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.payload_type,
).map(tuple)
MEDIA = st.builds(
    MediaDescription,
    kind=st.sampled_from(["audio", "video", "text"]),
    port=st.integers(0, 65_535),
    formats=FORMATS,
    direction=st.sampled_from(Direction),
    host=st.just("") | HOST,
    protocol=st.sampled_from(["RTP/AVP", "RTP/SAVPF"]),
    feedback=st.lists(
        st.sampled_from(["nack", "nack pli", "ccm fir"]), unique=True
    ).map(tuple),
    record=st.none() | st.sampled_from(Recording),
    preference=st.none() | st.sampled_from(RecordingPreference),
)
OTHERS = st.builds(
    MediaDescription,
    kind=st.just("image"),
    port=st.integers(0, 65_535),
    direction=st.sampled_from(Direction),
    protocol=st.just("UDPTL"),
    other_formats=st.lists(WORD, min_size=1, max_size=3).map(tuple),
)
DESCRIPTIONS = st.builds(
    SessionDescription,
    origin=st.builds(Origin, WORD, st.integers(0, 2**64), st.integers(0, 2**64), HOST),
    host=HOST,
    media=st.lists(MEDIA | OTHERS, max_size=4).map(tuple),
    name=st.just("-") | WORD,
    record=st.none() | st.sampled_from(Recording),
    preference=st.none() | st.sampled_from(RecordingPreference),
)


@given(DESCRIPTIONS)
def test_what_is_written_is_read_back_the_same(description: SessionDescription) -> None:
    assert sdp.parse(sdp.write(description)) == description


@given(
    st.binary(max_size=300)
    | st.text("vosctma=0 :/\r\nRTPAVIN4127.", max_size=200).map(str.encode)
)
def test_any_bytes_give_a_description_or_a_clean_error(data: bytes) -> None:
    checked(data)


def checked(data: bytes) -> None:
    description = read(data)
    if isinstance(description, RemoteError):
        assert len(str(description)) > 10
    else:
        assert sdp.parse(sdp.write(description)) == description


def read(data: bytes) -> SessionDescription | RemoteError:
    try:
        return sdp.parse(data)
    except RemoteError as error:
        return error


@given(st.data())
def test_a_real_description_bent_out_of_shape_is_read_or_refused(
    data: st.DataObject,
) -> None:
    bent = BARESIP
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(bent)))
        end = data.draw(st.integers(start, min(len(bent), start + 10)))
        piece = data.draw(
            st.sampled_from([b"\r", b"\n", b"=", b" ", b"9", b"\0", b"/"])
        )
        bent = bent[:start] + piece + bent[end:]
    checked(bent)
