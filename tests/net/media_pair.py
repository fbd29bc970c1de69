"""Two media sessions on loopback that call each other, for tests with real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import numpy as np

from labkit.effects import Address
from labkit.frames import Picture, Sound
from labkit.media.formats import FORMATS
from labkit.media.repair.formats import RepairFormats
from labkit.net import clock
from labkit.net.call_link import CallLink
from labkit.net.media import MediaSession, Shown, StreamSetup
from labkit.trace import Trace

PATIENCE = 10.0
BLUE, GREEN, RED = (220, 40, 40), (40, 200, 40), (40, 40, 220)


def wait_for(
    condition: Callable[[], bool], what: str, patience: float = PATIENCE
) -> None:
    """Look again and again, at most ten seconds; no fixed sleep is ever enough."""
    end = time.monotonic() + patience
    gate = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        gate.wait(0.01)


def picture_of(colour: tuple[int, int, int], width: int = 320) -> Picture:
    pixels = np.empty((240, width, 3), np.uint8)
    pixels[:] = colour
    return Picture(pixels, clock.now())


def every_repair(number: int) -> RepairFormats:
    """All that the kit knows, for the format of this payload number."""
    return RepairFormats({120: number}, {121: number}, 122, 123, nack=True)


class Side:
    """One session, what it saw and what it heard."""

    def __init__(self, name: str, host: str) -> None:
        self.name = name
        self.link = CallLink(seed=3)
        self.session = MediaSession(
            host, name=name, trace=Trace(name), random=Random(name), link=self.link
        )
        self.session.wants_pixels = True
        self.shown: list[Shown] = []
        self.own: list[Shown] = []
        self.session.on_peer_picture = self.shown.append
        self.session.on_own_picture = self.own.append
        self.heard: list[np.ndarray] = []
        self.spoken = 0

    def start(self, other: Side, *names: str, **changes: object) -> None:
        """Call `other` with these formats; `changes` to every StreamSetup."""
        setups = []
        for name in names:
            media = FORMATS[name]
            to = Address(other.host, other.session.ports[media.kind])
            number = media.payload_type
            repair = every_repair(number)
            setup = StreamSetup(
                media.kind,
                to,
                media,
                number,
                {number: media},
                send_repair=repair,
                receive_repair=repair,
            )
            setups.append(replace(setup, **changes))
        self.session.start(setups)
        self.rate = next(
            (s.format.sample_rate for s in setups if s.kind == "audio"), 48_000
        )

    @property
    def host(self) -> str:
        return self.session._call.host

    def film(self, colour: tuple[int, int, int]) -> None:
        self.session.send_picture(picture_of(colour))

    def speak(self, pitch: int) -> None:
        """20 ms of a tone."""
        count = self.rate // 50
        times = (np.arange(count) + self.spoken) / self.rate
        self.spoken += count
        samples = (9_000 * np.sin(2 * np.pi * pitch * times)).astype(np.int16)
        self.session.send_sound(Sound(samples, self.rate, clock.now() - 0.02))

    def listen(self) -> None:
        self.heard.append(self.session.next_sound(self.rate // 50, self.rate))

    @property
    def pitch_heard(self) -> float:
        """The strongest frequency of the last half second."""
        sound = np.concatenate(self.heard[-25:]).astype(float)
        strongest = np.argmax(np.abs(np.fft.rfft(sound)))
        return float(strongest) * self.rate / len(sound)


@contextmanager
def two_sides(first: str = "127.0.0.2", second: str = "127.0.0.3") -> Iterator[tuple]:
    sides = Side("alice", first), Side("bob", second)
    try:
        yield sides
    finally:
        for side in sides:
            side.session.close()


@contextmanager
def talking(*speakers: tuple[Side, int]) -> Iterator[None]:
    """Each side speaks a tone and listens, every 20 ms, until the end of the block."""
    stop = threading.Event()

    def run() -> None:
        due = time.monotonic()
        while not stop.is_set():
            for side, pitch in speakers:
                side.speak(pitch)
                side.listen()
            due += 0.02
            stop.wait(max(0.0, due - time.monotonic()))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
