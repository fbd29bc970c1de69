"""The microphone and the loudspeaker of this machine, proved on a null sink."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from labkit.devices import (
    LocalMicrophone,
    LocalSpeaker,
    find_microphones,
    find_speakers,
    microphone,
    speaker,
)
from labkit.errors import DeviceError
from tests.conftest import ROOT


def play_and_record(
    environment: dict[str, str], frequency: float, rate: int
) -> dict[str, Any]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.devices.play_and_record"),
            *(str(frequency), str(rate)),
        ],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    report["stderr"] = done.stderr
    return report


@pytest.mark.sound
@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_what_the_loudspeaker_plays_the_microphone_records(
    null_sink: dict[str, str], rate: int
) -> None:
    report = play_and_record(null_sink, 1000, rate)
    assert report["in_time"]
    assert abs(report["frequency"] - 1000) <= 3
    assert 0.2 < report["loudest"] / 32_768 < 0.4  # it was played at 0.3
    assert report["sizes"] == [rate // 50]
    assert abs(report["median_step"] - 0.02) < 0.002
    assert report["blocks_after_stop"] == 0
    assert report["threads"] == ["MainThread"]
    assert report["microphones"]
    assert report["speakers"]
    assert report["stderr"].count("the receiver of its data failed") == 1
    assert "Unknown PCM" not in report["stderr"]  # ALSA was kept quiet


@pytest.mark.sound
def test_a_sound_system_that_is_gone_is_a_sentence(null_sink: dict[str, str]) -> None:
    line = "from labkit.devices import *; LocalSpeaker().start(print, 48000, 960)"
    done = subprocess.run(
        [sys.executable, "-c", line],
        env={**null_sink, "PULSE_SERVER": "unix:/nonexistent"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "DeviceError" in done.stderr
    assert 'speaker="memory"' in done.stderr


@pytest.fixture
def _without_pyaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def importing(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "pyaudio":
            raise ImportError("no PyAudio")
        return really_import(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", importing)


@pytest.mark.usefixtures("_without_pyaudio")
def test_without_pyaudio_the_error_says_what_is_lost_and_how_to_get_it() -> None:
    for start in (
        lambda: LocalMicrophone().start(lambda sound: None, 48_000, 960),
        lambda: LocalSpeaker().start(
            lambda n, rate: np.zeros(n, np.int16), 48_000, 960
        ),
    ):
        with pytest.raises(DeviceError) as told:
            start()
        for word in ("Linux", "macOS", "Windows", "conda", "calls work all the same"):
            assert word in str(told.value)


@pytest.mark.usefixtures("_without_pyaudio")
def test_without_pyaudio_auto_chooses_the_devices_of_the_kit() -> None:
    assert find_microphones() == []
    assert find_speakers() == []
    assert microphone("auto", "alice").name == "alice"
    assert speaker("auto").name == "memory"
