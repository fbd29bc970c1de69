"""One party of the latency bench: GStreamer (JPEG and Opus over RTP), in C throughout.

Its pipelines run as they are, in a `gst-launch-1.0` of their own; raw pictures and
sounds go in and come out through pipes, and this process only shows and looks. The
processor time told is that of gst-launch alone. Each picture crosses two pipes that a
program around the library would not need: `pipes` measures that part of the latency.

Pictures are shown as they come, without a jitter buffer; sound has one of 20 ms and is
taken at once, without waiting for a loudspeaker's pace: both a little to its advantage.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import threading
import time
from collections.abc import Sequence

import numpy as np
import psutil
from marks import BLOCK, RATE, STRETCH, Ear, Eye, Film
from party import hear, measured, options, senses, tell_peer, tell_up

F_SETPIPE_SZ = 1031  # linux/fcntl.h
RTP = "application/x-rtp,clock-rate={},encoding-name={},payload={},media={}"
JPEG = RTP.format(90_000, "JPEG", 26, "video")
OPUS = RTP.format(RATE, "OPUS", 96, "audio")


def video_out(fd: int, size: tuple[int, int], fps: int, to: str) -> str:
    """From raw pictures in a pipe to the network."""
    return (
        f"{taking(fd, size, fps)} ! videoconvert ! video/x-raw,format=I420 "
        f"! jpegenc quality=50 ! rtpjpegpay ! udpsink {to} sync=false async=false"
    )


def video_in(fd: int, at: str) -> str:
    """From the network to raw pictures in a pipe."""
    return (
        f"udpsrc {at} caps={JPEG} buffer-size=1000000 ! rtpjpegdepay ! jpegdec "
        f"! videoconvert ! video/x-raw,format=BGR ! {giving(fd)}"
    )


def audio_out(fd: int, to: str) -> str:
    """From raw sound in a pipe to the network, as the kit's Opus is told to be."""
    return (
        f"fdsrc fd={fd} blocksize={2 * BLOCK} ! rawaudioparse use-sink-caps=false "
        f"pcm-format=s16le sample-rate={RATE} num-channels=1 ! opusenc frame-size=20 "
        "bitrate=32000 complexity=5 audio-type=restricted-lowdelay "
        f"! rtpopuspay pt=96 ! udpsink {to} sync=false async=false"
    )


def audio_in(fd: int, at: str) -> str:
    """From the network to raw sound in a pipe."""
    return (
        f"udpsrc {at} caps={OPUS} ! rtpjitterbuffer latency=20 ! rtpopusdepay "
        f"! opusdec ! audio/x-raw,channels=1,rate={RATE} ! {giving(fd)}"
    )


def taking(fd: int, size: tuple[int, int], fps: int) -> str:
    return (
        f"fdsrc fd={fd} blocksize={3 * size[0] * size[1]} ! rawvideoparse format=bgr "
        f"width={size[0]} height={size[1]} framerate={fps}/1"
    )


def giving(fd: int) -> str:
    return f"fdsink fd={fd} sync=false async=false"


class Pipeline:
    """A gst-launch whose pipes are ours; `pipeline` gets the descriptors' numbers."""

    def __init__(self, ways: str, pipeline) -> None:
        """`ways` has an `i` for each pipe into it, an `o` for each out of it."""
        self.ends: list[int] = []
        theirs = []
        for way in ways:
            reading, writing = os.pipe()
            with contextlib.suppress(OSError):  # no root, and more than a user may
                fcntl.fcntl(writing, F_SETPIPE_SZ, 4 << 20)
            self.ends.append(writing if way == "i" else reading)
            theirs.append(reading if way == "i" else writing)
        self.process = subprocess.Popen(
            ["gst-launch-1.0", "-q", *pipeline(*theirs).split()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=theirs,
        )
        for end in theirs:
            os.close(end)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def write(fd: int, data: memoryview) -> None:
    """All of it; raises OSError when the pipeline is gone."""
    while data:
        data = data[os.write(fd, data) :]


def read(fd: int, size: int) -> bytearray | None:
    """So many bytes; None at the end."""
    found, filled = bytearray(size), 0
    view = memoryview(found)
    while filled < size:
        count = os.readv(fd, [view[filled:]])
        if not count:
            return None
        filled += count
    return found


def show(fd: int, eye: Eye, film: Film, fps: int) -> None:
    begun, number = time.perf_counter(), 0
    with contextlib.suppress(OSError):
        while True:
            number += 1
            time.sleep(max(0.0, begun + number / fps - time.perf_counter()))
            pixels, bears = film.next()
            eye.captured(bears, time.perf_counter())
            write(fd, memoryview(np.ascontiguousarray(pixels)).cast("B"))


def look(fd: int, eye: Eye, size: tuple[int, int]) -> None:
    while data := read(fd, 3 * size[0] * size[1]):
        at = time.perf_counter()
        eye.look(np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3), at)


def speak(fd: int, ear: Ear) -> None:
    begun, number = time.perf_counter(), 0
    with contextlib.suppress(OSError):
        while True:
            due = begun + (number + 1) * STRETCH
            time.sleep(max(0.0, due - time.perf_counter()))
            ear.said(number, due - STRETCH)
            write(fd, memoryview(ear.tone(number, BLOCK, RATE)).cast("B"))
            number += 1


def listen(fd: int, ear: Ear) -> None:
    while data := read(fd, 2 * BLOCK):
        ear.listen(np.frombuffer(data, "<i2"), RATE, time.perf_counter())


def begin(*works: tuple) -> None:
    for work, *arguments in works:
        threading.Thread(target=work, args=arguments, daemon=True).start()


def free_ports(host: str, count: int) -> list[int]:
    """Ports that are free at this moment; the pipeline cannot tell which it took."""
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for _ in range(count)
        ]
        for each in sockets:
            each.bind((host, 0))
        return [each.getsockname()[1] for each in sockets]


def pipes(width: int, height: int, fps: int, pictures: int = 60) -> float:
    """Milliseconds, in the median, that a picture takes through the pipes alone."""
    size, eye = (width, height), Eye()
    line = Pipeline("io", lambda i, o: f"{taking(i, size, fps)} ! {giving(o)}")
    into, out = line.ends
    begin((show, into, eye, Film(width, height, fps), fps))
    try:
        for _ in range(pictures):
            data = read(out, 3 * width * height)
            if data is None:
                raise RuntimeError("gst-launch ended; its words are above")
            shown = np.frombuffer(data, np.uint8).reshape(height, width, 3)
            eye.look(shown, time.perf_counter())
    finally:
        line.end()
    took = sorted(
        at - [time for mark, time in eye.sent if mark == bears and time < at][-1]
        for bears, at in eye.seen
    )
    return 1e3 * took[len(took) // 2]


def main(chosen) -> None:
    eye, ear, film = senses(chosen)
    size, fps, host = (chosen.width, chosen.height), chosen.fps, chosen.host
    ports = free_ports(host, 2)
    tell_peer({"host": host, "ports": ports})
    told = hear()
    to = [f"host={told['host']} port={port}" for port in told["ports"]]
    at = [f"address={host} port={port}" for port in ports]

    def pipeline(*fds: int) -> str:
        chains: Sequence[str] = (
            video_out(fds[0], size, fps, to[0]),
            video_in(fds[1], at[0]),
            audio_out(fds[2], to[1]),
            audio_in(fds[3], at[1]),
        )
        return " ".join(chains)

    line = Pipeline("ioio", pipeline)
    shows, sees, speaks, hears = line.ends
    begin(
        (show, shows, eye, film, fps),
        (look, sees, eye, size),
        (speak, speaks, ear),
        (listen, hears, ear),
    )
    process = psutil.Process(line.process.pid)
    tell_up()
    try:
        time.sleep(chosen.warm_up)
        with measured([(eye, ear)], lambda: sum(process.cpu_times()[:2])):
            time.sleep(chosen.seconds)
        hear()
    finally:
        line.end()


if __name__ == "__main__":
    main(options())
