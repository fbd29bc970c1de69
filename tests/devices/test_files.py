"""Films and sound files as cameras and microphones, looped at their own pace (C9)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labkit.devices import SoundFile, VideoFile
from labkit.devices.fit import fitted, sendable
from labkit.devices.sound_file import Reel, decoded, rounds
from labkit.errors import DeviceError
from labkit.frames import Picture, Sound
from tests.devices.collecting import Collector, labkit_threads
from tests.devices.conftest import FILM_FPS, FILM_RATE, FILM_SECONDS, FILM_TONE


def frame_number(picture: Picture) -> int:
    """Which picture of the film this is: each is 4 grey levels lighter."""
    return round(float(picture.pixels.mean()) / 4)


def test_a_film_is_shown_at_its_own_pace_and_begins_again(film: Path) -> None:
    camera = VideoFile(film)
    assert (camera.width, camera.height) == (176, 144)
    assert camera.fps == FILM_FPS
    wanted = FILM_SECONDS * FILM_FPS + 20
    collect: Collector[Picture] = Collector(wanted)
    camera.start(collect)
    pictures = collect.wait()
    began = camera._playback._began
    camera.stop()
    camera.stop()
    assert labkit_threads() == []
    assert {picture.pixels.shape for picture in pictures} == {(144, 176, 3)}
    # A picture may be late on a busy machine; it is never early, in no round.
    rounds_played, before = 0, -1
    for picture in pictures:
        number = frame_number(picture)
        rounds_played += number < before - 2  # a grey level may be one off
        before = number
        due = FILM_SECONDS * rounds_played + number / FILM_FPS
        assert picture.captured - began > due - 0.05
    assert rounds_played >= 1


def test_the_sound_of_a_film_has_its_tone_at_any_rate(film: Path) -> None:
    for rate in (8_000, 48_000):
        wave = np.concatenate(list(decoded(film, rate)))
        assert abs(len(wave) - FILM_SECONDS * rate) < 0.1 * rate
        middle = wave[rate // 2 : rate // 2 + rate]
        assert np.abs(np.fft.rfft(middle)).argmax() == FILM_TONE


def test_a_sound_file_is_played_block_by_block(film: Path) -> None:
    microphone = SoundFile(film)
    collect: Collector[Sound] = Collector(30)
    microphone.start(collect, 8_000, 160)
    sounds = collect.wait()
    microphone.stop()
    microphone.stop()
    assert labkit_threads() == []
    assert {(len(sound.samples), sound.rate) for sound in sounds} == {(160, 8_000)}
    wave = np.concatenate([sound.samples for sound in sounds])
    assert abs(np.abs(np.fft.rfft(wave)).argmax() * 8_000 / len(wave) - FILM_TONE) < 10


def test_a_round_of_sound_is_as_long_as_the_film_whatever_the_codec_made(
    film: Path,
) -> None:
    for a_round in (FILM_SECONDS * FILM_RATE - 5_000, FILM_SECONDS * FILM_RATE + 5_000):
        once = np.concatenate(list(decoded(film, FILM_RATE)))
        looped = Reel(rounds(film, FILM_RATE, a_round), a_round)
        first = looped.at(0, a_round)
        second = looped.at(a_round, a_round)
        assert (first == second).all()
        whole = min(a_round, len(once))
        assert (first[:whole] == once[:whole]).all()
        assert not first[whole:].any()


def test_a_reel_skips_what_nobody_asked_for() -> None:
    def count_to(end: int):
        for begin in range(0, end, 7):
            yield np.arange(begin, begin + 7, dtype=np.int16)

    reel = Reel(count_to(1000), 10_000)
    assert list(reel.at(3, 5)) == [3, 4, 5, 6, 7]
    assert list(reel.at(8, 2)) == [8, 9]
    assert list(reel.at(100, 3)) == [100, 101, 102]
    assert list(reel.at(102, 9)) == list(range(102, 111))


def test_after_a_long_stall_a_reel_skips_whole_rounds_without_reading_them() -> None:
    read = 0

    def ones_to_ten():
        nonlocal read
        while True:
            read += 1
            yield np.arange(10, dtype=np.int16)

    reel = Reel(ones_to_ten(), 10)
    assert list(reel.at(0, 4)) == [0, 1, 2, 3]
    assert list(reel.at(1_000_002, 3)) == [2, 3, 4]
    assert read <= 3


def test_the_picture_and_the_sound_of_a_film_begin_together(film: Path) -> None:
    camera = VideoFile(film)
    sound = camera.sound()
    pictures: Collector[Picture] = Collector(3)
    sounds: Collector[Sound] = Collector(3)
    camera.start(pictures)
    pictures.wait()
    sound.start(sounds, 8_000, 160)  # later, and yet in step
    sounds.wait()
    assert sound._playback is camera._playback
    assert sound._offset >= 2 * 8_000 // FILM_FPS - 160
    sound.stop()
    camera.stop()
    assert camera._playback._players == 0


@pytest.mark.parametrize("device", [VideoFile, SoundFile])
def test_a_missing_or_broken_file_is_a_sentence(device: type, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="there is no file"):
        device(tmp_path / "absent.mp4")
    with pytest.raises(DeviceError, match="there is no file"):
        device(tmp_path)
    for number, content in enumerate((b"", b"not a film", bytes(range(256)) * 64)):
        broken = tmp_path / f"broken{number}.mp4"
        broken.write_bytes(content)
        with pytest.raises(DeviceError, match=r"cannot be played .*ffmpeg -i broken"):
            device(broken)


def test_a_film_whose_end_is_missing_is_refused_in_words(
    film: Path, tmp_path: Path
) -> None:
    whole = film.read_bytes()
    for part in (0.1, 0.5, 0.9):  # an MP4's table of contents stands at its end
        cut = tmp_path / f"cut{part}.mp4"
        cut.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(DeviceError, match="cannot be played"):
            VideoFile(cut)


def test_a_film_without_sound_says_so(silent_film: Path) -> None:
    with pytest.raises(DeviceError, match="has no sound"):
        SoundFile(silent_film)
    with pytest.raises(DeviceError, match="has no sound"):
        VideoFile(silent_film).sound()


def test_a_sound_file_has_no_picture(human_voice: Path) -> None:
    with pytest.raises(DeviceError, match="has no picture"):
        VideoFile(human_voice)
    assert len(np.concatenate(list(decoded(human_voice, 48_000)))) > 48_000


def test_a_talking_head_is_sent_in_its_own_size(carphone_clip: Path) -> None:
    camera = VideoFile(carphone_clip)
    assert (camera.width, camera.height) == (176, 144)
    assert 20 < camera.fps < 31


@pytest.mark.parametrize(
    ("size", "sent"),
    [
        ((640, 480), (640, 480)),
        ((182, 146), (176, 144)),
        ((3840, 2160), (1920, 1080)),
        ((1080, 1920), (600, 1080)),
        ((5, 5), (16, 16)),
    ],
)
def test_any_size_becomes_one_that_can_be_sent(
    size: tuple[int, int], sent: tuple[int, int]
) -> None:
    assert sendable(*size) == sent


def test_a_picture_of_another_shape_is_cut_and_not_bent() -> None:
    wide = np.zeros((720, 1280, 3), np.uint8)
    wide[:, 320:960] = 200  # a square would stay a square
    shown = fitted(wide, 640, 480)
    assert shown.shape == (480, 640, 3)
    assert np.flatnonzero(shown[240, :, 0] > 100).size == pytest.approx(427, abs=3)
