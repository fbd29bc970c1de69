"""One party of the latency bench: a phone's media engine in a process of its own.

With `--pairs 5` there are five calls in the process, ten phones, and no other process.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time

import numpy as np
from marks import BLOCK, RATE, Ear, Film
from party import hear, measured, options, senses, tell_peer, tell_up

from labkit.devices.memory import MemorySpeaker
from labkit.devices.paced import PacedCamera, PacedMicrophone
from labkit.effects import Address
from labkit.frames import Picture, Sound
from labkit.media.formats import FORMATS
from labkit.media.treatments import Treatments
from labkit.net import clock
from labkit.net.media import MediaSession, Shown
from labkit.phone.negotiation import plans, setups
from labkit.signalling.messages.plan import AgreedStream
from labkit.trace import Trace

TO_MONOTONIC = time.perf_counter() - clock.now()


class FilmCamera(PacedCamera):
    """Shows the film at its pace."""

    def __init__(self, name: str, film: Film, chosen: argparse.Namespace) -> None:
        super().__init__(name, chosen.width, chosen.height, chosen.fps)
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
        self._camera = FilmCamera(name, film, chosen)
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
            AgreedStream(
                plan.kind,
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


def spend(chosen: argparse.Namespace) -> None:
    """Let the measured seconds pass."""
    if chosen.spin:
        stopping = threading.Event()
        threading.Timer(chosen.seconds, stopping.set).start()
        spin(stopping)  # on the main thread, as a cell does
    else:
        time.sleep(chosen.seconds)


def main() -> None:
    chosen = options()
    names = ("alice", "bob") * chosen.pairs or (chosen.name,)
    parties = [Party(name, chosen) for name in names]
    if chosen.pairs:
        for alice, bob in zip(parties[::2], parties[1::2], strict=True):
            alice.start(**bob.address)
            bob.start(**alice.address)
    else:
        tell_peer(parties[0].address)
        parties[0].start(**hear())
    tell_up()
    time.sleep(chosen.warm_up)

    def close() -> None:
        for party in parties:
            party.close()

    own = {"hang_up": close} if chosen.pairs else {}
    with measured([(party.eye, party.ear) for party in parties], **own):
        spend(chosen)
    hear()  # stay until the peer has measured too
    close()


if __name__ == "__main__":
    main()
