"""The phone's plain methods, over real sockets: A1-A13, B11-B18 in substance."""

import socket

import cv2
import numpy as np
import pytest
from phone.watching import Ear, pictures, pictures_stop, when

from labkit import CallState, Phone
from labkit.devices import Camera, timestamp
from labkit.errors import DeviceError, LocalError, NoAnswer
from labkit.net import clock
from labkit.net.registry_client import RegistryClient
from labkit.net.registry_errors import NameTaken, UnknownUser


def connect(caller: Phone, callee: Phone) -> None:
    call = caller.call(callee.name)
    callee.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def start_lines(phone: Phone) -> list[str]:
    return [
        record.data.split(b"\r\n")[0].decode()
        for record in phone.trace
        if record.plane == "signalling"
    ]


def test_the_whole_walk_from_register_to_hang_up(alice, bob, registry):
    """A1, A2, A9, A10-A13: what the first notebook does."""
    assert {user.name for user in alice.users()} == {"alice", "bob"}
    found = alice.query("bob")
    assert (found.host, found.port) == bob.address

    call = alice.call("bob")
    call.wait("ringing")
    bob.answer()
    call.wait("accepted")

    for phone in (alice, bob):
        early, late = pictures(phone, "peer", 10)[::9]
        first = cv2.imdecode(np.frombuffer(early.as_jpeg(), np.uint8), 1)
        last = cv2.imdecode(np.frombuffer(late.as_jpeg(), np.uint8), 1)
        before, after = timestamp.read(first), timestamp.read(last)
        assert before is not None
        assert after is not None
        assert 0 < after - before < 5
        assert abs(clock.now() - after) < 5

    call.hang_up()
    call.wait("over")
    bob.present_call.wait("over")
    assert call.state is bob.present_call.state is CallState.ENDED
    lines = start_lines(alice)
    assert lines[0].startswith("INVITE sip:bob@")
    assert "SIP/2.0 180 Ringing" in lines
    assert "SIP/2.0 200 OK" in lines
    assert any(line.startswith("ACK ") for line in lines)
    assert any(line.startswith("BYE ") for line in lines)


def test_the_acceptance_carries_the_ports_of_audio_and_video(alice, bob):
    """A11."""
    connect(alice, bob)
    answers = [r.data for r in alice.trace if r.data.startswith(b"SIP/2.0 200")]
    ports = bob.media.ports
    assert f"m=audio {ports['audio']} RTP/AVP".encode() in answers[0]
    assert f"m=video {ports['video']} RTP/AVP".encode() in answers[0]


def test_both_voices_are_heard(alice, bob):
    """A12: the synthetic voices speak, and both loudspeakers hear more than silence."""
    connect(alice, bob)
    for phone in (alice, bob):
        assert phone.devices.speaker.hears(seconds=0.5)


def test_declined_is_told_apart_from_busy(registry, alice, bob):
    """B15, B16: a third caller gets busy, and the call goes on undisturbed."""
    call = alice.call("bob")
    bob.refuse()
    call.wait("over")
    assert call.state is CallState.REFUSED
    assert "declined" in call.why

    connect(alice, bob)
    with Phone("carol", registry) as carol:
        refused = carol.call("bob").wait("over")
        assert refused.state is CallState.REFUSED
        assert "busy" in refused.why
    assert bob.present_call.peer == "alice"
    assert bob.present_call.state is CallState.ACCEPTED
    pictures(bob, "peer", 3)


def test_hanging_up_before_the_answer_cancels(alice, bob):
    call = alice.call("bob").wait("ringing")
    call.hang_up()
    call.wait("over")
    assert call.state is CallState.CANCELLED
    when(bob, lambda state: state.call.state is CallState.CANCELLED)
    with pytest.raises(NoAnswer, match="no call came in"):
        bob.answer(timeout=0.01)


def test_a_call_that_nobody_answers_ends_by_itself(registry, alice):
    with Phone("bob", registry, ring_for=0.2) as bob:
        bob.register()
        call = alice.call("bob")
        call.wait("over")
        assert call.state is CallState.UNANSWERED


def test_hold_stops_the_pictures_and_resume_brings_them_back(alice, bob):
    connect(alice, bob)
    pictures(bob, "peer", 2)
    alice.hold()
    alice.present_call.wait("held")
    when(bob, lambda state: state.call.held_by_peer)
    for phone in (alice, bob):  # neither is seen, whoever pressed Hold
        pictures_stop(phone)
    alice.resume()
    when(alice, lambda state: state.call.state is CallState.ACCEPTED)
    pictures(bob, "peer", 3)
    pictures(alice, "peer", 3)


def test_bob_can_hang_up_too_and_a_second_call_works(alice, bob):
    connect(alice, bob)
    bob.hang_up()
    alice.present_call.wait("over")
    connect(bob, alice)
    pictures(alice, "peer", 2)


def test_hanging_up_twice_is_no_error(alice, bob):
    connect(alice, bob)
    call = alice.present_call
    call.hang_up().wait("over")
    assert call.hang_up().state is CallState.ENDED


def test_a_name_that_is_taken_is_told_in_words(registry):
    """B6: somebody else, on another machine as it were, has the name already."""
    somebody = RegistryClient(registry.address, observer="somebody")
    somebody.register("carol", "127.0.0.1", 6000)
    with Phone("carol", registry) as carol:
        with pytest.raises(NameTaken, match=r"carol.*'carol-2' is free"):
            carol.register()
        assert not carol.state.registered
    somebody.quit()


def test_a_name_with_a_space_is_refused_before_anything_is_sent():
    with pytest.raises(LocalError, match="space"):
        Phone("a lice")


def test_an_unknown_name_is_told_and_the_phone_stays_free(alice):
    """B7."""
    with pytest.raises(UnknownUser, match="zed"):
        alice.call("zed")
    assert not alice.state.busy


def test_one_cannot_call_oneself_or_twice(alice, bob):
    with pytest.raises(LocalError, match="is you"):
        alice.call("alice")
    alice.call("bob")
    with pytest.raises(LocalError, match="hang up first"):
        alice.call("bob")


def test_making_the_same_phone_again_closes_the_first(registry):
    """Running a cell twice is safe."""
    first = Phone("dora", registry)
    first.register()
    second = Phone("dora", registry)
    second.register()
    assert "closed" in repr(first)
    with pytest.raises(LocalError, match="closed"):
        first.call("bob")
    assert [user.name for user in second.users()] == ["dora"]
    second.close()


def test_losing_the_registry_is_said_and_the_call_goes_on(registry, alice, bob):
    connect(alice, bob)
    registry.close()
    when(alice, lambda state: not state.registered)
    assert "register again" in alice.state.notice
    pictures(alice, "peer", 3)
    with pytest.raises(NoAnswer):
        alice.query("bob")


def test_unregister_waits_for_goodbye(registry, alice):
    """A3, A8."""
    alice.unregister()
    assert registry.users == []
    assert alice.trace.records[-1].data.startswith(b"221")
    with pytest.raises(LocalError, match="not registered"):
        alice.unregister()


def test_a_call_needs_no_registry_when_the_address_is_known(bob):
    with Phone("eve") as eve:
        call = eve.call(f"sip:bob@{bob.address}")
        bob.answer()
        call.wait("accepted")
        pictures(eve, "peer", 2)


class BrokenCamera(Camera):
    """A camera that cannot be opened."""

    name, width, height, fps = "broken", 640, 480, 30

    def start(self, deliver):
        raise DeviceError("The camera is in use by another program.")

    def stop(self):
        pass


def test_a_broken_camera_is_told_and_the_call_goes_on(registry, alice):
    with Phone("bob", registry, camera=BrokenCamera()) as bob:
        bob.register()
        connect(alice, bob)
        when(bob, lambda state: "in use by another program" in state.notice)
        pictures(bob, "peer", 2)


def test_garbage_on_the_port_for_calls_leaves_the_call_unharmed(alice, bob):
    connect(alice, bob)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for rubbish in (b"", b"\0" * 1400, b"INVITE\r\n\r\n", b"\xff" * 9000):
            for _ in range(50):
                stranger.sendto(rubbish, bob.address)
    assert bob.present_call.state is CallState.ACCEPTED
    pictures(bob, "peer", 3)


def test_the_reprs_are_worth_reading(alice, bob):
    assert "registered; no call" in repr(alice)
    connect(alice, bob)
    assert "call to bob" in repr(alice)
    assert "call from alice" in repr(bob.present_call)


def test_a_format_nobody_speaks_is_refused_by_name():
    with pytest.raises(LocalError, match="G729"):
        Phone("eve", formats=("G729",))


@pytest.mark.parametrize("sound", ["PCMU", "PCMA", "opus"])
@pytest.mark.parametrize("pictures_in", ["JPEG", "VP8"])
def test_every_pair_of_formats_makes_a_call(registry, sound, pictures_in):
    formats = (sound, pictures_in)
    with (
        Phone("alice", registry, formats=formats) as alice,
        Phone("bob", registry, formats=formats, speaker=Ear()) as bob,
    ):
        alice.register()
        bob.register()
        connect(alice, bob)
        shown = pictures(bob, "peer", 3)[-1]
        image = cv2.imdecode(np.frombuffer(shown.as_jpeg(), np.uint8), 1)
        assert timestamp.read(image) is not None
        assert bob.devices.speaker.hears(seconds=0.2)
