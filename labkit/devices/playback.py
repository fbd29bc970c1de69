"""A file that is played over and over: where it is now, and how long it is.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal

import av

from labkit.errors import DeviceError
from labkit.net import clock

Kind = Literal["video", "audio"]
_WORDS = {"video": "picture", "audio": "sound"}
_INSTEAD = {"video": "camera", "audio": "microphone"}


class Playback:
    """The start and the length of a film that loops, common to picture and sound.

    Whoever of the two is started first sets the start; the other joins, so that lips
    and words stay together from one round to the next.
    """

    def __init__(self, length: float) -> None:
        self.length = length
        """Seconds of one round."""
        self._lock = threading.Lock()
        self._players = 0
        self._began = 0.0

    def join(self) -> float:
        """One more plays; returns when the first round began (kit's clock)."""
        with self._lock:
            if self._players == 0:
                self._began = clock.now()
            self._players += 1
            return self._began

    def leave(self) -> None:
        """One less plays."""
        with self._lock:
            self._players -= 1


def probe(path: Path, kind: Kind) -> Playback:
    """Make sure that the file has a picture or a sound that can be played.

    Raises DeviceError, which says what is wrong with the file and what to do.
    """
    if not path.is_file():
        raise DeviceError(
            f"there is no file {path} (looked from {Path.cwd()}): check the path, or "
            f'use {_INSTEAD[kind]}="test", which needs no file'
        )
    try:
        with av.open(str(path)) as container:
            if not any(stream.type == kind for stream in container.streams):
                raise DeviceError(
                    f"{path.name} has no {_WORDS[kind]}: choose another file, or "
                    f'{_INSTEAD[kind]}="test"'
                )
            next(container.decode(**{kind: 0}))
        length = _length(path)
    except (av.FFmpegError, StopIteration, OSError) as error:
        raise DeviceError(
            f"the {_WORDS[kind]} of {path.name} cannot be played "
            f"({getattr(error, 'strerror', None) or 'it is empty'}): is it whole, does "
            "another player play it? ffmpeg converts most files: "
            f"ffmpeg -i {path.name} clip.mp4"
        ) from error
    return Playback(length)


def _length(path: Path) -> float:
    """Seconds from the first picture or sound to the last."""
    with av.open(str(path)) as container:
        if container.duration:
            return max(0.04, container.duration / av.time_base)
        ends = [  # a bare stream does not say: walk through it, without decoding
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None and packet.time_base is not None
        ]
    return max([0.04, *ends])
