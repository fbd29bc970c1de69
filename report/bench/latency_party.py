"""One party of the latency bench: a phone's media engine in a process of its own.

It talks to `latency.py` in lines of JSON on standard input and output: what it has to
say to its peer (where it receives), and in the end what it saw and heard, and when.

Pictures and sounds bear marks (`marks.py`, or `numbered.py` for bad networks); latency
counts from the moment at which the camera hands a picture over. So what is measured is
what was really shown and played, whatever the program in between believes. Times are
those of `time.perf_counter`, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time

import numpy as np
from marks import BLOCK, FPS, HEIGHT, RATE, WIDTH, Ear, Eye, Film
from numbered import NumberedEar, NumberedEye, NumberedFilm

from labkit.devices.memory import MemorySpeaker
from labkit.devices.paced import PacedCamera, PacedMicrophone
from labkit.effects import Address
from labkit.frames import Picture, Sound
from labkit.media.formats import FORMATS
from labkit.media.treatments import Treatments
from labkit.net import clock
from labkit.net.media import MediaSession, Shown
from labkit.phone.negotiation import plans, setups
from labkit.signalling.messages.plan import Stream
from labkit.trace import Trace

TO_MONOTONIC = time.perf_counter() - clock.now()


class FilmCamera(PacedCamera):
    """Shows the film at its pace."""

    def __init__(self, name: str, film: Film) -> None:
        super().__init__(name, WIDTH, HEIGHT, FPS)
        self._film = film
        self.bears = 0
        """The mark of the last picture."""

    def draw(self, now: float) -> np.ndarray:
        pixels, self.bears = self._film.next()
        return pixels


class ToneMicrophone(PacedMicrophone):
    """A microphone that hears the stretches of sound that an ear knows again."""

    def __init__(self, name: str, ear: Ear) -> None:
        super().__init__(name)
        self._ear = ear
        self.number = 0
        """Which stretch was the last."""

    def samples(self, first: int, count: int, rate: int) -> np.ndarray:
        self.number = first // count
        return self._ear.tone(self.number, count, rate)


def spin(stopping: threading.Event) -> None:
    """What a student's cell does: a loop in pure Python that never rests."""
    count = 0
    while not stopping.is_set():
        for _ in range(100_000):
            count += 1


class Party:
    """A media session with a test card, a microphone and a loudspeaker."""

    def __init__(self, name: str, chosen: argparse.Namespace) -> None:
        self.eye, self.ear, film = senses(chosen)
        self.session = MediaSession(
            chosen.host, name=name, trace=Trace(name), random=random.Random()
        )
        if chosen.treatments:
            self.session.treat(Treatments(**json.loads(chosen.treatments)))
        self.session.wants_pixels = True
        self.session.on_peer_picture = self._shown
        self._host = chosen.host
        self._sound_format = FORMATS[chosen.audio]
        self._video_format = FORMATS[chosen.video]
        self._camera = FilmCamera(name, film)
        self._microphone = ToneMicrophone(name, self.ear)
        self._speaker = MemorySpeaker(1.0, name)

    @property
    def address(self) -> dict[str, object]:
        """Where it receives, for the peer's `start`."""
        return {"host": self._host, "ports": self.session.ports}

    def start(self, host: str, ports: dict[str, int]) -> None:
        formats = (self._sound_format, self._video_format)
        streams = [
            # What offer and answer agree between two kits, with their repair.
            Stream(
                plan.kind,
                self.session.ports[plan.kind],
                Address(host, ports[plan.kind]),
                plan.formats[0],
                {plan.formats[0].payload_type: plan.formats[0]},
                send_repair=plan.repair,
                receive_repair=plan.repair,
                feedback=plan.feedback,
            )
            for plan in plans(formats, self.session.ports, sends_video=True)
        ]
        self.session.start(setups(streams))
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
        self.ear.said(self._microphone.number, sound.captured + TO_MONOTONIC)
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


def tell_up() -> None:
    """Tell the bench that the call is up; it answers nothing."""
    print(json.dumps({"up": True}), flush=True)


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
    parser.add_argument("--host", default="127.0.0.1", help="where it receives")
    parser.add_argument("--audio", default="opus")
    parser.add_argument("--video", default="JPEG")
    parser.add_argument("--treatments", help="JSON: the fields of Treatments")
    parser.add_argument("--numbered", action="store_true", help="see numbered.py")
    parser.add_argument("--warm-up", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--spin", action="store_true")
    parser.add_argument("--both", action="store_true", help="both phones in here")
    return parser.parse_args()


def senses(chosen: argparse.Namespace) -> tuple[Eye, Ear, Film]:
    """What recognises pictures and sounds, and what is shown."""
    if chosen.numbered:
        return NumberedEye(), NumberedEar(), NumberedFilm()
    return Eye(), Ear(), Film()


def measure(eyes: list[Eye], ears: list[Ear], chosen: argparse.Namespace) -> None:
    """Let the call run; tell what was seen and heard, and what it cost."""
    tell_up()
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
    result(eyes, ears, cores, begun)


def result(eyes: list[Eye], ears: list[Ear], cores: float, begun: float) -> None:
    """Tell the bench what each party of this process saw and heard since `begun`."""
    ended = time.perf_counter()
    parties = [
        {"sent": eye.sent, "seen": eye.seen, "spoken": ear.sent, "heard": ear.heard}
        for eye, ear in zip(eyes, ears, strict=True)
    ]
    tell_result({"cores": cores, "begun": begun, "ended": ended, "parties": parties})


def main() -> None:
    chosen = options()
    names = ("alice", "bob") if chosen.both else (chosen.name,)
    parties = [Party(name, chosen) for name in names]
    if chosen.both:
        for party, other in zip(parties, reversed(parties), strict=True):
            party.start(**other.address)
    else:
        tell_peer(parties[0].address)
        parties[0].start(**hear())
    measure([p.eye for p in parties], [p.ear for p in parties], chosen)
    hear()  # stay until the peer has measured too
    for party in parties:
        party.close()


if __name__ == "__main__":
    main()
