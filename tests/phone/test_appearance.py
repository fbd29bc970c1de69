"""Seen and heard otherwise in the middle of a call, over real sockets (C6-C9)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from phone.watching import Ear, pictures, pictures_stop, when

from labkit import CallState, DeviceError, LocalError, Phone, PictureQuality, Registry
from labkit.devices import Camera, MemorySpeaker, TestCard, Tone, timestamp
from labkit.errors import RemoteError
from labkit.frames import Picture
from labkit.net.shown import Shown
from labkit.phone.change_seen import change_seen
from labkit.signalling.machine.session import Session

FEW = 0.2
"""Seconds: a few pictures."""


def connect(caller: Phone, callee: Phone) -> None:
    caller.call(callee.name)
    callee.answer()
    caller.present_call.wait("accepted")
    pictures(callee, "peer", 1)


def until(phone: Phone, whose: str, true: Callable[[Shown], bool]) -> Shown:
    """The first picture that `phone` shows that makes `true` true."""
    found: list[Shown] = []
    came = threading.Event()

    def look(shown: Shown) -> None:
        if not found and true(shown):
            found.append(shown)
            came.set()

    stop = getattr(phone, whose).watch(look)
    assert came.wait(10), f"it was never seen: {phone.state}"
    stop()
    return found[0]


def wide(width: int) -> Callable[[Shown], bool]:
    return lambda shown: shown.width == width


def pixels(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def pitch(speaker: MemorySpeaker) -> float:
    """The strongest frequency in the last quarter of a second that it heard, in Hz."""
    last = speaker.heard[-speaker.rate // 4 :].astype(float)
    spectrum = np.abs(np.fft.rfft(last * np.hanning(len(last))))
    return float(spectrum.argmax() * speaker.rate / len(last))


class Broken(Camera):
    name, width, height, fps = "broken camera", 640, 480, 30.0

    def start(self, deliver: Callable[[Picture], None]) -> None:
        raise DeviceError("the broken camera cannot be used: unplugged?")

    def stop(self) -> None:
        pass


@pytest.fixture(params=["JPEG", "VP8", "H264"])
def pair(request: pytest.FixtureRequest, registry: Registry):
    """Alice and bob in a call with pictures of each format."""
    formats = ("PCMU", request.param)
    with (
        Phone("alice", registry, formats=formats, speaker=Ear()) as alice,
        Phone("bob", registry, formats=formats, speaker=Ear()) as bob,
    ):
        alice.register()
        bob.register()
        connect(alice, bob)
        yield alice, bob


def test_camera_and_quality_change_without_a_break_in_every_format(pair) -> None:
    """C8, C9: the same stream goes on; what predicts begins with a keyframe."""
    alice, bob = pair
    before = bob.media.statistics().video.inbound
    card, other = TestCard(480, 360), alice.devices.camera
    changes: list[tuple[Callable[[], object], int]] = [
        (lambda: alice.use(camera=card), 480),
        (lambda: setattr(alice, "picture_quality", "low"), 320),
        (lambda: setattr(alice, "picture_quality", "camera"), 480),
        (lambda: alice.use(camera=other), 640),
    ]
    gaps = dict.fromkeys(range(len(changes)), 9.9)
    for _ in range(3):  # a busy machine may pause; a break would be there each time
        for number, (change, width) in enumerate(changes):
            seen = change_seen(bob, change, wide(width))
            gaps[number] = min(gaps[number], seen.longest_gap)
            assert bob.peer.latest.width == alice.own.latest.width == width
        if max(gaps.values()) < FEW:
            break
    assert max(gaps.values()) < FEW
    shown = pictures(bob, "peer", 1)[0]
    assert timestamp.read(pixels(shown.as_jpeg())) is not None
    after = bob.media.statistics().video.inbound
    assert after.ssrc == before.ssrc
    assert after.packetsLost == 0
    assert after.keyFramesDecoded >= before.keyFramesDecoded + len(changes)
    assert bob.present_call.state is CallState.ACCEPTED


def test_a_smaller_quality_sends_fewer_smaller_pictures(alice, bob) -> None:
    connect(alice, bob)
    alice.picture_quality = PictureQuality(width=160, fps=5, quality=20)
    until(bob, "peer", wide(160))
    times = [shown.captured for shown in pictures(alice, "own", 6)]
    assert 0.9 < times[-1] - times[0] < 2.0  # five periods of 200 ms
    alice.picture_quality = "high"
    assert until(bob, "peer", wide(640)).height == 480  # never enlarged


@pytest.mark.parametrize("wanted", ["huge", 7, None])
def test_a_quality_that_is_none_changes_nothing(alice, wanted) -> None:
    before = alice.picture_quality
    with pytest.raises(LocalError, match="one of"):
        alice.picture_quality = wanted
    assert alice.picture_quality is before


def test_a_phone_is_made_with_a_quality(registry, bob) -> None:
    with Phone("alice", registry, picture_quality="low") as alice:
        assert alice.picture_quality.width == 320
        alice.register()
        connect(alice, bob)
        assert bob.peer.latest.width == 320
    with Phone("alice", registry, quality=77) as alice:
        assert alice.picture_quality == PictureQuality(quality=77)
    with pytest.raises(LocalError, match="quality is a whole number"):
        Phone("carol", registry, quality=100)


def test_a_pause_stops_the_pictures_and_nothing_else(alice, bob) -> None:
    """C6, C7: the peer is told, the voices go on, it is no hold."""
    connect(alice, bob)
    alice.pause_video()
    assert alice.state.video_paused
    when(bob, lambda state: state.call.peer_video_paused)
    assert bob.state.call.state is CallState.ACCEPTED
    assert not bob.state.call.held_by_peer
    assert "alice sends no pictures" in bob.state.notice
    pictures_stop(bob)
    pictures(alice, "peer", 3)
    assert bob.devices.speaker.hears(bob.devices.speaker._loud + 0.2)
    pictures(alice, "own", 2)  # one's own mirror goes on
    alice.resume_video()
    when(bob, lambda state: not state.call.peer_video_paused)
    pictures(bob, "peer", 3)
    assert not alice.state.video_paused


def test_a_peer_that_refuses_the_change_sees_no_pictures_all_the_same(
    alice, bob, monkeypatch
) -> None:
    connect(alice, bob)

    def refuse(*_: object) -> None:
        raise RemoteError("no")

    monkeypatch.setattr(Session, "answer", refuse)
    alice.pause_video()
    when(alice, lambda state: "your pictures stay paused" in state.notice)
    pictures_stop(bob)
    assert alice.state.video_paused
    alice.resume_video()
    pictures(bob, "peer", 2)


def test_hold_and_pause_together(alice, bob) -> None:
    connect(alice, bob)
    alice.pause_video()
    alice.hold().wait("held")
    when(bob, lambda state: state.call.held_by_peer)
    assert bob.state.call.peer_video_paused
    alice.resume()
    when(bob, lambda state: not state.call.held_by_peer)
    assert bob.state.call.peer_video_paused
    pictures_stop(bob)
    alice.resume_video()
    pictures(bob, "peer", 2)


def test_a_call_may_begin_paused_and_muted(alice, bob) -> None:
    alice.pause_video()
    alice.mute()
    alice.call("bob")
    bob.answer()
    pictures(alice, "peer", 2)
    when(bob, lambda state: state.call.peer_video_paused)
    assert bob.peer.latest is None

    def heard() -> int:
        return bob.media.statistics().audio.inbound.packetsReceived

    pictures(alice, "peer", 10)
    assert heard() > 5  # silence is sent, so that nobody takes it for a dead line
    assert bob.devices.speaker._loud == 0
    alice.unmute()
    alice.resume_video()
    assert bob.devices.speaker.hears(0.2)
    pictures(bob, "peer", 2)


def test_who_pauses_while_it_rings_is_paused_when_it_is_answered(alice, bob) -> None:
    alice.call("bob").wait("ringing")
    alice.pause_video()
    bob.answer()
    when(bob, lambda state: state.call.peer_video_paused)
    pictures_stop(bob)


def test_without_a_camera_at_first_and_with_one_later(registry, bob) -> None:
    with Phone("alice", registry, camera="none") as alice:
        alice.register()
        alice.call("bob")
        bob.answer()
        pictures(alice, "peer", 2)
        assert bob.state.call.peer_video_paused
        alice.use(camera="test")
        pictures(bob, "peer", 2)
        assert not bob.state.call.peer_video_paused
        alice.use(camera="none")
        when(bob, lambda state: state.call.peer_video_paused)
        pictures_stop(bob)


def test_a_camera_that_fails_leaves_the_former_going(alice, bob) -> None:
    connect(alice, bob)
    former = alice.devices.camera
    for camera in (Broken(), "file:nowhere.mp4", "camera:99"):
        with pytest.raises(DeviceError):
            alice.use(camera=camera)
        assert alice.devices.camera is former
        pictures(bob, "peer", 2)
    with pytest.raises(DeviceError, match=r"unplugged\? alice goes on"):
        alice.use(camera=Broken())


def test_microphone_and_loudspeaker_change_during_a_call(alice, bob) -> None:
    connect(alice, bob)
    alice.use(microphone=Tone(500))
    first = bob.devices.speaker
    assert first.hears(first._loud + 0.5)
    assert pitch(first) == pytest.approx(500, abs=15)
    second = Ear()
    found = bob.use(speaker=second)
    assert found is bob.devices
    assert found.speaker is second
    assert second.hears(0.3)
    alice.use(microphone="tone:1500")
    assert second.hears(second._loud + 0.8)
    assert pitch(second) == pytest.approx(1500, abs=15)
    sound = bob.media.statistics().audio.inbound
    assert sound.packetsLost == 0


def test_devices_chosen_before_a_call_are_those_of_the_call(alice, bob) -> None:
    alice.use(camera=TestCard(320, 240), microphone="tone:700")
    connect(alice, bob)
    until(bob, "peer", wide(320))
    speaker = bob.devices.speaker
    assert speaker.hears(speaker._loud + 0.5)
    assert pitch(speaker) == pytest.approx(700, abs=15)


def test_from_a_subscriber_a_change_does_not_wait(alice, bob) -> None:
    """A subscriber is called on the loop's thread, which must not wait for a camera."""
    connect(alice, bob)
    changed = threading.Event()

    def change(_: object) -> None:
        if not changed.is_set():
            changed.set()
            alice.use(camera=TestCard(320, 240))

    stop = alice.subscribe(change)
    bob.hold()
    assert changed.wait(5)
    stop()
    bob.resume()
    until(bob, "peer", wide(320))


def test_a_picture_to_keep(alice, bob) -> None:
    for whose in ("peer", "own"):
        with pytest.raises(LocalError, match="no picture"):
            alice.snapshot(whose)
    with pytest.raises(LocalError, match='"peer" or "own"'):
        alice.snapshot("both")
    connect(alice, bob)
    bob.picture_quality = "low"
    until(alice, "peer", wide(320))
    assert pixels(alice.snapshot()).shape == (240, 320, 3)
    assert pixels(alice.snapshot("own")).shape == (480, 640, 3)
    alice.hang_up().wait("over")
    assert alice.snapshot("peer").startswith(b"\xff\xd8")  # the last one stays


def test_the_last_picture_of_one_peer_is_not_taken_for_anothers(
    registry, alice, bob
) -> None:
    connect(alice, bob)
    pictures(alice, "peer", 1)
    alice.hang_up().wait("over")
    with Phone("carol", registry, camera="none") as carol:
        carol.register()
        alice.call("carol")
        carol.answer()
        pictures(carol, "peer", 1)
        with pytest.raises(LocalError, match="no picture of the peer"):
            alice.snapshot("peer")
