"""What the same work costs back to back, and once a frame, after a rest.

A call works for a millisecond or two and sleeps until the next frame is due. By then
others have had the processor and its caches, so code and data have to come from memory
again. Loops that repeat one thing ten thousand times do not show that. What is measured
here: a picture's JPEG (OpenCV), a sound's Opus (PyAV), a hundred steps of Python, and
all that the kit itself does for a picture between the two codecs, system calls too.
Milliseconds.
"""

from __future__ import annotations

import random
import socket
import statistics
import time
from collections.abc import Callable

from marks import BLOCK, FPS, RATE, Ear, Film

from labkit.effects import Address
from labkit.frames import EncodedFrame, Picture, Sound
from labkit.media.codecs import (
    new_audio_decoder,
    new_audio_encoder,
    new_video_decoder,
    new_video_encoder,
)
from labkit.media.codecs.jpeg import JpegEncoder
from labkit.media.formats import FORMATS
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.picture_stream import PictureStream
from labkit.media.treatments import Treatments
from labkit.media.wire.rtp import parse_rtp
from labkit.net import datagrams

JPEG = FORMATS["JPEG"]
TIMES = 90
PERIOD = 1 / FPS
Work = Callable[[], object]


def costs() -> dict[str, float]:
    """Milliseconds of each piece of work, `…_back_to_back_ms` and `…_rested_ms`."""
    found = {}
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
    ):
        for name, work in (pieces() | {"path": path(here, there)}).items():
            found[f"{name}_back_to_back_ms"] = 1000 * median(work, 0.0)
            found[f"{name}_rested_ms"] = 1000 * median(work, PERIOD)
    return found


def median(work: Work, period: float) -> float:
    """Seconds that one of many takes, each begun `period` after the one before."""
    took, due = [], time.perf_counter()
    for _ in range(TIMES):
        due += period
        time.sleep(max(0.0, due - time.perf_counter()))
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def pieces() -> dict[str, Work]:
    """A call's work that can be done alone."""
    film, encoder, decoder = (
        Film(),
        new_video_encoder("JPEG"),
        new_video_decoder("JPEG"),
    )
    pictures = [Picture(film.next()[0], n / FPS) for n in range(FPS)]
    jpegs = [encoder.encode(picture).data for picture in pictures]
    sound = Sound(Ear.tone(0, BLOCK, RATE), RATE, 0.0)
    speak, listen = new_audio_encoder("opus"), new_audio_decoder("opus")
    opus = speak.encode(sound)[0].data
    numbers = iter(range(10**9))
    return {
        "jpeg_encode": lambda: encoder.encode(pictures[next(numbers) % FPS]),
        "jpeg_decode": lambda: decoder.decode(jpegs[next(numbers) % FPS]),
        "opus_encode": lambda: speak.encode(sound),
        "opus_decode": lambda: listen.decode(opus),
        "hundred_steps": lambda: sum(number * number for number in range(100)),
    }


def path(here: socket.socket, there: socket.socket) -> Work:
    """One picture from encoder to decoder, through sockets."""
    there.bind(("127.0.0.1", 0))
    there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    out, into, to = datagrams.over(here), datagrams.over(there), there.getsockname()
    alice, bob = stream("alice"), stream("bob")
    film, encoder = Film(), JpegEncoder(restart_intervals=True)
    jpegs = [encoder.encode(Picture(film.next()[0], 0.0)).data for _ in range(FPS)]
    numbers = iter(range(10**9))

    def work() -> None:
        number = next(numbers)
        frame = EncodedFrame(jpegs[number % FPS], number / FPS)
        packets = alice.write((frame,), frame.captured)
        out.send(packets, Address(*to))
        missing = len(packets)
        while missing:
            batch = into.receive()
            missing -= len(batch)
            for data, _ in batch:
                whole = bob.take(parse_rtp(data), frame.captured)
        if [each.data for each in whole] != [frame.data]:
            raise RuntimeError("a picture did not come through as it was")

    return work


def stream(name: str) -> PictureStream:
    """A stream of JPEG both ways, treated as a call's is at first."""
    made = PictureStream(cname=name, offset=ClockOffset(), random=random.Random(1))
    made.set_up(StreamSetup("video", Address("127.0.0.1", 9), JPEG, 26, {26: JPEG}))
    made.use(Treatments(restart_intervals=True))
    return made


if __name__ == "__main__":
    for key, ms in costs().items():
        print(f"{key:32} {ms:.3f}")
