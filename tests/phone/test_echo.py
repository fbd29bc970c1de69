"""The echo answers by itself and gives back picture and sound, in every format."""

from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest
from phone.watching import Ear, pictures, when

from labkit import CallState, Echo, Phone
from labkit.devices import timestamp
from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.net import clock


@pytest.fixture
def echo(registry):
    with Echo("echo", registry) as phone:
        phone.register()
        yield phone


def caller(registry, *formats: str) -> Phone:
    return Phone(
        "alice", registry, formats=formats, microphone="tone:440", speaker=Ear()
    )


def age_of(shown) -> float:
    """Seconds since the test card that came back was drawn."""
    pixels = shown.pixels
    if pixels is None:
        pixels = cv2.imdecode(np.frombuffer(shown.jpeg, np.uint8), cv2.IMREAD_COLOR)
    drawn = timestamp.read(pixels)
    assert drawn is not None
    return clock.now() - drawn


@pytest.mark.parametrize(
    "formats", [("opus", "JPEG"), ("PCMU", "VP8"), ("PCMA", "H264")]
)
def test_picture_and_sound_come_back_in_the_format_in_which_they_came(
    registry, echo, formats
):
    with caller(registry, *formats) as alice:
        alice.call("echo").wait("accepted")
        assert alice.devices.speaker.hears(seconds=0.5)
        assert 0 < age_of(pictures(alice, "peer", 5)[-1]) < 2
        found = echo.media.statistics()
        assert (found.audio.codec, found.video.codec) == formats
        assert pitch_of(alice.devices.speaker) == pytest.approx(440, abs=5)


def pitch_of(speaker: Ear) -> float:
    """The strongest frequency of the last half second heard, in hertz."""
    heard = speaker.heard[-speaker.rate // 2 :]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum)) * speaker.rate / len(heard)


def test_they_come_back_so_much_later_as_was_asked_for(registry):
    with Echo("echo", registry, delay=1.0) as echo:
        echo.register()
        with Phone("alice", registry, speaker=Ear()) as alice:
            alice.call("echo").wait("accepted")
            assert 1.0 < age_of(pictures(alice, "peer", 3)[-1]) < 3.0


def test_the_next_call_is_taken_after_one_ends_whoever_ends_it(registry, echo):
    with Phone("alice", registry, speaker=Ear()) as alice:
        for number in range(3):
            call = alice.call("echo").wait("accepted")
            assert call.state is CallState.ACCEPTED
            pictures(alice, "peer", 2)
            (echo if number == 1 else alice).hang_up()
            call.wait("over")
            when(echo, lambda state: not state.busy)


def test_a_second_caller_is_told_busy(registry, echo):
    with (
        Phone("alice", registry, speaker=Ear()) as alice,
        Phone("bob", registry) as bob,
    ):
        alice.call("echo").wait("accepted")
        assert "busy" in bob.call("echo").wait("over").why
        pictures(alice, "peer", 2)


def test_a_caller_who_vanished_does_not_keep_the_line(registry):
    with Echo("echo", registry, silent=0.3) as echo, Phone("alice", registry) as alice:
        echo.register()
        call = alice.call("echo").wait("accepted")
        pictures(alice, "peer", 1)
        alice.link.set(there=Conditions(loss=1.0))  # nothing leaves any more
        call.wait("over")
        when(echo, lambda state: not state.busy)


def test_closing_an_echo_in_a_call_leaves_no_thread_behind(registry):
    before = set(threading.enumerate())
    echo = Echo("echo", registry)
    echo.register()
    with Phone("alice", registry) as alice:
        call = alice.call("echo").wait("accepted")
        pictures(alice, "peer", 1)
        echo.close()
        assert call.wait("over").state is CallState.ENDED
    left = {t for t in threading.enumerate() if "labkit" in t.name} - before
    assert not {t for t in left if t.name != "labkit-loop"}
    with pytest.raises(LocalError, match="closed"):
        echo.register()


def test_a_delay_that_cannot_be_leaves_nothing_open(registry):
    with pytest.raises(LocalError, match="0 to 10 seconds"):
        Echo("echo", registry, delay=11)
