"""This machine's microphone and loudspeaker, through PyAudio (PortAudio).

PyAudio is loaded only when one of them is started: a kit without it works, with the
synthetic voice and the loudspeaker in memory.

Notebook: 03-media.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from labkit.devices.base import Microphone, Samples, Speaker
from labkit.devices.pace import DeviceThread, Guarded
from labkit.devices.sample_clock import SampleClock
from labkit.errors import DeviceError
from labkit.frames import Sound
from labkit.net import clock

NO_PYAUDIO = (
    "PyAudio is not installed, so this machine's microphone and loudspeaker cannot be "
    "used; calls work all the same with the synthetic voice, sound files and the "
    "loudspeaker in memory. To get it: on Linux `sudo apt install portaudio19-dev`, "
    "then `pip install PyAudio`; on macOS `brew install portaudio`, then `pip install "
    "PyAudio`; on Windows `pip install PyAudio`; with conda, anywhere, `conda install "
    "-c conda-forge pyaudio`."
)
_INT16 = 8
"""PortAudio's number for 16-bit samples (paInt16)."""
_library = threading.Lock()
"""PortAudio may be entered and left by one thread at a time."""


class LocalMicrophone(Microphone):
    """This machine's microphone: number `index` of `find_microphones()`, or the
    default.

    Nothing is opened before `start`.
    """

    def __init__(self, index: int | None = None) -> None:
        self.index = index
        self.name = "microphone" if index is None else f"microphone {index}"
        self.hardware = "sound card"  # the default may be any of those with a number
        self._worker = DeviceThread(self.name.replace(" ", "-"))

    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Record; see Microphone. Raises DeviceError when it cannot."""
        self._worker.stop()
        line = SoundCardStream("input", self.index, rate, samples)
        guarded = Guarded(deliver, None, repr(self))

        def work(stopping: threading.Event) -> None:
            times = SampleClock(rate)
            with line:
                while not stopping.is_set():
                    block = line.read()  # waits for the card
                    guarded(Sound(block, rate, times.stamp(samples, clock.now())))

        self._worker.start(work)

    def stop(self) -> None:
        """Deliver nothing more and let go of the microphone."""
        self._worker.stop()


class LocalSpeaker(Speaker):
    """This machine's loudspeaker: number `index` of `find_speakers()`, or the default.

    Nothing is opened before `start`.
    """

    def __init__(self, index: int | None = None) -> None:
        self.index = index
        self.name = "loudspeaker" if index is None else f"loudspeaker {index}"
        self.hardware = "sound card"  # the default may be any of those with a number
        self._worker = DeviceThread(self.name.replace(" ", "-"))

    def start(
        self, fetch: Callable[[int, int], Samples], rate: int, samples: int
    ) -> None:
        """Play; see Speaker. Raises DeviceError when it cannot."""
        self._worker.stop()
        line = SoundCardStream("output", self.index, rate, samples)
        guarded = Guarded(fetch, np.zeros(samples, np.int16), repr(self))

        def work(stopping: threading.Event) -> None:
            with line:
                while not stopping.is_set():
                    line.write(guarded(samples, rate))  # waits for room in the card

        self._worker.start(work)

    def stop(self) -> None:
        """Fetch nothing more and let go of the loudspeaker."""
        self._worker.stop()


class SoundCardStream:
    """One open PortAudio stream, mono int16, read or written a block at a time."""

    def __init__(
        self,
        way: Literal["input", "output"],
        index: int | None,
        rate: int,
        samples: int,
    ) -> None:
        self._samples = samples
        self._library = enter()
        which = {f"{way}_device_index": index, way: True}
        try:
            with _library, hushed():
                self._stream = self._library.open(
                    rate=rate,
                    channels=1,
                    format=_INT16,
                    frames_per_buffer=samples,
                    **which,
                )
        except (OSError, ValueError) as error:
            leave(self._library)
            raise DeviceError(_advice(way, index, rate, error)) from error

    def read(self) -> Samples:
        """The next block, when the card has recorded it."""
        data = self._stream.read(self._samples, exception_on_overflow=False)
        return np.frombuffer(data, np.int16)

    def write(self, samples: Samples) -> None:
        """Play a block; returns when the card has taken it."""
        self._stream.write(np.ascontiguousarray(samples, np.int16).tobytes())

    def __enter__(self) -> SoundCardStream:
        return self

    def __exit__(self, *_: object) -> None:
        with _library:
            self._stream.close()
        leave(self._library)


def enter() -> Any:
    """A PyAudio object, to be given to `leave`; DeviceError where there is none."""
    try:
        import pyaudio
    except ImportError as error:
        raise DeviceError(NO_PYAUDIO) from error
    try:
        with _library, hushed():
            return pyaudio.PyAudio()
    except OSError as error:
        raise DeviceError(
            f"the system's sound does not answer ({_reason(error)}): calls work all "
            "the same with the synthetic voice and the loudspeaker in memory"
        ) from error


def leave(library: Any) -> None:
    """Give PortAudio back; the last one to leave lets it forget the list of devices."""
    with _library:
        library.terminate()


@contextmanager
def hushed() -> Iterator[None]:
    """Keep ALSA and JACK from printing pages about devices that are not there."""
    if sys.platform != "linux":
        yield
        return
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _advice(way: str, index: int | None, rate: int, error: Exception) -> str:
    thing, instead = {
        "input": ("microphone", 'microphone="test"'),
        "output": ("loudspeaker", 'speaker="memory"'),
    }[way]
    which = f"the {thing}" if index is None else f"{thing} {index}"
    return (
        f"{which} cannot be used at {rate} samples/s ({_reason(error)}): is one "
        "plugged in, and chosen in the system's sound settings? Without one everything "
        f"works with {instead}."
    )


def _reason(error: Exception) -> str:
    """PortAudio's sentence, without its number."""
    words = [part for part in error.args if isinstance(part, str)]
    return words[-1] if words else str(error)
