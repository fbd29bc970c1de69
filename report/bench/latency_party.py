"""One party of the latency bench: a phone's media engine in a process of its own.

It talks to `latency.py` in lines of JSON on standard input and output: what it has to
say to its peer (where it receives), and in the end what it saw and heard, and when.

Every picture bears a time in squares (`labkit.devices.timestamp`) that tells which one
it is; latency counts from the moment at which the camera hands it over. Every quarter
of a second one stretch of sound is a tone among silence. So what is measured is what
was really shown and played, whatever the program in between believes. Times are those
of `time.perf_counter`, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from functools import lru_cache

import numpy as np

from labkit.devices import timestamp
from labkit.devices.memory import MemorySpeaker
from labkit.devices.paced import PacedCamera, PacedMicrophone
from labkit.devices.test_card import TestCard
from labkit.effects import Address
from labkit.frames import Picture, Sound
from labkit.media.formats import FORMATS
from labkit.net import clock
from labkit.net.media import MediaSession, Shown, StreamSetup
from labkit.trace import Trace

WIDTH, HEIGHT, FPS, RATE, BLOCK = 640, 480, 30, 48_000, 960
STRETCH = BLOCK / RATE
BLOCKS_A_TONE = 12
"""One stretch of 20 ms in so many is a tone."""
LOUD = 1500
"""Root mean square from which a stretch of sound counts as the tone."""
TO_MONOTONIC = time.perf_counter() - clock.now()


class Eye:
    """Notes when each picture was captured, and when each of the peer's was ready."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, float]] = []
        self.glimpses: list[tuple[np.ndarray, float]] = []
        """The two edges of each picture that bear its time, and when it was ready."""

    def captured(self, seconds: float, at: float) -> None:
        """Our camera hands over a picture that bears `seconds`, at time `at`."""
        self.sent.append((round(seconds * 1000), at))

    def look(self, pixels: np.ndarray, at: float) -> None:
        """A picture of the peer's was ready at monotonic time `at`.

        Reading the time would cost the program under test a sixth of a millisecond a
        picture: that is done when all is over.
        """
        rows = timestamp.row_height(HEIGHT)
        edges = np.concatenate([pixels[:rows], pixels[HEIGHT - rows :]])
        self.glimpses.append((edges, at))

    @property
    def seen(self) -> list[tuple[int, float]]:
        """Each picture by the time it bears, in milliseconds, and when it was ready."""
        found = []
        for edges, at in self.glimpses:
            pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            pixels[: len(edges) // 2] = edges[: len(edges) // 2]
            pixels[-(len(edges) // 2) :] = edges[len(edges) // 2 :]
            seconds = timestamp.read(pixels)
            if seconds is not None:
                found.append((round(seconds * 1000), at))
        return found


class Ear:
    """Notes when each tone was captured, and when each of the peer's was played."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.blocks: list[tuple[np.ndarray, int, float]] = []
        """What was played, at which rate, and when."""

    def listen(self, samples: np.ndarray, rate: int, at: float) -> None:
        """These samples were handed to the loudspeaker at monotonic time `at`."""
        self.blocks.append((samples, rate, at))

    @property
    def heard(self) -> list[float]:
        """When each tone began to be played.

        A long block is played one stretch of 20 ms after the other, each later than the
        one before.
        """
        found, was_loud = [], False
        for samples, rate, at in self.blocks:
            step = round(rate * STRETCH)
            for number, first in enumerate(range(0, len(samples), step)):
                wide = samples[first : first + step].astype(np.float32)
                loud = float(np.dot(wide, wide)) / len(wide) > LOUD**2
                if loud and not was_loud:
                    found.append(at + number * STRETCH)
                was_loud = loud
        return found


class Film:
    """A second of test cards, drawn beforehand, each bearing its own time in squares.

    A real camera would not draw either. Which second a picture is of needs no telling:
    none is a second late.
    """

    def __init__(self) -> None:
        card = TestCard(WIDTH, HEIGHT, FPS, "alice")
        self._times = [number / FPS for number in range(FPS)]
        self._pictures = [card.draw(time) for time in self._times]
        self._number = 0

    def next(self) -> tuple[np.ndarray, float]:
        """The next picture, and the time it bears."""
        self._number = (self._number + 1) % FPS
        return self._pictures[self._number], self._times[self._number]


class FilmCamera(PacedCamera):
    """Shows the film at its pace."""

    def __init__(self, name: str) -> None:
        super().__init__(name, WIDTH, HEIGHT, FPS)
        self._film = Film()
        self.bears = 0.0
        """The time that the last picture bears."""

    def draw(self, now: float) -> np.ndarray:
        pixels, self.bears = self._film.next()
        return pixels


@lru_cache(maxsize=4)
def _stretch(loud: bool, count: int, rate: int) -> np.ndarray:
    turns = np.arange(count) * (1000 * 2 * np.pi / rate)
    return ((12_000 if loud else 20) * np.sin(turns)).astype(np.int16)


def tone(number: int, count: int, rate: int) -> np.ndarray:
    """Stretch number `number`: a tone now and then, else a whisper."""
    return _stretch(number % BLOCKS_A_TONE == 0, count, rate)


class ToneMicrophone(PacedMicrophone):
    """A microphone that hears a tone four times a second."""

    def samples(self, first: int, count: int, rate: int) -> np.ndarray:
        return tone(first // count, count, rate)


def spin(stopping: threading.Event) -> None:
    """What a student's cell does: a loop in pure Python that never rests."""
    count = 0
    while not stopping.is_set():
        for _ in range(100_000):
            count += 1


class Party:
    """A media session with a test card, a microphone and a loudspeaker."""

    def __init__(self, name: str, video: str) -> None:
        self.eye, self.ear = Eye(), Ear()
        self.session = MediaSession(
            "127.0.0.1", name=name, trace=Trace(name), random=random.Random()
        )
        self.session.wants_pixels = True
        self.session.on_peer_picture = self._shown
        self._video = video
        self._camera = FilmCamera(name)
        self._microphone = ToneMicrophone(name)
        self._speaker = MemorySpeaker(1.0, name)

    def start(self, ports: dict[str, int]) -> None:
        setups = [
            StreamSetup(
                media.kind,
                Address("127.0.0.1", ports[media.kind]),
                media,
                media.payload_type,
                {media.payload_type: media},
            )
            for media in (FORMATS["opus"], FORMATS[self._video])
        ]
        self.session.start(setups)
        self._camera.start(self._picture)
        self._microphone.start(self._sound, RATE, BLOCK)
        time.sleep(random.uniform(0.1, 0.1 + BLOCK / RATE))  # any phase to the packets
        self._speaker.start(self._fetch, RATE, BLOCK)

    def close(self) -> None:
        for device in (self._camera, self._microphone, self._speaker):
            device.stop()
        self.session.close()

    def _picture(self, picture: Picture) -> None:
        self.eye.captured(self._camera.bears, time.perf_counter())
        self.session.send_picture(picture)

    def _sound(self, sound: Sound) -> None:
        if abs(int(sound.samples[12])) > LOUD:
            self.ear.sent.append(sound.captured + TO_MONOTONIC)
        self.session.send_sound(sound)

    def _fetch(self, samples: int, rate: int) -> np.ndarray:
        at = time.perf_counter()
        fetched = self.session.next_sound(samples, rate)
        self.ear.listen(fetched, rate, at)
        return fetched

    def _shown(self, shown: Shown) -> None:
        at = time.perf_counter()
        self.eye.look(shown.pixels, at)


def tell_peer(message: dict[str, object]) -> None:
    """One line of JSON that the bench hands to the other party."""
    print(json.dumps({"to_peer": message}), flush=True)


def tell_result(message: dict[str, object]) -> None:
    """One line of JSON for the bench."""
    print(json.dumps({"result": message}), flush=True)


def hear() -> dict:
    """The next line from the peer, or from the bench; none means that it is gone."""
    line = sys.stdin.readline()
    if not line:
        raise SystemExit("the bench is gone")
    return json.loads(line)


def options() -> argparse.Namespace:
    """What `latency.py` tells a party on its command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="alice")
    parser.add_argument("--video", default="JPEG")
    parser.add_argument("--warm-up", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--spin", action="store_true")
    parser.add_argument("--both", action="store_true", help="both phones in here")
    return parser.parse_args()


def measure(eyes: list[Eye], ears: list[Ear], chosen: argparse.Namespace) -> None:
    """Let the call run; tell what was seen and heard, and what it cost."""
    stopping = threading.Event()
    time.sleep(chosen.warm_up)
    for eye, ear in zip(eyes, ears, strict=True):
        eye.glimpses.clear()
        ear.blocks.clear()
    begun, cpu = time.perf_counter(), time.process_time()
    if chosen.spin:
        timer = threading.Timer(chosen.seconds, stopping.set)
        timer.start()
        spin(stopping)  # on the main thread, as a cell does
    else:
        time.sleep(chosen.seconds)
    cores = (time.process_time() - cpu) / (time.perf_counter() - begun)
    result(eyes, ears, cores)


def result(eyes: list[Eye], ears: list[Ear], cores: float) -> None:
    """Tell the bench what each party of this process saw and heard."""
    parties = [
        {"sent": eye.sent, "seen": eye.seen, "spoken": ear.sent, "heard": ear.heard}
        for eye, ear in zip(eyes, ears, strict=True)
    ]
    tell_result({"cores": cores, "parties": parties})


def main() -> None:
    chosen = options()
    names = ("alice", "bob") if chosen.both else (chosen.name,)
    parties = [Party(name, chosen.video) for name in names]
    if chosen.both:
        for party, other in zip(parties, reversed(parties), strict=True):
            party.start(other.session.ports)
    else:
        tell_peer({"ports": parties[0].session.ports})
        parties[0].start(hear()["ports"])
    measure([p.eye for p in parties], [p.ear for p in parties], chosen)
    hear()  # stay until the peer has measured too
    for party in parties:
        party.close()


if __name__ == "__main__":
    main()
