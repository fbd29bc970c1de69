"""RTCP: round trips, losses, and latency across clocks that disagree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media.machine.party import call, talk

from labkit.errors import RemoteError
from labkit.frames import EncodedFrame
from labkit.media.machine.reports import KeyframeAsked, NackAsked, PeerLeft
from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from labkit.media.wire.rtcp import parse_rtcp, write_rtcp

HOUR = 3600.0


def test_the_round_trip_is_what_the_link_takes_there_and_back():
    world, alice, bob = call("opus", delay=0.035)
    talk(world, alice, bob)
    world.run(5)
    for party in (alice, bob):
        assert party.reports.round_trip == pytest.approx(0.070, abs=0.0005)
        assert party.reports.round_trips >= 3


@pytest.mark.parametrize("ahead", [0.0, HOUR, -HOUR])
def test_latency_is_right_though_the_clocks_are_an_hour_apart(ahead):
    world, alice, bob = call("opus", delay=0.040, ahead=ahead)
    talk(world, alice, bob)
    world.run(5)
    offset = alice.offset.at(alice.now)
    assert offset.seconds == pytest.approx(ahead, abs=offset.error)
    assert offset.error <= 0.041
    _, frame = bob.heard_frames[-1]
    assert frame.arrived - frame.captured == pytest.approx(0.060, abs=0.001)


def test_under_jitter_the_luckiest_round_trip_gives_the_offset():
    world, alice, bob = call("opus", delay=0.010, jitter=0.100, ahead=HOUR)
    talk(world, alice, bob)
    world.run(60)
    offset = bob.offset.at(bob.now)
    assert abs(offset.seconds + HOUR) <= offset.error
    mean = bob.reports.total_round_trip / bob.reports.round_trips
    assert offset.error < 0.75 * mean / 2


def test_an_error_bar_holds_though_the_way_there_is_longer_than_the_way_back():
    world, alice, bob = call("opus", delay=0.005, ahead=5.0)
    alice.to_peer.delay = 0.095
    talk(world, alice, bob)
    world.run(5)
    offset = alice.offset.at(alice.now)
    assert offset.seconds != pytest.approx(5.0, abs=0.01)
    assert abs(offset.seconds - 5.0) <= offset.error


def test_pictures_have_their_capture_time_from_the_first_second_on():
    world, alice, bob = call("VP8", delay=0.020, ahead=HOUR)
    captured = {}

    def film() -> None:
        data = b"\x10\x02\x00" + bytes(2000)
        captured[alice.sender.frames_sent] = world.now
        alice.send(EncodedFrame(data, alice.now))
        bob.send(EncodedFrame(data, bob.now))

    world.every(1 / 30, film, first=0.0)
    world.run(3)
    known = [(at, f) for at, f in bob.shown if f.captured is not None]
    assert len(known) >= 60
    for at, frame in known:
        assert at - frame.captured == pytest.approx(0.020, abs=0.0005)


def test_the_peer_s_report_tells_how_much_of_ours_was_lost():
    world, alice, bob = call("opus", loss=0.2)
    talk(world, alice, bob)
    world.run(60)
    remote = alice.reports.remote
    assert remote.ssrc == alice.sender.ssrc
    assert remote.packets_lost == pytest.approx(bob.sources.source.missing, abs=15)
    assert 0.1 < remote.packets_lost / alice.sender.packets_sent < 0.3


def test_who_sent_nothing_sends_a_receiver_report_and_everybody_says_who_it_is():
    world, alice, bob = call("opus")
    talk(world, alice)  # Bob only listens
    sent: list[list[object]] = []
    alice.heard = lambda data: sent.append(parse_rtcp(data))
    world.run(5)
    assert sent
    assert all(isinstance(reports[0], ReceiverReport) for reports in sent)
    assert all(isinstance(reports[1], SourceDescription) for reports in sent)
    assert bob.reports.peer_name == "1"


def test_the_first_report_comes_soon_and_then_there_is_about_one_a_second():
    world, alice, bob = call("opus")
    talk(world, alice, bob)
    times: list[float] = []
    begun = world.now
    bob.heard = lambda data: times.append(world.now - begun)
    world.run(62)
    assert times[0] <= 0.5
    assert 50 <= sum(time >= 2 for time in times) <= 70


def test_goodbye_frees_the_source():
    world, alice, bob = call("opus")
    talk(world, alice, bob)
    world.run(1)
    events = bob.reports.received(alice.reports.goodbye(alice.now, "bye"), bob.now)
    assert PeerLeft("bye") in events
    assert bob.sources.source.left


def test_a_keyframe_request_names_the_peer_s_source_and_is_heard_by_it_alone():
    world, alice, bob = call("opus")
    talk(world, alice, bob)
    world.run(1)
    request = bob.reports.keyframe_request(bob.now)
    assert KeyframeAsked() in alice.reports.received(request, alice.now)
    assert KeyframeAsked() not in bob.reports.received(request, bob.now)
    assert isinstance(parse_rtcp(request)[-1], PictureLossIndication)


def test_a_nack_goes_at_once_and_names_the_packets_to_whoever_sent_them():
    world, alice, bob = call("opus")
    talk(world, alice, bob)
    world.run(1)
    due = bob.reports.next_at
    question = bob.reports.nack([65_535, 65_536, 65_540, 0], bob.now)
    assert isinstance(parse_rtcp(question)[0], SenderReport)
    asked = parse_rtcp(question)[-1]
    assert asked == GenericNack(bob.sender.ssrc, alice.sender.ssrc, (65_535, 0, 4, 0))
    assert NackAsked((65_535, 0, 4)) in alice.reports.received(question, alice.now)
    assert bob.reports.received(question, bob.now) == []
    assert (bob.reports.nacks_sent, alice.reports.nacks_received) == (1, 1)
    assert bob.reports.next_at == due


def test_there_is_nothing_to_ask_of_nobody_or_for_nothing():
    world, alice, bob = call("opus")
    assert bob.reports.nack([1], bob.now) is None
    talk(world, alice)
    world.run(1)
    assert bob.reports.nack([], bob.now) is None
    assert bob.reports.nacks_sent == 0


def test_of_too_many_missing_packets_the_newest_are_asked_for():
    world, alice, bob = call("opus")
    talk(world, alice)
    world.run(1)
    asked = parse_rtcp(bob.reports.nack(range(1000), bob.now))[-1]
    assert asked.numbers == tuple(range(744, 1000))


def test_early_reports_repeat_the_fraction_lost_and_measure_the_round_trip():
    world, alice, bob = call("opus", delay=0.030, loss=0.2)
    talk(world, alice, bob)
    world.run(5)
    fraction, before = alice.reports.remote.fraction_lost, alice.reports.round_trips

    def ask() -> None:
        bob.carry(bob.reports.nack([1], bob.now), alice.heard)

    bob.reports.poll = lambda now: None  # early ones only from now on
    world.every(0.1, ask, first=0.0)
    world.run(5)
    assert alice.reports.remote.fraction_lost == fraction > 0
    assert alice.reports.round_trips - before > 30
    assert alice.reports.round_trip == pytest.approx(0.060, abs=0.0005)
    wrong = abs(alice.offset.at(alice.now).seconds)
    assert wrong < 0.001


def test_fifty_questions_a_second_over_a_long_way_still_give_a_round_trip():
    world, alice, bob = call("opus", delay=0.400)
    talk(world, alice, bob)
    world.run(3)
    before = alice.reports.round_trips
    for party in (alice, bob):
        world.every(
            0.020,
            lambda party=party: party.carry(
                party.reports.nack([1], party.now), party.peer.heard
            ),
            first=0.0,
        )
    world.run(4)
    assert alice.reports.round_trips - before > 100
    assert alice.reports.round_trip == pytest.approx(0.800, abs=0.0005)


def test_reports_about_strangers_change_nothing():
    world, alice, bob = call("opus", delay=0.010)
    talk(world, alice, bob)
    world.run(3)
    before = bob.reports.round_trip, bob.reports.remote, bob.offset.at(bob.now)
    block = ReportBlock(bob.sender.ssrc ^ 1, 0, 0, 0, 0, 5, 5)
    stranger = SenderReport(alice.sender.ssrc ^ 1, 1, 1, 1, 1, (block,))
    leaves = Bye((alice.sender.ssrc ^ 1,), "x")
    assert bob.reports.received(write_rtcp([stranger, leaves]), bob.now) == []
    assert (bob.reports.round_trip, bob.reports.remote) == before[:2]
    assert bob.offset.at(bob.now) == before[2]


def test_a_report_that_answers_what_was_never_asked_makes_no_round_trip():
    world, alice, bob = call("opus")
    talk(world, alice)
    world.run(0.02)
    block = ReportBlock(alice.sender.ssrc, 0, 0, 0, 0, 0x1234_5678, 0)
    alice.reports.received(write_rtcp([ReceiverReport(99, (block,))]), alice.now)
    assert alice.reports.round_trip is None
    assert bob.reports.remote is None


@given(st.binary(max_size=200))
def test_any_bytes_are_reports_or_a_clean_error(data):
    _, alice, _ = call("opus")
    try:
        assert isinstance(alice.reports.received(data, alice.now), list)
    except RemoteError:
        pass


def test_same_seed_same_bytes():
    packets = []
    for _ in range(2):
        world, alice, bob = call("opus", seed=9, loss=0.1, jitter=0.03)
        sent: list[bytes] = []
        receive, heard = bob.receive, bob.heard
        bob.receive = lambda d, s=sent, r=receive: (s.append(d), r(d))
        bob.heard = lambda d, s=sent, h=heard: (s.append(d), h(d))
        talk(world, alice, bob)
        world.run(5)
        packets.append(b"".join(sent))
    assert packets[0] == packets[1]
    assert len(packets[0]) > 5000
