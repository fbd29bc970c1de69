"""Play a tone on this process's loudspeaker, record its microphone, print what came.

A process of its own, because PortAudio looks at the environment once. Prints one JSON
object; run by test_local_sound.
"""

from __future__ import annotations

import json
import sys
import threading

import numpy as np

from labkit.devices import (
    LocalMicrophone,
    LocalSpeaker,
    Tone,
    find_microphones,
    find_speakers,
)
from labkit.frames import Sound

BLOCKS = 150
PATIENCE = 30


def pitch(wave: np.ndarray, rate: int) -> float:
    """The frequency of a tone in Hz, whatever gaps a busy machine tore into it.

    The median step of the analytic signal's phase. The peak of a spectrum will not do:
    gaps at an even pace are a modulation, and its side lines can be the highest.
    """
    spectrum = np.fft.fft(wave)
    spectrum[len(wave) // 2 :] = 0  # a tone that turns one way only
    turning = np.fft.ifft(spectrum)
    steps = np.angle(turning[1:] * turning[:-1].conj())
    loud = np.abs(turning) > np.abs(turning).max() / 4
    return float(np.median(steps[loud[1:] & loud[:-1]]) * rate / (2 * np.pi))


def main(frequency: float, rate: int) -> None:
    tone = Tone(frequency, level=0.3)
    samples = rate // 50
    fetched = 0
    heard: list[Sound] = []
    enough = threading.Event()

    def fetch(count: int, asked_rate: int) -> np.ndarray:
        nonlocal fetched
        block = tone.samples(fetched, count, asked_rate)
        fetched += count
        return block

    def take(sound: Sound) -> None:
        heard.append(sound)
        if len(heard) == BLOCKS:
            enough.set()
        if len(heard) == BLOCKS // 2:  # long after stderr was quiet for ALSA's sake
            raise ValueError("a receiver that fails must not end the recording")

    speaker, microphone = LocalSpeaker(), LocalMicrophone()
    speaker.start(fetch, rate, samples)
    microphone.start(take, rate, samples)
    speaker.start(fetch, rate, samples)  # starting what runs is no error
    in_time = enough.wait(PATIENCE)
    for _ in range(2):
        microphone.stop()
        speaker.stop()
    blocks = len(heard)

    wave = np.concatenate([sound.samples for sound in heard])
    steps = np.diff([sound.captured for sound in heard])
    report = {
        "in_time": in_time,
        "blocks_after_stop": len(heard) - blocks,
        "frequency": pitch(wave[-rate:], rate),
        "loudest": int(np.abs(wave[-rate:]).max()),
        "sizes": sorted({len(sound.samples) for sound in heard}),
        "median_step": float(np.median(steps)),
        "threads": [thread.name for thread in threading.enumerate()],
        "microphones": [device.spec for device in find_microphones()],
        "speakers": [device.spec for device in find_speakers()],
    }
    print(json.dumps(report))


main(float(sys.argv[1]), int(sys.argv[2]))
