"""Offer and answer without a call around them (RFC 3264)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labkit.errors import RemoteError
from labkit.signalling import Direction, Format, MediaPlan
from labkit.signalling.machine.offer_answer import (
    Wish,
    agreed_streams,
    answered_media,
    offered_media,
)
from labkit.signalling.messages.sdp import (
    MediaDescription,
    Origin,
    SessionDescription,
)
from tests.signalling.pair import H264, JPEG, OPUS, PCMA, PCMU, VP8, plans

EVENTS = Format(101, "telephone-event", 8000, 1, "0-15")


def described(*media: MediaDescription, host: str = "10.0.0.1") -> SessionDescription:
    return SessionDescription(Origin("-", 1, 1, host), host, media)


def answer_and_stream(*media: MediaDescription, wish: Wish | None = None):  # type: ignore[no-untyped-def]
    offer = described(*media)
    answer = described(
        *answered_media(wish or Wish(plans(5000)), offer), host="10.0.0.2"
    )
    return answer.media, agreed_streams(answer, offer), agreed_streams(offer, answer)


def test_both_sides_reach_the_same_agreement() -> None:
    media = MediaDescription("audio", 4000, (replace(OPUS, payload_type=111), PCMA))
    [line], [ours], [theirs] = answer_and_stream(media)
    assert [f.payload_type for f in line.formats] == [111, 8]
    assert ours.format.payload_type == theirs.format.payload_type == 111
    assert ours.receive[111].name == theirs.receive[111].name == "opus"
    assert (ours.remote, theirs.remote) == (("10.0.0.1", 4000), ("10.0.0.2", 5000))


def test_the_offerers_preference_counts() -> None:
    media = MediaDescription("audio", 4000, (PCMA, PCMU, OPUS))
    [line], [ours], _ = answer_and_stream(media)
    assert [f.name for f in line.formats] == ["PCMA", "PCMU", "opus"]
    assert ours.format == PCMA


def test_an_answer_keeps_every_line_in_order_and_refuses_with_port_0() -> None:
    lines, _, _ = answer_and_stream(
        MediaDescription("image", 9, (), protocol="UDPTL", other_formats=("t38",)),
        MediaDescription("video", 4002, (H264,)),
        MediaDescription("audio", 4000, (PCMU,)),
        MediaDescription("audio", 4010, (PCMU,)),
    )
    assert [(line.kind, line.port) for line in lines] == [
        ("image", 0),
        ("video", 0),
        ("audio", 5000),
        ("audio", 0),
    ]
    assert lines[0].other_formats == ("t38",)


@pytest.mark.parametrize("protocol", ["RTP/AVPF", "RTP/SAVP", "UDP/TLS/RTP/SAVPF"])
def test_profiles_other_than_avp_are_refused(protocol: str) -> None:
    media = MediaDescription("audio", 4000, (PCMU,), protocol=protocol)
    with pytest.raises(RemoteError, match="can be used here"):
        answered_media(Wish(plans(5000)), described(media))


def test_telephone_event_is_accepted_but_never_sent_with() -> None:
    media = MediaDescription("audio", 4000, (EVENTS, PCMU))
    [line], [ours], _ = answer_and_stream(media)
    assert EVENTS in line.formats
    assert ours.telephone_event == 101
    assert ours.format == PCMU
    assert 101 not in ours.receive
    alone = MediaDescription("audio", 4000, (EVENTS,))
    with pytest.raises(RemoteError):
        answered_media(Wish(plans(5000)), described(alone))


@pytest.mark.parametrize("offered", Direction)
@pytest.mark.parametrize("wanted", Direction)
def test_directions_flip_and_never_exceed_what_both_want(
    offered: Direction, wanted: Direction
) -> None:
    media = MediaDescription("audio", 4000, (PCMU,), offered)
    _, [ours], [theirs] = answer_and_stream(media, wish=Wish(plans(5000, wanted)))
    assert ours.direction.sends == (wanted.sends and offered.receives)
    assert ours.direction.receives == (wanted.receives and offered.sends)
    assert theirs.direction is ours.direction.flipped


def test_an_address_of_zeros_is_the_old_way_to_hold() -> None:
    media = MediaDescription("audio", 4000, (PCMU,), host="0.0.0.0")
    [line], [ours], _ = answer_and_stream(media)
    assert line.direction is Direction.RECVONLY
    assert not ours.direction.sends


def test_a_line_that_an_answer_leaves_out_or_swaps_is_refused() -> None:
    offer = described(*offered_media(Wish(plans(4000)), ()))
    audio, video = agreed_streams(offer, described(offer.media[0]))
    assert audio.remote == ("10.0.0.1", 4000)
    assert video.remote is None
    swapped = agreed_streams(offer, described(*reversed(offer.media)))
    assert [stream.remote for stream in swapped] == [None, None]


def test_a_new_offer_keeps_the_places_of_the_old_lines() -> None:
    former = offered_media(Wish(plans(4000)), ())
    video_first = Wish(
        (MediaPlan("video", 6002, (VP8,)), MediaPlan("audio", 6000, (PCMU,)))
    )
    again = offered_media(video_first, former)
    assert [(line.kind, line.port) for line in again] == [
        ("audio", 6000),
        ("video", 6002),
    ]
    only_audio = offered_media(Wish(plans(6000)[:1]), former)
    assert [line.port for line in only_audio] == [6000, 0]
    added = offered_media(Wish(plans(6000)), former[:1])
    assert [line.kind for line in added] == ["audio", "video"]


def test_hold_offers_sendonly_and_a_one_way_receiver_goes_inactive() -> None:
    holding = Wish(plans(4000), holding=True)
    assert {line.direction for line in offered_media(holding, ())} == {
        Direction.SENDONLY
    }
    receiver = Wish(plans(4000, Direction.RECVONLY), holding=True)
    assert {line.direction for line in offered_media(receiver, ())} == {
        Direction.INACTIVE
    }


def test_formats_match_by_name_rate_and_channels_only() -> None:
    assert JPEG.matches(replace(JPEG, payload_type=99, name="jpeg", parameters="x"))
    assert not OPUS.matches(replace(OPUS, channels=1))
    assert not PCMU.matches(replace(PCMU, clock_rate=16_000))
