"""Sound as a page plays it: a WAV file that other programs read, a waveform: D2."""

from __future__ import annotations

import io
import json
import wave

import numpy as np
import pytest

from labkit.errors import LocalError
from labkit.panels import SoundPanel, Stretch, before_after
from labkit.panels.sound import LONGEST, waveform

TONE = (8000 * np.sin(np.arange(8000) / 5)).astype(np.int16)


def test_the_bytes_are_a_wav_file_with_these_samples() -> None:
    with wave.open(io.BytesIO(Stretch("tone", TONE, 8000).wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == 8000
        read = np.frombuffer(file.readframes(8000), "<i2")
    assert np.array_equal(read, TONE)


def test_a_waveform_keeps_the_lowest_and_the_highest_of_each_part() -> None:
    samples = np.array([0, 16384, -32768, 0, 0, 0, 3277, -3277], np.int16)
    assert waveform(samples, 4) == [(0, 50), (-100, 0), (0, 0), (-10, 10)]
    assert waveform(np.zeros(0, np.int16), 2) == [(0, 0), (0, 0)]


def test_before_and_after_stand_in_their_order_with_their_texts() -> None:
    panel = before_after(
        ("as sent", TONE, 8000), ("as heard", TONE[:4000], 8000, "PESQ 2.1")
    )
    scene = panel.scene
    assert json.loads(json.dumps(scene))["title"] == "Listen"
    assert [one["name"] for one in scene["stretches"]] == ["as sent", "as heard"]
    assert [one["length"] for one in scene["stretches"]] == ["1.0 s", "0.5 s"]
    assert scene["stretches"][1]["text"] == "PESQ 2.1"
    assert scene["longest"] == 1.0
    assert [sound[:4] for sound in panel.sounds] == [b"RIFF", b"RIFF"]
    panel.close()


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (TONE.astype(np.float32), 8000, "int16 samples, not float32"),
        (TONE.reshape(2, -1), 8000, "one row of int16"),
        (TONE, 0, "the rate is in samples a second"),
        (np.zeros(int(LONGEST + 1) * 8000, np.int16), 8000, "is 121 s long"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(
    samples: np.ndarray, rate: int, words: str
) -> None:
    with pytest.raises(LocalError, match=words):
        Stretch("tone", samples, rate)


def test_a_panel_needs_something_to_play() -> None:
    with pytest.raises(LocalError, match="1 to 12 stretches of sound, not 0"):
        SoundPanel()
