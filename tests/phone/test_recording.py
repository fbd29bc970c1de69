"""A call is recorded to a file, with the other's consent, and read back (RFC 7866)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from devices.recorded import (
    BLUE,
    GREEN,
    PlainCamera,
    Recording,
    is_like,
    pitch,
    read,
)
from phone.another_make import in_a_call_with
from phone.watching import Ear, pictures, when

from labkit import CallState, Echo, Phone
from labkit.errors import LocalError
from labkit.net import clock
from labkit.phone.recording_file import new_file


def phone_of(name, registry, colour, tone) -> Phone:
    phone = Phone(
        name,
        registry,
        camera=PlainCamera(colour),
        microphone=f"tone:{tone}",
        speaker=Ear(),
    )
    phone.register()
    return phone


@pytest.fixture
def alice(registry):
    """Blue, and 440 Hz."""
    with phone_of("alice", registry, BLUE, 440) as phone:
        yield phone


@pytest.fixture
def bob(registry):
    """Green, and 1000 Hz."""
    with phone_of("bob", registry, GREEN, 1000) as phone:
        yield phone


def connect(caller: Phone, callee: Phone) -> None:
    call = caller.call(callee.name)
    callee.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED
    pictures(caller, "peer", 2)
    pictures(callee, "peer", 2)


def stands(phone: Phone, word: str) -> None:
    when(phone, lambda state: state.call.recording == word)


def told(phone: Phone, words: str) -> None:
    when(phone, lambda state: words in state.notice)


def record(asker: Phone, other: Phone, path: Path, seen: int = 20) -> Path:
    """A call that is recorded with consent, and goes on until `seen` pictures came."""
    connect(asker, other)
    path = asker.record(path)
    stands(other, "asking")
    other.allow_recording()
    stands(asker, "on")
    stands(other, "peer")
    pictures(asker, "peer", seen)
    return path


def has_both(found: Recording) -> bool:
    """Blue and 440 Hz on this side, green and 1000 Hz on the other."""
    assert pitch(found.left) == pytest.approx(440, abs=5)
    assert pitch(found.right) == pytest.approx(1000, abs=5)
    return is_like(found.own_colour(), BLUE) and is_like(found.peer_colour(), GREEN)


def test_both_pictures_and_both_voices_are_recorded(alice, bob, tmp_path):
    connect(alice, bob)
    path = alice.record(tmp_path / "lesson")
    assert path == tmp_path / "lesson.webm"
    stands(alice, "asked")
    stands(bob, "asking")
    assert not path.exists()  # nothing before there is consent
    bob.allow_recording()
    stands(alice, "on")
    stands(bob, "peer")
    assert alice.state.call.records
    assert bob.state.call.recorded
    begun = clock.now()
    pictures(alice, "peer", 60)
    assert alice.stop_recording() == path
    seconds = clock.now() - begun
    stands(alice, "")
    stands(bob, "")
    found = read(path)
    assert found.codecs == ("vp8", "opus")
    assert has_both(found)
    assert found.seconds == pytest.approx(seconds, abs=0.8)
    told(bob, "alice does not record the call any more")


def test_a_refusal_leaves_no_file(alice, bob, tmp_path):
    connect(alice, bob)
    path = alice.record(tmp_path / "lesson.webm")
    stands(bob, "asking")
    bob.refuse_recording()
    told(alice, "bob does not want the call to be recorded")
    assert alice.state.call.recording == "refused"
    assert alice.stop_recording() is None
    assert not path.exists()
    assert alice.present_call.state is CallState.ACCEPTED


def test_consent_taken_back_ends_it_and_what_there_is_stays(alice, bob, tmp_path):
    path = record(alice, bob, tmp_path / "lesson.webm")
    bob.refuse_recording()
    told(alice, "bob wants no recording any more")
    assert alice.state.call.recording == "refused"
    stands(bob, "")
    assert alice._recordings.recorder.wait(5)
    length = read(path).seconds
    assert length > 0.2
    assert alice.media._audio.on_own_sound is None  # nobody listens any more
    pictures(alice, "peer", 10)
    assert read(path).seconds == length


def test_it_ends_with_the_call(alice, bob, tmp_path):
    path = record(alice, bob, tmp_path / "lesson.webm")
    bob.hang_up()
    alice.present_call.wait("over")
    assert alice._recordings.recorder.wait(5)
    assert read(path).seconds > 0.2
    assert alice.state.call.recording == ""


def test_closing_the_phone_finishes_the_file(alice, bob, tmp_path):
    path = record(alice, bob, tmp_path / "lesson.webm")
    alice.close()
    assert read(path).seconds > 0.2
    assert not alice._recordings.recorder._thread.is_alive()


def test_both_record_at_once_each_with_consent(alice, bob, tmp_path):
    connect(alice, bob)
    paths = []
    for asker, other in ((alice, bob), (bob, alice)):
        paths.append(asker.record(tmp_path / f"{asker.name}.webm"))
        stands(other, "asking")
        other.allow_recording()
        when(asker, lambda state: state.call.records)
        when(other, lambda state: state.call.recorded)
    pictures(bob, "peer", 30)
    for phone in (alice, bob):
        phone.stop_recording()
    hers, his = map(read, paths)
    assert is_like(hers.own_colour(), BLUE)
    assert is_like(his.own_colour(), GREEN)
    assert is_like(his.peer_colour(), BLUE)


def test_what_the_peer_does_not_get_is_not_in_it(alice, bob, tmp_path):
    """A muted voice, a paused camera, a held call."""
    connect(alice, bob)
    alice.media.muted = alice.media.video_paused = True
    path = alice.record(tmp_path / "lesson.webm")
    stands(bob, "asking")
    bob.allow_recording()
    stands(alice, "on")
    pictures(alice, "peer", 20)
    alice.hold()
    when(bob, lambda state: state.call.state is CallState.HELD)
    pictures(alice, "own", 20)
    alice.stop_recording()
    found = read(path)
    assert abs(found.left).max() < 0.01
    assert is_like(found.own_colour(), (0, 0, 0)) or is_like(found.own_colour(), GREEN)
    assert is_like(found.peer_colour(), GREEN)  # the last one stays
    assert abs(found.right[-9600:-4800]).max() < 0.01


def test_a_limit_ends_the_recording_and_not_the_call(alice, bob, tmp_path):
    connect(alice, bob)
    path = alice.record(tmp_path / "lesson.webm", minutes=0.005)
    stands(bob, "asking")
    bob.allow_recording()
    stands(alice, "on")
    told(alice, "The recording ends here; the call goes on")
    stands(alice, "")
    assert alice._recordings.recorder.wait(5)
    stands(bob, "")
    assert read(path).seconds == pytest.approx(0.3, abs=0.1)
    assert pictures(alice, "peer", 5)


def test_a_picture_in_vp8_and_sound_in_pcmu_are_recorded_alike(registry, bob, tmp_path):
    with Phone(
        "carol",
        registry,
        camera=PlainCamera(BLUE, (320, 240)),
        microphone="tone:440",
        formats=("PCMU", "VP8"),
        speaker=Ear(),
    ) as carol:
        path = record(carol, bob, tmp_path, seen=40)
        carol.stop_recording()
    found = read(path)
    assert re.fullmatch(r"call-\d{4}-\d\d-\d\d-\d{6}\.webm", path.name)
    assert has_both(found)


def test_the_echo_allows_it(registry, alice, tmp_path):
    with Echo("echo", registry) as echo:
        echo.register()
        alice.call("echo").wait()
        alice.record(tmp_path / "alone.webm")
        stands(alice, "on")


# --- who cannot be asked, and where nothing can be written ---


def test_a_phone_that_is_not_record_aware_is_not_recorded(alice, tmp_path):
    with in_a_call_with(alice):
        with pytest.raises(LocalError, match=r"old's phone cannot be asked"):
            alice.record(tmp_path / "lesson.webm")
        assert alice.state.call.recording == ""
        assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_when_nothing_could_be_written(alice, bob, tmp_path):
    connect(alice, bob)
    there = tmp_path / "there.webm"
    there.write_text("precious")
    for path, said in (
        (there, "exists already"),
        (tmp_path / "no" / "a.webm", "there is no folder"),
        (tmp_path / "a.mp4", "call it a.webm"),
        (there / "a.webm", "there is no folder"),
    ):
        with pytest.raises(LocalError, match=said):
            alice.record(path)
    with pytest.raises(LocalError, match="minutes"):
        alice.record(tmp_path / "a.webm", minutes=0)
    assert bob.state.call.recording == alice.state.call.recording == ""
    assert there.read_text() == "precious"
    assert alice.record(there, overwrite=True) == there
    assert there.read_text() == "precious"  # until there is consent


def test_in_no_call_there_is_nothing_to_record_nor_to_allow(alice, tmp_path):
    for act in (
        lambda: alice.record(tmp_path / "a.webm"),
        alice.stop_recording,
        alice.allow_recording,
        alice.refuse_recording,
    ):
        with pytest.raises(LocalError, match="no call"):
            act()


def test_a_folder_names_the_file_by_the_time_and_counts_on(tmp_path):
    first = new_file(tmp_path)
    first.touch()
    second = new_file(tmp_path)
    assert second != first
    assert second.parent == first.parent == tmp_path


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(LocalError, match="nothing can be written"):
        new_file(tmp_path / "a.webm")


def test_a_home_folder_may_be_meant(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert new_file(Path("~/a.webm")) == tmp_path / "a.webm"
