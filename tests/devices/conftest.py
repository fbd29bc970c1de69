"""A film with sound, made for the tests, and a sound card that is none."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.conftest import missing

FILM_SECONDS = 2
FILM_FPS = 25
FILM_SIZE = (182, 146)
"""Sides that no codec here takes as they are."""
FILM_TONE = 440
FILM_RATE = 44_100


def write_film(path: Path, sound: bool = True) -> Path:
    """A picture that grows lighter by 4 grey levels a frame, and a tone."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("mpeg4", rate=FILM_FPS)
        video.width, video.height = FILM_SIZE
        video.pix_fmt = "yuv420p"
        audio = None
        if sound:
            audio = film.add_stream("aac", rate=FILM_RATE, layout="mono")
        for number in range(FILM_SECONDS * FILM_FPS):
            pixels = np.full((FILM_SIZE[1], FILM_SIZE[0], 3), 4 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        if audio is not None:
            for block in tone_blocks():
                film.mux(audio.encode(block))
            film.mux(audio.encode(None))
    return path


def tone_blocks() -> Iterator[av.AudioFrame]:
    turns = np.arange(FILM_SECONDS * FILM_RATE) * FILM_TONE / FILM_RATE
    wave = (12_000 * np.sin(2 * np.pi * turns)).astype(np.int16)
    for begin in range(0, len(wave), 1024):
        samples = wave[None, begin : begin + 1024]
        block = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        block.rate = FILM_RATE
        block.pts = begin
        yield block


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture(scope="session")
def silent_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "silent.mp4", sound=False)


@pytest.fixture(scope="session")
def null_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which the loudspeaker is a PulseAudio null sink and the
    microphone hears what that sink plays.

    The daemon is the test's own: its socket, its home and its settings are in a
    temporary folder, and nobody else's sound is touched.
    """
    if importlib.util.find_spec("pyaudio") is None:
        missing("PyAudio is not installed: pip install PyAudio")
    daemon = shutil.which("pulseaudio")
    if daemon is None:
        missing("no PulseAudio here: apt install pulseaudio libasound2-plugins")
    home = tmp_path_factory.mktemp("sound")
    (home / ".asoundrc").write_text(
        "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
    )
    socket = home / "native"
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "PULSE_RUNTIME_PATH": str(home),
        "PULSE_SERVER": f"unix:{socket}",
    }
    modules = [
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
        "module-null-sink sink_name=nowhere rate=48000 channels=1",
    ]
    process = subprocess.Popen(
        [
            *(daemon, "-n", "--daemonize=no", "--use-pid-file=no", "--disable-shm=yes"),
            *("--exit-idle-time=-1", "--log-target=stderr", "--log-level=info"),
            *(f"--load={module}" for module in modules),
        ],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said: deque[str] = deque(maxlen=20)
    reader = threading.Thread(target=said.extend, args=(process.stderr,))
    try:
        for line in process.stderr:
            said.append(line)
            if "Daemon startup complete" in line:
                break
        else:
            missing(f"PulseAudio does not start: {''.join(said)}")
        reader.start()  # a pipe that nobody reads would stop the daemon
        yield environment
    finally:
        process.terminate()
        process.wait(10)
        if reader.ident:
            reader.join(5)
        process.stderr.close()
