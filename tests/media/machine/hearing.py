"""One voice on its way to one loudspeaker, on virtual time, down to the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from labkit.frames import Sound
from labkit.media.codecs import new_audio_encoder
from labkit.media.formats import FORMATS
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.listener import Listener
from labkit.media.machine.media_clock import MediaClock
from labkit.media.messages import RtpPacket
from labkit.media.treatments import Treatments

FRAME, RATE, START = 0.020, 8_000, 1000.0
PCMU = FORMATS["PCMU"]


def tone(seconds: float, pitch: float = 200.0, rate: int = RATE) -> np.ndarray:
    """A vowel, more or less: a pitch and two harmonics."""
    times = np.arange(round(seconds * rate)) / rate
    parts = ((1, 6000), (2, 3000), (3, 1500))
    wave = sum(a * np.sin(2 * np.pi * n * pitch * times) for n, a in parts)
    return wave.astype(np.int16)


def frames_of(samples: np.ndarray) -> list[bytes]:
    encoder = new_audio_encoder("PCMU")
    return [frame.data for frame in encoder.encode(Sound(samples, RATE, 0.0))]


@dataclass
class Hearing:
    """`travel(number, sent)` is how long a packet is under way; None: lost."""

    treatments: Treatments = field(default_factory=Treatments)
    travel: Callable[[int, float], float | None] = lambda number, sent: 0.020
    capture_ppm: float = 0.0
    playout_ppm: float = 0.0
    block: int = 160
    phase: float = 0.007
    voice: list[bytes] = field(default_factory=lambda: frames_of(tone(1.0)))
    asleep: tuple[float, float] = (0.0, 0.0)
    """From when to when the loudspeaker's thread gets no processor."""

    def __post_init__(self) -> None:
        receiver = AudioReceiver({0: PCMU}, MediaClock(ClockOffset()))
        self.listener = Listener(receiver, self.treatments)
        self.playout = receiver.playout
        self.receiver = receiver
        self.heard: list[np.ndarray] = []
        self.latencies: list[tuple[float, float]] = []
        """When a frame was played, and how long after it was spoken."""
        self._spoken: dict[int, float] = {}
        self._number = 0
        self._fetched = 0
        self._under_way: list[tuple[float, int]] = []

    def run(self, until: float) -> None:
        """Until so many seconds after the start."""
        spoken_every = FRAME * (1 + self.capture_ppm * 1e-6)
        fetch_every = self.block / RATE * (1 + self.playout_ppm * 1e-6)
        while (now := self.phase + self._fetched * fetch_every) < until:
            self._fetched += 1
            if self.asleep[0] <= now < self.asleep[1]:
                now = self.asleep[1]
            while (sent := self._number * spoken_every) <= now:
                travel = self.travel(self._number, sent)
                if travel is not None:
                    self._under_way.append((sent + travel, self._number))
                self._spoken[self._number] = sent
                self._number += 1
            for arrived, number in sorted(w for w in self._under_way if w[0] <= now):
                self._arrive(number, arrived)
            self._under_way = [w for w in self._under_way if w[0] > now]
            self._fetch(now)

    def _arrive(self, number: int, arrived: float) -> None:
        data = self.voice[number % len(self.voice)]
        packet = RtpPacket(0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, 1, data)
        self.receiver.received(packet, START + arrived)

    def _fetch(self, now: float) -> None:
        before = self.listener.played
        self.heard.append(self.listener.fetch(self.block, RATE, START + now))
        if self.listener.played is not before:
            record = next(
                r for r in reversed(self.playout.journal) if r.fate == "played"
            )
            spoken = self._spoken[record.number]
            self.latencies.append((now, record.at - START - spoken))

    def latency(self, start: float, end: float) -> float:
        """The mean latency of what was played between two moments."""
        return float(
            np.mean([late for at, late in self.latencies if start <= at < end])
        )


def accounted(playout) -> bool:
    fates = playout.played + playout.late + playout.duplicate + playout.left_out
    return playout.received + playout.repaired == fates + len(playout)
