"""A device from a few letters."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices import (
    Camera,
    FoundDevice,
    LocalCamera,
    LocalMicrophone,
    LocalSpeaker,
    MemorySpeaker,
    Microphone,
    NoCamera,
    Silence,
    SoundFile,
    Speaker,
    SyntheticVoice,
    TestCard,
    Tone,
    VideoFile,
    camera,
    microphone,
    speaker,
)
from labkit.errors import DeviceError


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("test", TestCard),
        ("none", NoCamera),
        ("camera", LocalCamera),
        ("camera:1", LocalCamera),
    ],
)
def test_cameras_by_name(spec: str, kind: type[Camera]) -> None:
    assert type(camera(spec, "bob")) is kind


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("test", SyntheticVoice),
        ("voice", SyntheticVoice),
        ("none", Silence),
        ("tone", Tone),
        ("tone:1000", Tone),
        ("mic", LocalMicrophone),
        ("mic:2", LocalMicrophone),
    ],
)
def test_microphones_by_name(spec: str, kind: type[Microphone]) -> None:
    assert type(microphone(spec, "bob")) is kind


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("memory", MemorySpeaker),
        ("none", MemorySpeaker),
        ("speaker", LocalSpeaker),
        ("speaker:0", LocalSpeaker),
    ],
)
def test_speakers_by_name(spec: str, kind: type[Speaker]) -> None:
    assert type(speaker(spec)) is kind


def test_the_test_card_and_the_voice_are_their_owner_s() -> None:
    assert camera("test", "bob").name == "bob"
    assert microphone("test", "bob").name == "bob"


def test_numbers_reach_the_device() -> None:
    assert camera("camera:3").index == 3
    assert camera("camera").index == 0
    assert microphone("mic:2").index == 2
    assert microphone("mic").index is None
    assert speaker("speaker:1").index == 1
    assert microphone("tone:1000").frequency == 1000


def test_a_device_is_taken_as_it_is() -> None:
    card, tone, memory = TestCard(), Tone(), MemorySpeaker()
    assert camera(card) is card
    assert microphone(tone) is tone
    assert speaker(memory) is memory


def test_files_by_path_with_and_without_the_word(film: Path) -> None:
    for spec in (str(film), f"file:{film}"):
        assert type(camera(spec)) is VideoFile
        assert type(microphone(spec)) is SoundFile


def test_one_film_for_both_plays_picture_and_sound_together(film: Path) -> None:
    picture = camera(str(film))
    together = microphone(str(film), beside=picture)
    alone = microphone(str(film), beside=camera("test"))
    assert isinstance(picture, VideoFile)
    assert isinstance(together, SoundFile)
    assert isinstance(alone, SoundFile)
    assert together._playback is picture._playback
    assert alone._playback is not picture._playback


def test_auto_is_the_test_card_where_there_is_no_camera(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labkit.devices.chosen.find_cameras", list)
    assert type(camera("auto")) is TestCard
    found = FoundDevice("camera", "webcam", 2)
    monkeypatch.setattr("labkit.devices.chosen.find_cameras", lambda: [found])
    assert camera("auto").index == 2


@pytest.mark.parametrize("choose", [camera, microphone, speaker])
@given(spec=st.text(max_size=12))
def test_any_text_gives_a_device_or_a_sentence(choose, spec: str) -> None:
    with contextlib.suppress(DeviceError):
        assert choose(spec).name


@pytest.mark.parametrize(
    ("choose", "spec"),
    [(camera, "camera:x"), (camera, "tv"), (microphone, "mic:-1"), (speaker, "tone")],
)
def test_what_nobody_knows_is_answered_with_what_can_be_chosen(choose, spec) -> None:
    with pytest.raises(DeviceError, match=f'"{spec}": choose auto, '):
        choose(spec)
