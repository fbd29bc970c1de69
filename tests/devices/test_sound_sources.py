"""The voice, the tone, silence, and the loudspeaker that remembers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices import MemorySpeaker, Silence, SyntheticVoice, Tone
from labkit.devices.voice import HIGHEST, PHRASE
from labkit.frames import Sound
from tests.devices.collecting import Collector, labkit_threads


def loudness(wave: np.ndarray, rate: int) -> np.ndarray:
    """The root mean square of each 20 ms, 0 to 1."""
    blocks = wave[: len(wave) // (rate // 50) * (rate // 50)].reshape(-1, rate // 50)
    return np.sqrt((blocks.astype(float) ** 2).mean(axis=1)) / 32_768


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_the_voice_has_the_rhythm_of_speech(rate: int) -> None:
    wave = SyntheticVoice("alice").samples(0, int(PHRASE * rate), rate)
    levels = loudness(wave, rate)
    assert 0.2 < np.abs(wave).max() / 32_768 < 0.4
    assert 0.05 < (levels < 0.003).mean() < 0.6  # it pauses
    assert (levels > 0.02).mean() > 0.3  # and it speaks
    changes = np.abs(np.fft.rfft(levels - levels.mean()))
    per_second = np.fft.rfftfreq(len(levels), 0.02)
    syllables = changes[(per_second > 2) & (per_second < 8)].sum()
    assert syllables > changes[per_second > 10].sum()


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_voice_sounds_at_its_pitch_and_below_the_telephone_s_limit(name: str) -> None:
    voice = SyntheticVoice(name)
    rate = 16_000
    wave = voice.samples(0, int(PHRASE * rate), rate).astype(float)
    power = np.abs(np.fft.rfft(wave)) ** 2
    frequency = np.fft.rfftfreq(len(wave), 1 / rate)
    assert power[frequency > HIGHEST + 200].sum() < 0.03 * power.sum()
    near_pitch = abs(frequency / voice.pitch - 1) < 0.2
    below_it = (frequency > 20) & (frequency < 0.7 * voice.pitch)
    assert power[near_pitch].sum() > 20 * power[below_it].sum()


def test_alice_and_bob_speak_at_pitches_that_one_can_tell_apart() -> None:
    alice, bob = SyntheticVoice("alice").pitch, SyntheticVoice("bob").pitch
    assert max(alice, bob) / min(alice, bob) > 2 ** (3 / 12)  # three semitones


def test_a_voice_says_the_same_for_the_same_seed_and_else_something_else() -> None:
    said = SyntheticVoice("alice", seed=1).samples(0, 48_000, 48_000)
    again = SyntheticVoice("alice", seed=1).samples(0, 48_000, 48_000)
    other = SyntheticVoice("alice", seed=2).samples(0, 48_000, 48_000)
    assert (said == again).all()
    assert (said != other).any()


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=8), st.integers(0, 10**9))
def test_blocks_join_without_a_seam_whatever_their_size(
    counts: list[int], first: int
) -> None:
    for microphone in (SyntheticVoice("alice"), Tone(440), Silence()):
        whole = microphone.samples(first, sum(counts), 8_000)
        place, parts = first, []
        for count in counts:
            parts.append(microphone.samples(place, count, 8_000))
            place += count
        assert (np.concatenate(parts) == whole).all()
        assert whole.dtype == np.int16


def test_a_voice_repeats_without_a_click() -> None:
    rate = 48_000
    length = int(PHRASE * rate)
    wave = SyntheticVoice("alice").samples(length - rate, 2 * rate, rate).astype(int)
    assert np.abs(np.diff(wave))[rate - 10 : rate + 10].max() < 300


def test_a_tone_has_its_frequency_and_level_and_silence_has_none() -> None:
    wave = Tone(1000, level=0.5).samples(0, 8_000, 8_000)
    assert np.abs(np.fft.rfft(wave)).argmax() == 1000
    assert abs(np.abs(wave.astype(int)).max() - 16_383) <= 1
    assert not Silence().samples(0, 960, 48_000).any()


def test_blocks_come_by_themselves_a_block_apart() -> None:
    collect: Collector[Sound] = Collector(4)
    tone = Tone(1000)
    tone.start(collect, 8_000, 160)
    sounds = collect.wait()
    tone.stop()
    tone.stop()
    assert labkit_threads() == []
    assert {(len(sound.samples), sound.rate) for sound in sounds} == {(160, 8_000)}
    steps = np.diff([sound.captured for sound in sounds]) / 0.02
    assert np.allclose(steps, np.round(steps), atol=1e-4)  # whole blocks apart
    assert steps.min() > 0.5


def test_a_memory_speaker_keeps_what_it_fetched_in_order() -> None:
    collect: Collector[int] = Collector(6)

    def fetch(count: int, rate: int) -> np.ndarray:
        collect(count)
        return np.full(count, len(collect.kept), np.int16)

    speaker = MemorySpeaker()
    assert len(speaker.heard) == 0
    speaker.start(fetch, 8_000, 160)
    assert collect.wait() == [160] * 6
    speaker.stop()
    speaker.stop()
    assert labkit_threads() == []
    assert speaker.rate == 8_000
    heard = speaker.heard.reshape(-1, 160)[:, 0]
    numbers = heard[heard > 0]  # silence stands where a tick was missed
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 6


def test_a_memory_speaker_keeps_only_the_last_seconds() -> None:
    collect: Collector[int] = Collector(12)

    def fetch(count: int, rate: int) -> np.ndarray:
        collect(count)
        return np.full(count, len(collect.kept), np.int16)

    speaker = MemorySpeaker(seconds=0.1)
    speaker.start(fetch, 8_000, 160)
    collect.wait()
    speaker.stop()
    assert len(speaker.heard) == 800
    assert speaker.heard[-1] >= 12


def test_a_speaker_whose_source_fails_plays_silence_and_goes_on() -> None:
    collect: Collector[int] = Collector(3)

    def fetch(count: int, rate: int) -> np.ndarray:
        collect(count)
        raise ValueError("nothing to play")

    speaker = MemorySpeaker()
    speaker.start(fetch, 8_000, 160)
    collect.wait()
    speaker.stop()
    assert len(speaker.heard) >= 320
    assert not speaker.heard.any()
