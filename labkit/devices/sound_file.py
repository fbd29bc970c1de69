"""A sound file, or the sound of a film, as a microphone.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

from labkit.devices.base import Samples
from labkit.devices.paced import PacedMicrophone
from labkit.devices.playback import Playback, probe
from labkit.frames import Sound
from labkit.net import clock

_NOTHING: Samples = np.zeros(0, np.int16)


class SoundFile(PacedMicrophone):
    """Plays the file over and over, mixed to mono, at any rate that is asked for.

    `together` is the film's common start, see `VideoFile.sound`. Raises DeviceError
    when the file is missing, has no sound or cannot be played.
    """

    def __init__(self, path: str | Path, together: Playback | None = None) -> None:
        self.path = Path(path).expanduser()
        super().__init__(self.path.name)
        alone = probe(self.path, "audio")
        self._playback = together or alone
        self._joined = False
        self._reel = Reel(iter(()), 1)
        self._offset = 0

    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Play the file; see Microphone."""
        self.stop()
        began = self._playback.join()
        self._joined = True
        self._offset = round((clock.now() - began) * rate)
        a_round = max(1, round(self._playback.length * rate))
        self._reel = Reel(rounds(self.path, rate, a_round), a_round)
        super().start(deliver, rate, samples)

    def stop(self) -> None:
        """Deliver nothing more and close the file."""
        super().stop()
        if self._joined:
            self._joined = False
            self._playback.leave()

    def samples(self, first: int, count: int, rate: int) -> Samples:
        """The file's sound from sample number `first` since the start."""
        return self._reel.at(self._offset + first, count)


class Reel:
    """Sound that is read forwards only, and only as far as it is needed."""

    def __init__(self, blocks: Iterator[Samples], a_round: int) -> None:
        self._blocks = blocks
        self._round = a_round
        self._first = 0
        self._kept = _NOTHING

    def at(self, first: int, count: int) -> Samples:
        """Samples `first` to `first + count`; `first` must not fall."""
        ahead = first - self._first - len(self._kept)
        if ahead > self._round:  # after a long stall: whole rounds sound alike
            self._first += ahead // self._round * self._round
        while self._first + len(self._kept) < first + count:
            kept = self._kept[max(0, first - self._first) :]
            self._first += len(self._kept) - len(kept)
            self._kept = np.concatenate([kept, next(self._blocks)])
        return self._kept[first - self._first :][:count]


def rounds(path: Path, rate: int, a_round: int) -> Iterator[Samples]:
    """The file's sound over and over, each round cut or padded to `a_round` samples."""
    while True:
        left = a_round
        for block in decoded(path, rate):
            yield block[:left]
            left -= min(left, len(block))
            if not left:
                break
        while left:
            silence = np.zeros(min(left, rate), np.int16)
            yield silence
            left -= len(silence)


def decoded(path: Path, rate: int) -> Iterator[Samples]:
    """The file's sound once, in blocks of mono int16 at `rate`."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        late = 0.0
        for number, frame in enumerate(container.decode(audio=0)):
            if number == 0:
                late = frame.time or 0.0  # a film's sound may begin after its pictures
                yield np.zeros(max(0, round(late * rate)), np.int16)
            for part in resampler.resample(frame):
                yield part.to_ndarray()[0].astype(np.int16)
        for part in resampler.resample(None):
            yield part.to_ndarray()[0].astype(np.int16)
