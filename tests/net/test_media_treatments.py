"""Each treatment in a call over real sockets, and the link that needs it (A16)."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from net.media_pair import Side, talking, two_sides, wait_for

from labkit.frames import Picture
from labkit.link import Conditions
from labkit.media.machine.statistics import LineStatistics
from labkit.media.treatments import Treatments
from labkit.net import clock

ONE_IN_EIGHT = Conditions(lose=1, every=8)
KINDS = ("audio", "video")
PLAIN = Treatments(nack=False, retransmission=False)


def call(alice: Side, bob: Side, *names: str, treatments: Treatments = PLAIN) -> None:
    for side, other in ((alice, bob), (bob, alice)):
        side.start(other, *names)
        side.session.treat(treatments)


def counts(side: Side, kind: str = "audio") -> LineStatistics:
    found = getattr(side.session.statistics(), kind)
    assert found is not None
    return found


def scenes(count: int) -> list[np.ndarray]:
    """Pictures of a dozen packets each, and of one content."""
    random = np.random.default_rng(3)
    coarse = random.integers(0, 255, (60, 80, 3), dtype=np.uint8)
    scene = coarse.repeat(6, axis=0).repeat(6, axis=1)
    return [np.roll(scene, 2 * n, axis=1) for n in range(count)]


def film(side: Side, count: int, pause: float = 0.005) -> None:
    """Pictures quicker than a camera gives them; no two of them at once."""
    gate = threading.Event()
    for pixels in scenes(count):
        side.session.send_picture(Picture(pixels, clock.now()))
        gate.wait(pause)


# --- the link -----------------------------------------------------------------------


def test_what_the_link_counts_is_what_the_two_sides_count():
    """Of sound, pictures and reports together; with loss there and duplicates back."""
    with two_sides() as (alice, bob):
        alice.link.set(there=Conditions(loss=0.2, delay=0.01))
        bob.link.set(back=Conditions(duplicate=0.3))
        call(alice, bob, "PCMU", "JPEG")
        with talking((alice, 440), (bob, 660)):
            film(alice, 20)
            wait_for(lambda: counts(bob).labkit.framesPlayed > 25, "sound")
        wait_for(
            lambda: alice.link.record("there").under_way == 0, "the last packet's way"
        )
        there, back = alice.link.record("there"), bob.link.record("back")
        assert there.adds_up
        assert back.adds_up
        sent = sum(
            count.packets
            for (_, _, way), count in alice.session._call.trace.rtp.items()
            if way == "sent"
        )
        assert there.offered - sent in range(2, 60)  # the rest are reports
        assert 0.1 < there.lost["random"] / there.offered < 0.3
        wait_for(lambda: bob.link.record("back").offered >= there.delivered, "the rest")
        assert bob.link.record("back").offered == there.delivered
        reports = [
            record
            for record in bob.session._call.trace
            if record.plane == "media" and record.direction == "received"
        ]
        taken = sum(counts(bob, kind).inbound.packetsReceived for kind in KINDS)
        back = bob.link.record("back")
        assert taken + len(reports) == back.offered + back.duplicated
        duplicate = sum(counts(bob, kind).labkit.packetsDuplicate for kind in KINDS)
        assert duplicate > 0


def test_a_delay_of_the_link_is_in_the_measured_latency_and_may_change_in_a_call():
    """The way there takes 30 ms, the way back 20: the error bar holds the truth."""
    with two_sides() as (alice, bob):
        alice.link.set(there=Conditions(delay=0.030), back=Conditions(delay=0.020))
        call(alice, bob, "JPEG")

        def latency() -> float | None:
            """Of one picture."""
            before = len(bob.shown)
            film(alice, 1)
            film(bob, 1)
            wait_for(lambda: len(bob.shown) > before, "a picture")
            return bob.shown[-1].latency

        def measured() -> float:
            """The least of some: a busy machine shows a picture late, never early."""
            found = [each for each in (latency() for _ in range(5)) if each is not None]
            error = counts(bob, "video").labkit.latencyError
            assert error is not None
            assert min(found) >= alice.link.there.delay - error
            assert min(found) <= alice.link.there.delay + error + 0.030
            return min(found)

        wait_for(lambda: latency() is not None, "a latency")
        before = measured()
        alice.link.set(there=Conditions(delay=0.130))
        assert measured() - before == pytest.approx(0.100, abs=0.030)


def test_reports_pass_through_the_link_too():
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU")
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: counts(alice).remote_inbound is not None, "a report")
            bob.link.set(there=Conditions(lose=1, every=1))
            reports = alice.session._audio.stream.reports
            heard, sent = reports.round_trips, bob.link.record("there").offered
            wait_for(
                lambda: bob.session._audio.stream.reports._reports > 4, "bob's reports"
            )
            assert bob.link.record("there").offered > sent
        assert reports.round_trips - heard <= 1  # one may have been on its way


@pytest.mark.parametrize("names", [("PCMU", "JPEG"), ("opus", "VP8")])
def test_flipped_bits_harm_nothing_for_long(names, caplog):
    """Every second packet has one, those of reports and repair too."""
    with two_sides() as (alice, bob):
        everything = Treatments(
            red=2, parity=4, reed_solomon=4, nack=True, restart_intervals=True
        )
        call(alice, bob, *names, treatments=everything)
        alice.link.set(there=Conditions(corrupt=0.5), back=Conditions(corrupt=0.5))
        with talking((alice, 440), (bob, 660)):
            film(alice, 60)
            assert alice.link.record("there").corrupted > 100
            alice.link.set(there=Conditions(), back=Conditions())
            seen, played = len(bob.shown), counts(bob).labkit.framesPlayed
            wait_for(lambda: film(alice, 1) or len(bob.shown) > seen + 5, "pictures")
            wait_for(lambda: counts(bob).labkit.framesPlayed > played + 25, "sound")
        audio = bob.session.statistics().audio
        assert audio.inbound.jitter < 1.0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


# --- sound --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "treatments", "counted"),
    [
        ("RED", replace(PLAIN, red=2), "packetsRecoveredByRed"),
        ("parity", replace(PLAIN, parity=3), "packetsRecoveredByParity"),
        ("RS", replace(PLAIN, reed_solomon=4), "packetsRecoveredByReedSolomon"),
        ("NACK", Treatments(nack=True), "packetsRecoveredByRetransmission"),
    ],
)
def test_sound_of_which_an_eighth_is_lost_is_repaired(name, treatments, counted):
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU", treatments=treatments)
        alice.link.set(there=ONE_IN_EIGHT)
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: counts(bob).labkit.packetsMissing >= 8, "losses")
        own = counts(bob).labkit
        assert getattr(own, counted) >= 6, name
        assert own.packetsUnrepaired <= 2  # the last ones may be on their way
        if name == "NACK":
            assert counts(bob).inbound.nackCount >= 6
            assert counts(alice).outbound.nackCount >= 6
            again = counts(alice).outbound.retransmittedPacketsSent
            assert again >= getattr(own, counted)
        else:
            assert counts(alice).labkit.bytesOfRepairSent > 0


# --- pictures -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "treatments", "counted"),
    [
        ("parity", replace(PLAIN, parity=3), "packetsRecoveredByParity"),
        ("RS", replace(PLAIN, reed_solomon=4), "packetsRecoveredByReedSolomon"),
        ("NACK", Treatments(nack=True), "packetsRecoveredByRetransmission"),
    ],
)
def test_pictures_of_which_an_eighth_is_lost_are_repaired(name, treatments, counted):
    with two_sides() as (alice, bob):
        call(alice, bob, "JPEG", treatments=treatments)
        film(alice, 3)
        wait_for(lambda: len(bob.shown) > 0, "a picture")
        alice.link.set(there=ONE_IN_EIGHT)
        film(alice, 30)
        wait_for(lambda: getattr(counts(bob, "video").labkit, counted) > 15, name)
        own = counts(bob, "video").labkit
        assert own.packetsUnrepaired < own.packetsMissing / 2


def test_who_sends_no_pictures_asks_for_missing_ones_by_the_round_trip_of_the_sound():
    """A stream that only receives is never answered, and measures none by itself."""
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU", "JPEG", treatments=Treatments(nack=True))
        pictures = bob.session._video.stream
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: film(alice, 1) or pictures._round_trip, "a round trip")
        assert pictures.reports.round_trip is None
        assert 0 < pictures._round_trip < 0.050
        assert pictures._wait() == pytest.approx(pictures._round_trip, abs=0.020)


def test_pictures_with_holes_are_mended_and_none_is_missing():
    """Restart intervals, and old pixels where a packet is missing: no redundancy."""
    with two_sides() as (alice, bob):
        call(alice, bob, "JPEG", treatments=replace(PLAIN, restart_intervals=True))
        alice.link.set(there=ONE_IN_EIGHT)
        film(alice, 20, pause=0.030)
        pictures = bob.session._video.stream
        wait_for(lambda: pictures.shown + pictures.skipped >= 20, "all pictures")
        own = counts(bob, "video").labkit
        assert own.framesPartial >= 10
        assert own.framesGivenUp == 0
        last = bob.shown[-1].pixels
        assert last is not None
        wanted = scenes(20)[-1]
        assert np.abs(last.astype(int) - wanted).mean() < 40


@pytest.mark.parametrize("name", ["VP8", "H264"])
def test_after_a_lost_packet_a_keyframe_is_asked_for_and_pictures_go_on(name):
    with two_sides() as (alice, bob):
        call(alice, bob, name)
        film(alice, 3)
        wait_for(lambda: len(bob.shown) > 0, "a picture")
        alice.link.set(there=ONE_IN_EIGHT)
        film(alice, 20)
        alice.link.set(there=Conditions())
        seen = len(bob.shown)
        wait_for(lambda: film(alice, 1, 0.03) or len(bob.shown) > seen + 3, "pictures")
        assert counts(bob, "video").inbound.pliCount > 0
        assert counts(alice, "video").outbound.pliCount > 0
        assert counts(alice, "video").outbound.keyFramesEncoded >= 2


def test_sound_that_waits_long_holds_the_pictures_back_if_that_is_wished():
    late = replace(PLAIN, playout="fixed", playout_delay=0.400, lip_sync=True)
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU", "JPEG", treatments=late)
        lips = bob.session._call.lips
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: film(alice, 1, 0.03) or lips.hold_video > 0.03, "a hold")
            film(alice, 5, 0.03)
            wait_for(lambda: bob.shown[-1].latency > 0.03, "a picture held back")
        assert counts(bob).labkit.lipSync < -0.125


# --- hold, and the end --------------------------------------------------------------


def test_on_hold_nothing_leaves_not_even_what_is_asked_for_again():
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU", treatments=Treatments(nack=True, red=1, copies=3))
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: counts(bob).labkit.framesPlayed > 5, "sound")
            alice.start(bob, "PCMU", send=False)
            line = alice.session._audio
            newest = bob.session._audio.stream.sources.source.highest
            sent = alice.link.record("there").offered
            for number in range(newest - 5, newest):
                line.send_out(lambda now, n=number: line.stream.resend([n], now))
            line.send_out(line.stream.due)
            assert line.stream.protection.packets["retransmission"] > 0
            assert alice.link.record("there").offered - sent <= 1  # a report
            alice.start(bob, "PCMU")
            played = counts(bob).labkit.framesPlayed
            wait_for(lambda: counts(bob).labkit.framesPlayed > played + 5, "sound")


def test_a_call_may_end_while_packets_are_under_way_and_questions_wait(caplog):
    with two_sides() as (alice, bob):
        call(alice, bob, "PCMU", "JPEG", treatments=Treatments(nack=True, copies=3))
        for side in (alice, bob):
            side.link.set(there=Conditions(delay=5.0, jitter=1.0))
        with talking((alice, 440), (bob, 660)):
            film(alice, 5)
            wait_for(lambda: alice.link.record("there").under_way > 20, "packets")
            begun = clock.now()
            alice.session.close()
            bob.session.close()
        assert clock.now() - begun < 3.0
        record = alice.link.record("there")
        assert record.adds_up
        assert record.under_way == 0
        assert record.lost["call over"] > 20
        names = {thread.name for thread in threading.enumerate()}
        assert not {n for n in names if n.startswith(("labkit-alice-", "labkit-bob-"))}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
