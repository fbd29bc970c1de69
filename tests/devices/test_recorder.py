"""A recorder writes both voices and pictures, holds nobody up, and ends well."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from labkit.devices import Tone
from labkit.devices.recorder import Recorder
from labkit.devices.recorder.recorder import MOST_PICTURES, MOST_SOUNDS
from labkit.devices.recorder.webm import WebmFile
from labkit.errors import DeviceError, RemoteError
from labkit.frames import Picture, Sound
from labkit.net import clock
from tests.conftest import ROOT
from tests.devices.recorded import (
    BLUE,
    GREEN,
    RED,
    PlainCamera,
    is_like,
    pitch,
    read,
)

PATIENCE = 20
Ended = list[str]


class Scene:
    """Two cameras and two microphones, and a recorder that gets what they deliver."""

    def __init__(self, recorder: Recorder, rates: tuple[int, int] = (48_000, 48_000)):
        self.recorder = recorder
        self.cameras = {"own": PlainCamera(BLUE), "peer": PlainCamera(GREEN)}
        self.microphones = {"own": Tone(440.0), "peer": Tone(1000.0)}
        self.rates = dict(zip(("own", "peer"), rates, strict=True))
        self._blocks = 0
        self._counted = threading.Condition()

    def __enter__(self) -> Scene:
        for whose in ("own", "peer"):
            self.cameras[whose].start(partial(self._see, whose))
            rate = self.rates[whose]
            self.microphones[whose].start(partial(self._hear, whose), rate, rate // 50)
        return self

    def __exit__(self, *_: object) -> None:
        for device in (*self.cameras.values(), *self.microphones.values()):
            device.stop()

    def last(self, seconds: float) -> None:
        """Return when so much of one's own voice was delivered."""
        with self._counted:
            end = self._blocks + round(seconds * 50)
            assert self._counted.wait_for(lambda: self._blocks >= end, PATIENCE)

    def _see(self, whose: str, picture: Picture) -> None:
        self.recorder.see(whose, picture.captured, lambda: picture.pixels)

    def _hear(self, whose: str, sound: Sound) -> None:
        self.recorder.hear(whose, sound)
        with self._counted:
            self._blocks += whose == "own"
            self._counted.notify_all()


def record(path: Path, seconds: float, **settings: object) -> tuple[Recorder, float]:
    """Also returns for how long it recorded: on a busy machine a bit longer."""
    begin, recorder = clock.now(), Recorder(path, **settings)
    with Scene(recorder) as scene:
        scene.last(seconds)
        recorder.stop()
        end = clock.now()
        assert recorder.wait(PATIENCE)
    return recorder, end - begin


def test_both_voices_and_both_pictures_are_in_it(tmp_path: Path) -> None:
    path = tmp_path / "both.webm"
    recorder, seconds = record(path, 1.5)
    found = read(path)
    assert found.codecs == ("vp8", "opus")
    assert pitch(found.left) == pytest.approx(440, abs=4)
    assert pitch(found.right) == pytest.approx(1000, abs=4)
    assert is_like(found.own_colour(), BLUE)
    assert is_like(found.peer_colour(), GREEN)
    assert found.seconds == pytest.approx(seconds, abs=0.15)
    count = len(found.pictures) + recorder.skipped
    assert count == pytest.approx(15 * seconds, abs=3)


def test_a_picture_that_nobody_follows_stays_and_is_followed_by_the_next(
    tmp_path: Path,
) -> None:
    path = tmp_path / "held.webm"
    recorder = Recorder(path)
    recorder.see("peer", clock.now(), lambda: np.full((480, 640, 3), RED, np.uint8))
    with Scene(recorder) as scene:
        scene.cameras["peer"].stop()
        scene.last(1.2)
        recorder.see("peer", clock.now(), lambda: np.full((60, 80, 3), BLUE, np.uint8))
        scene.last(0.3)
        recorder.stop()
        assert recorder.wait(PATIENCE)
    found = read(path)
    assert is_like(found.peer_colour(len(found.pictures) // 2), RED)
    assert is_like(found.peer_colour(), BLUE)


def test_a_voice_that_pauses_is_silent_at_its_time(tmp_path: Path) -> None:
    path = tmp_path / "pause.webm"
    recorder = Recorder(path)
    with Scene(recorder, rates=(48_000, 8000)) as scene:
        scene.last(0.6)
        scene.microphones["peer"].stop()
        scene.last(0.8)
        recorder.stop()
        assert recorder.wait(PATIENCE)
    found = read(path)
    assert np.abs(found.right[4800:24_000]).max() > 0.1
    assert np.abs(found.right[-24_000:-4800]).max() < 0.01
    assert np.abs(found.left[-24_000:-4800]).max() > 0.1


def test_who_is_slow_to_decode_costs_pictures_not_sound_nor_anyones_time(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path / "slow.webm")
    never = threading.Event()
    longest = 0.0

    def slow() -> np.ndarray:
        never.wait(0.4)
        return np.zeros((480, 640, 3), np.uint8)

    with Scene(recorder) as scene:
        scene.cameras["peer"].stop()
        for _ in range(15):
            scene.last(0.1)
            before = clock.now()
            recorder.see("peer", before, slow)
            longest = max(longest, clock.now() - before)
        recorder.stop()
        assert recorder.wait(PATIENCE)
    assert recorder.skipped > 0
    assert longest < 0.3  # it waits 0.4 s for each, we do not
    found = read(recorder.path)
    loud = np.abs(found.left).reshape(-1, 480).max(axis=1) > 0.1
    assert loud[5:-5].mean() > 0.7  # a microphone on a busy machine has gaps


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "stuck.webm")
    stuck, free = threading.Event(), threading.Event()

    def block() -> np.ndarray:
        stuck.set()
        free.wait(PATIENCE)
        return np.zeros((480, 640, 3), np.uint8)

    recorder.see("own", clock.now(), block)
    assert stuck.wait(PATIENCE)
    now = clock.now()
    for number in range(1000):
        recorder.hear("own", Sound(np.zeros(960, np.int16), 48_000, now))
        recorder._pictures["own"].put(now + number, block)
    assert len(recorder._sounds["own"]) == MOST_SOUNDS
    assert len(recorder._pictures["own"]._waiting) == MOST_PICTURES
    free.set()
    recorder.stop()
    assert recorder.wait(PATIENCE)


def test_a_broken_picture_is_left_out(tmp_path: Path) -> None:
    def broken() -> np.ndarray:
        raise RemoteError("broken JPEG picture")

    recorder = Recorder(tmp_path / "broken.webm")
    with Scene(recorder) as scene:
        scene.last(0.3)
        scene.cameras["peer"].stop()
        recorder.see("peer", clock.now(), broken)
        scene.last(0.8)
        recorder.stop()
        assert recorder.wait(PATIENCE)
    assert is_like(read(recorder.path).peer_colour(), GREEN)


def test_times_that_cannot_be_believed_count_as_of_now(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "times.webm")
    with Scene(recorder) as scene:
        scene.cameras["peer"].stop()
        scene.last(0.1)
        for captured in (-1e12, 1e12):
            pixels = np.full((480, 640, 3), RED, np.uint8)
            recorder.see("peer", captured, lambda pixels=pixels: pixels)
        scene.last(0.3)
        recorder.stop()
        assert recorder.wait(PATIENCE)
    assert is_like(read(recorder.path).peer_colour(), RED)


# --- how it ends ---


def test_it_ends_by_itself_after_its_time_and_says_so(tmp_path: Path) -> None:
    ended: Ended = []
    recorder = Recorder(tmp_path / "short.webm", seconds=0.5, ended=ended.append)
    assert recorder.wait(PATIENCE)
    assert ended == ["short.webm has reached its 0.00833333 minutes."]
    assert read(recorder.path).seconds == pytest.approx(0.5, abs=0.1)


def test_it_ends_at_its_size_and_what_it_has_is_whole(tmp_path: Path) -> None:
    ended: Ended = []
    recorder = Recorder(tmp_path / "big.webm", most_bytes=1000, ended=ended.append)
    with Scene(recorder):
        assert recorder.wait(PATIENCE)
    assert ended == ["big.webm has reached its 1,000 bytes."]
    assert read(recorder.path).pictures


def test_a_file_that_exists_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "mine.webm"
    path.write_text("precious")
    ended: Ended = []
    assert Recorder(path, ended=ended.append).wait(PATIENCE)
    assert path.read_text() == "precious"
    assert "exists already" in ended[0]
    record(path, 0.3, overwrite=True)
    assert read(path).pictures


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    ended: Ended = []
    path = tmp_path / "no" / "a.webm"
    assert Recorder(path, ended=ended.append).wait(PATIENCE)
    assert ended == [f"{path} cannot be written: No such file or directory."]
    assert not path.parent.exists()


class FullDisc(io.FileIO):
    """A disc with room for 20 kB."""

    def write(self, data: object) -> int:
        if self.tell() > 20_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disc_is_said_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Path, "open", lambda path, mode, buffering: FullDisc(path, mode)
    )
    ended: Ended = []
    recorder = Recorder(tmp_path / "full.webm", ended=ended.append)
    with Scene(recorder):
        assert recorder.wait(PATIENCE)
    assert ended == ["the recording cannot be written: No space left on device."]


def test_stopping_twice_and_at_once_leaves_a_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "at-once.webm")
    recorder.stop()
    recorder.stop()
    assert recorder.wait(PATIENCE)
    assert recorder.path.exists()


KILLED = """
import sys, threading
from pathlib import Path
from tests.devices.test_recorder import Scene
from labkit.devices.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
with Scene(recorder) as scene:
    scene.last(4.0)
    print("recorded", flush=True)
    threading.Event().wait()
"""


def test_who_is_killed_in_the_midst_leaves_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "killed.webm"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "recorded\n"
    finally:
        process.kill()
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
    found = read(path)
    assert found.seconds > 2.0
    assert pitch(found.left) == pytest.approx(440, abs=4)
    assert is_like(found.peer_colour(), GREEN)


def test_a_device_error_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "mine.webm"
    path.touch()
    with pytest.raises(DeviceError, match="exists already"):
        WebmFile(path)
