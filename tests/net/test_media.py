"""The media engine over real sockets, both ways (A12, C6, C8, C10)."""

from __future__ import annotations

import socket
import threading
from random import Random

import numpy as np
import pytest

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.frames import Picture
from labkit.net import clock, media_video
from labkit.net.media import MediaSession
from labkit.net.media_audio import level
from labkit.trace import Trace
from tests.net.media_pair import (
    BLUE,
    GREEN,
    RED,
    Side,
    picture_of,
    talking,
    two_sides,
    wait_for,
)


def colour_of(side: Side) -> tuple[int, ...]:
    pixels = side.shown[-1].pixels
    return tuple(int(value) for value in pixels[100:140, 100:140].mean((0, 1)))


def sees(side: Side, colour: tuple[int, int, int]) -> bool:
    return bool(side.shown) and np.allclose(colour_of(side), colour, atol=14)


@pytest.mark.parametrize("video", ["JPEG", "VP8"])
def test_each_sees_the_colour_that_the_other_films(video):
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", video)
        bob.start(alice, "opus", video)

        def both_see() -> bool:
            alice.film(RED)
            bob.film(BLUE)
            return sees(alice, BLUE) and sees(bob, RED)

        wait_for(both_see, "the pictures")
        shown = bob.shown[0]
        assert (shown.width, shown.height) == (320, 240)
        assert (shown.jpeg is None) == (video == "VP8")
        assert shown.as_jpeg().startswith(b"\xff\xd8")
        assert shown.sequence == 1
        assert [later.sequence for later in bob.shown[1:3]] in ([], [2], [2, 3])


@pytest.mark.parametrize("audio", ["opus", "PCMU", "PCMA"])
def test_each_hears_the_tone_that_the_other_speaks(audio):
    with two_sides() as (alice, bob):
        alice.start(bob, audio)
        bob.start(alice, audio)
        with talking((alice, 500), (bob, 800)):
            wait_for(
                lambda: (
                    len(alice.heard) > 60
                    and abs(alice.pitch_heard - 800) < 5
                    and abs(bob.pitch_heard - 500) < 5
                ),
                "the tones",
            )
            assert all(0.5 < each < 1.0 for each in bob.session.levels)


def test_a_device_with_another_sampling_rate_hears_the_same_tone():
    with two_sides() as (alice, bob):
        alice.start(bob, "opus")
        bob.start(alice, "opus")
        alice.rate, bob.rate = 44_100, 16_000
        with talking((alice, 500), (bob, 800)):
            wait_for(
                lambda: (
                    len(bob.heard) > 60
                    and abs(alice.pitch_heard - 800) < 5
                    and abs(bob.pitch_heard - 500) < 5
                ),
                "the tones",
            )


def test_the_received_jpeg_is_passed_on_as_it_came_and_not_decoded_unless_wanted():
    with two_sides() as (alice, bob):
        bob.session.wants_pixels = False
        alice.start(bob, "JPEG")
        bob.start(alice, "JPEG")
        alice.film(RED)
        wait_for(lambda: bob.shown and alice.own, "a picture")
        assert bob.shown[0].pixels is None
        assert (bob.shown[0].width, bob.shown[0].height) == (320, 240)
        assert bob.shown[0].jpeg == alice.own[0].jpeg


def test_latency_is_known_after_some_reports_and_agrees_with_the_true_one():
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", "JPEG")
        bob.start(alice, "opus", "JPEG")

        def known() -> bool:
            alice.film(RED)
            return bool(bob.shown) and bob.shown[-1].latency is not None

        with talking((alice, 500), (bob, 800)):
            wait_for(known, "a latency")
            wait_for(lambda: bob.session.history.audio, "a latency of sound")
        statistics = bob.session.statistics()
        assert abs(statistics.video.labkit.clockOffset) <= 0.05
        assert 0 < bob.shown[-1].latency < 1.0
        assert bob.session.history.video[-1][1] == bob.shown[-1].latency


def test_statistics_count_what_was_sent_and_what_came():
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", "JPEG")
        bob.start(alice, "opus", "JPEG")
        with talking((alice, 500), (bob, 800)):
            wait_for(lambda: len(bob.heard) > 50, "sound")
        sent = alice.session.statistics().audio.outbound.packetsSent

        def came() -> int:
            return bob.session.statistics().audio.inbound.packetsReceived

        wait_for(lambda: came() == sent, "the last packet")
        own = bob.session.statistics().audio.labkit
        fates = own.framesPlayed + own.packetsLate + own.packetsDuplicate
        assert sent == fates + own.framesLeftOut + own.framesWaiting
        assert own.packetsMissing == 0
        here, there = bob.session._audio.pair, alice.session._audio.pair
        key = (there.rtp_address, here.rtp_address, "received")
        assert bob.session._call.trace.rtp[key].packets == sent
        assert isinstance(bob.session.statistics().as_dict()["audio"], dict)


def test_reports_are_in_the_trace_of_both_sides():
    with two_sides() as (alice, bob):
        alice.start(bob, "opus")
        bob.start(alice, "opus")
        trace = bob.session._call.trace

        def both_ways() -> set[str]:
            return {record.direction for record in trace if record.plane == "media"}

        with talking((alice, 500), (bob, 800)):
            wait_for(lambda: both_ways() == {"sent", "received"}, "reports")
        assert all(record.transport == "UDP" for record in trace)


def test_hold_stops_sound_and_pictures_and_resume_brings_them_back_on_the_same_ports():
    with two_sides() as (alice, bob):
        names = "opus", "VP8"
        alice.start(bob, *names)
        bob.start(alice, *names)
        ports = dict(alice.session.ports)

        def film_until(colour: tuple[int, int, int]) -> None:
            def seen() -> bool:
                alice.film(colour)
                return sees(bob, colour)

            wait_for(seen, f"the colour {colour}")

        with talking((alice, 500), (bob, 800)):
            film_until(RED)
            bob.start(alice, *names, send=False, receive_on=False)
            alice.start(bob, *names, send=False, receive_on=False)
            before, heard = len(bob.shown), len(bob.heard)
            for _ in range(10):
                alice.film(GREEN)
            wait_for(lambda: len(bob.heard) > heard + 30, "silence")
            assert not np.any(bob.heard[-1])
            assert len(bob.shown) <= before + 1  # one may have been on its way
            assert alice.own[-1].pixels is not None  # one still sees oneself
            alice.start(bob, *names)
            bob.start(alice, *names)
            film_until(BLUE)
            wait_for(lambda: abs(bob.pitch_heard - 500) < 5, "the tone again")
        assert alice.session.ports == ports


def test_formats_may_change_in_the_middle_of_a_call():
    with two_sides() as (alice, bob):
        for names, colour in (("opus", "JPEG"), RED), (("PCMU", "VP8"), GREEN):
            alice.start(bob, *names)
            bob.start(alice, *names)

            def seen(colour=colour) -> bool:
                alice.film(colour)
                return sees(bob, colour)

            heard = len(bob.heard)
            with talking((alice, 500), (bob, 800)):
                wait_for(seen, f"the picture as {names[1]}")
                wait_for(
                    lambda heard=heard: (
                        len(bob.heard) > heard + 60 and abs(bob.pitch_heard - 500) < 5
                    ),
                    f"the tone as {names[0]}",
                )


def test_mute_sends_silence_and_pause_keeps_pictures_back():
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", "JPEG")
        bob.start(alice, "opus", "JPEG")
        alice.session.muted = alice.session.video_paused = True
        with talking((alice, 500), (bob, 800)):
            wait_for(lambda: len(bob.heard) > 60, "sound")
            alice.film(RED)
            wait_for(lambda: alice.own, "one's own picture")
        assert bob.session.levels[1] == 0.0
        assert bob.session.statistics().audio.inbound.packetsReceived > 20
        assert alice.own[-1].jpeg is None
        assert not bob.shown


def test_the_quality_may_change_during_a_call():
    noise = Random(1).randbytes(320 * 240 * 3)
    pixels = np.frombuffer(noise, np.uint8).reshape(240, 320, 3)
    sizes = []
    with two_sides() as (alice, bob):
        alice.start(bob, "JPEG")
        bob.start(alice, "JPEG")
        for quality in (90, 10):
            alice.session.quality = quality
            before = len(bob.shown)
            alice.session.send_picture(Picture(pixels, clock.now()))
            wait_for(lambda before=before: len(bob.shown) > before, "a picture")
            sizes.append(len(bob.shown[-1].jpeg))
        with pytest.raises(LocalError, match="1 to 99"):
            alice.session.quality = 0
    assert sizes[1] < sizes[0] / 3


def test_a_keyframe_is_sent_when_the_peer_asks_for_one():
    with two_sides() as (alice, bob):
        alice.start(bob, "VP8")
        bob.start(alice, "VP8")

        def keyframes() -> int:
            alice.film(RED)
            return alice.session.statistics().video.outbound.keyFramesEncoded

        wait_for(lambda: keyframes() >= 1 and len(bob.shown) > 3, "pictures")
        before = keyframes()
        bob.session.request_keyframe()
        wait_for(lambda: keyframes() > before, "a keyframe")
        assert alice.session.statistics().video.outbound.pliCount >= 1


def test_an_encoder_that_takes_long_gets_a_thread_of_its_own(monkeypatch):
    monkeypatch.setattr(media_video, "LONG", 0.0)
    with two_sides() as (alice, bob):
        alice.start(bob, "JPEG")
        bob.start(alice, "JPEG")
        alice.film(RED)

        def threads() -> list[str]:
            return [thread.name for thread in threading.enumerate()]

        assert "labkit-alice-video-encode" in threads()

        def seen() -> bool:
            alice.film(BLUE)
            return sees(bob, BLUE)

        wait_for(seen, "a picture from the other thread")
    assert "labkit-alice-video-encode" not in threads()


def test_a_picture_that_the_format_cannot_hold_is_counted_and_the_next_one_is_sent():
    with two_sides() as (alice, bob):
        alice.start(bob, "VP8")
        bob.start(alice, "VP8")
        alice.session.send_picture(picture_of(RED, width=321))

        def refused() -> dict[str, int]:
            return alice.session.statistics().video.labkit.refused

        wait_for(lambda: any("321" in reason for reason in refused()), "a refusal")

        def seen() -> bool:
            alice.film(RED)
            return sees(bob, RED)

        wait_for(seen, "a picture")


def flood(target: Address, packets: list[bytes], host: str = "127.0.0.9") -> Address:
    """Send all packets to `target` from an address of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        attacker.bind((host, 0))
        for packet in packets:
            attacker.sendto(packet, target)
        return Address(*attacker.getsockname())


def garbage(random: Random) -> list[bytes]:
    """Noise, and packets that begin well."""
    noise = [random.randbytes(random.randrange(0, 1400)) for _ in range(2000)]
    rtp = [
        b"\x80\x1a" + random.randbytes(random.randrange(10, 1300)) for _ in range(500)
    ]
    vp8 = [
        b"\x80\xe1" + random.randbytes(random.randrange(10, 1300)) for _ in range(500)
    ]
    return noise + rtp + vp8


@pytest.mark.parametrize("video", ["JPEG", "VP8"])
def test_floods_of_garbage_on_all_four_ports_are_counted_and_the_call_goes_on(video):
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", video)
        bob.start(alice, "opus", video)
        random = Random(7)

        def seen() -> bool:
            alice.film(GREEN)
            return sees(bob, GREEN)

        with talking((alice, 500), (bob, 800)):
            wait_for(lambda: seen() and len(bob.heard) > 50, "the call")
            lines = bob.session._audio, bob.session._video
            for line in lines:
                for target in (line.pair.rtp_address, line.pair.rtcp_address):
                    flood(target, garbage(random))
            before, heard = len(bob.shown), len(bob.heard)
            wait_for(
                lambda: seen() and len(bob.shown) > before + 5, "pictures after it"
            )
            wait_for(
                lambda: len(bob.heard) > heard + 60 and abs(bob.pitch_heard - 500) < 5,
                "sound after it",
            )
        refused = bob.session.statistics().audio.labkit.refused
        assert refused["malformed"] > 100
        assert refused["malformed report"] > 100
        notes = [r for r in bob.session._call.trace if r.note.startswith("dropped")]
        assert notes
        assert len(bob.session._call.trace) < 200  # a flood does not fill the trace


def test_strangers_from_other_hosts_are_not_heard(monkeypatch):
    with two_sides() as (alice, bob):
        alice.start(bob, "opus")
        bob.start(alice, "opus", remote=Address("192.0.2.1", 4000))
        packet = bytes.fromhex("80600001 00000001 00000002 f800")
        line = bob.session._audio
        flood(line.pair.rtp_address, [packet] * 5)
        flood(line.pair.rtcp_address, [packet] * 5)
        gate = line.gate.refused
        wait_for(
            lambda: gate["stranger"] >= 5 and gate["stranger's report"] >= 5, "refusals"
        )
        assert line.stream.sources.source is None
        # Notes are few a second for both sockets together, whoever is first.
        notes = [record.note for record in bob.session._call.trace]
        assert any(note.startswith("dropped, stranger") for note in notes)


def test_closing_frees_ports_and_threads_says_goodbye_and_may_be_done_twice():
    before = set(threading.enumerate())
    with two_sides() as (alice, bob):
        alice.start(bob, "opus", "JPEG")
        bob.start(alice, "opus", "JPEG")
        with talking((alice, 500), (bob, 800)):
            source = bob.session._audio.stream.sources
            wait_for(lambda: source.source is not None, "a packet")
        alice.session.close()
        alice.session.close()
        wait_for(lambda: source.source.left, "the goodbye")
        for port in alice.session.ports.values():
            for each in (port, port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
                    again.bind((alice.host, each))
        with pytest.raises(LocalError, match="closed"):
            alice.start(bob, "opus")
        assert not np.any(alice.session.next_sound(960, 48_000))
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert left <= {"labkit-loop"}


def test_a_session_that_never_started_closes_too():
    session = MediaSession("127.0.0.1", name="a", trace=Trace("a"), random=Random(1))
    assert set(session.ports) == {"audio", "video"}
    assert all(port % 2 == 0 for port in session.ports.values())
    session.close()
    assert session.statistics().audio is None


def test_an_address_that_is_not_ours_is_said_in_words():
    with pytest.raises(LocalError, match=r"cannot receive media on 192\.0\.2\.1"):
        MediaSession("192.0.2.1", name="a", trace=Trace("a"), random=Random(1))


def test_the_level_is_zero_for_silence_and_one_for_the_loudest():
    assert level(np.zeros(960, np.int16)) == 0.0
    assert level(np.full(960, -32_768, np.int16)) == 1.0
    assert 0.4 < level(np.full(960, 1000, np.int16)) < 0.6
