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


RED = Format(100, "red", 48_000, 2, "96/96")
RED_8000 = Format(102, "red", 8000, 1, "0/0")
RTX = Format(103, "rtx", 48_000, 2, "apt=96")
RTX_8000 = Format(104, "rtx", 8000, 1, "apt=0")
PARITY = Format(105, "ulpfec", 8000)
REPAIR = (RED, RED_8000, RTX, RTX_8000, PARITY)
SOUND = MediaPlan("audio", 5000, (OPUS, PCMU, PCMA), repair=REPAIR, feedback=("nack",))


def numbered(formats: tuple[Format, ...]) -> tuple[tuple[int, str, str], ...]:
    return tuple((f.payload_type, f.name, f.parameters) for f in formats)


def test_two_who_know_the_same_repair_agree_on_all_of_it() -> None:
    [offered] = offered_media(Wish((replace(SOUND, port=4000),)), ())
    assert offered.formats == (OPUS, PCMU, PCMA, *REPAIR)
    [line], [ours], [theirs] = answer_and_stream(offered, wish=Wish((SOUND,)))
    assert line.formats == offered.formats
    assert ours.send_repair == ours.receive_repair == REPAIR
    assert theirs.send_repair == theirs.receive_repair == REPAIR
    assert ours.feedback == theirs.feedback == ("nack",)
    assert (ours.format.name, set(ours.receive)) == ("opus", {96, 0, 8})


def test_an_answer_follows_the_offerers_numbers_in_parameters_too() -> None:
    offered = (
        replace(OPUS, payload_type=111, parameters=""),
        replace(RTX, payload_type=120, parameters="apt=111;rtx-time=500"),
        replace(RED, payload_type=63, parameters="111/111/111"),
    )
    media = MediaDescription("audio", 4000, offered, feedback=("nack", "ccm fir"))
    [line], [ours], [theirs] = answer_and_stream(media, wish=Wish((SOUND,)))
    assert numbered(line.formats) == (
        (111, "opus", "useinbandfec=1"),
        (120, "rtx", "apt=111"),
        (63, "red", "111/111"),
    )
    assert line.feedback == ("nack",)
    assert numbered(ours.send_repair) == numbered(theirs.receive_repair)
    assert {f.payload_type for f in theirs.send_repair} == {120, 63}


def test_an_answer_under_other_numbers_is_understood_all_the_same() -> None:
    offer = described(*offered_media(Wish((SOUND,)), ()))
    answered = (
        replace(PCMU, payload_type=118),
        replace(RTX_8000, payload_type=119, parameters="apt=118"),
    )
    answer = described(MediaDescription("audio", 7000, answered))
    [stream] = agreed_streams(offer, answer)
    assert numbered(stream.send_repair) == ((119, "rtx", "apt=118"),)
    assert numbered(stream.receive_repair) == ((104, "rtx", "apt=0"),)
    assert stream.feedback == ()


def test_what_a_peer_does_not_echo_is_not_used() -> None:
    offer = described(*offered_media(Wish((SOUND,)), ()))
    answer = described(MediaDescription("audio", 7000, (OPUS, PCMU)))
    [stream] = agreed_streams(offer, answer)
    assert stream.send_repair == stream.receive_repair == ()


def test_repair_of_a_format_that_is_not_shared_is_not_shared() -> None:
    media = MediaDescription("audio", 4000, (PCMU, H264, RED, RTX, RTX_8000))
    [line], [ours], _ = answer_and_stream(media, wish=Wish((SOUND,)))
    assert line.formats == (PCMU, RTX_8000)
    assert ours.send_repair == (RTX_8000,)


@pytest.mark.parametrize(
    "alone", [(RED,), (RTX_8000, PARITY), (replace(RED, parameters=""),), REPAIR]
)
def test_repair_alone_keeps_no_medium_alive(alone: tuple[Format, ...]) -> None:
    media = MediaDescription("audio", 4000, alone)
    with pytest.raises(RemoteError, match="can be used here"):
        answered_media(Wish((SOUND,)), described(media))
    offer = described(*offered_media(Wish((SOUND,)), ()))
    [stream] = agreed_streams(offer, described(MediaDescription("audio", 7000, alone)))
    assert stream.remote is None


@pytest.mark.parametrize(
    "parameters", ["", "apt=", "apt=x", "apt=9999", "captain=0", "apt=8", "apt=104"]
)
def test_a_retransmission_of_nothing_legible_is_left_out(parameters: str) -> None:
    broken = replace(RTX_8000, parameters=parameters)
    media = MediaDescription("audio", 4000, (PCMU, PCMA, broken))
    [line], _, _ = answer_and_stream(media, wish=Wish((SOUND,)))
    assert line.formats == (PCMU, PCMA)
