"""Sound as other groups send it: bare samples, a datagram a frame, and no clock.

Nothing says when a frame was taken, so there is no adaptive playout: three frames wait
before the first is played, and what piles up is dropped, the oldest first.

Requirement B17. Notebook: 08-voice-room.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from labkit.dialects.dialect import SoundTalk
from labkit.errors import RemoteError
from labkit.frames import Sound
from labkit.media.machine.resampler import Resampler
from labkit.net import clock
from labkit.net.media_audio import level

FRAMES_FIRST = 3
MOST_SECONDS = 0.4
"""Of sound that may wait: the ceiling of its latency."""
FADE = 0.3
Samples = npt.NDArray[np.int16]


class DialectSound:
    """Microphone's sound into datagrams, datagrams into the loudspeaker's."""

    def __init__(self, talk: SoundTalk) -> None:
        self.talk = talk
        self.muted = False
        self._order = 0
        self._own = self._peer = np.zeros(0, np.int16)
        """What waits: to be sent until a frame is full, and to be played."""
        self._is_playing = False
        self._there, self._here = Resampler(), Resampler()
        self._lock = threading.Lock()
        self._levels = [(0.0, 0.0), (0.0, 0.0)]
        """When, and how loud: ours, the peer's."""

    @property
    def levels(self) -> tuple[float, float]:
        """How loud we and the peer are just now, 0 to 1."""
        now = clock.now()
        own, peer = (loud if now - at < FADE else 0.0 for at, loud in self._levels)
        return own, peer

    def frames(self, sound: Sound) -> list[bytes]:
        """The datagrams that this stretch of the microphone's sound completes."""
        samples = self._there.sound(sound, self.talk.rate).samples
        if self.muted:
            samples = np.zeros_like(samples)
        self._levels[0] = clock.now(), level(samples)
        self._own = np.concatenate((self._own, samples))
        found, size = [], self.talk.samples
        while len(self._own) >= size:
            frame, self._own = self._own[:size], self._own[size:]
            data = np.repeat(frame, self.talk.channels).astype("<i2").tobytes()
            found.append(
                self.talk.language.write_unread(
                    "audio", order=self._order, time=sound.captured, data=data
                )
            )
            self._order += 1
        return found

    def take(self, datagram: bytes) -> None:
        """Keep what came until it is played; RemoteError for what is no sound."""
        data = self.talk.language.read(datagram).fields["data"]
        step = 2 * self.talk.channels
        if not isinstance(data, bytes) or not data or len(data) % step:
            raise RemoteError(f"no whole samples of {step} bytes")
        samples = np.frombuffer(data, "<i2").astype(np.int32)
        mono = samples.reshape(-1, self.talk.channels).mean(axis=1).astype(np.int16)
        with self._lock:
            most = round(MOST_SECONDS * self.talk.rate)
            self._peer = np.concatenate((self._peer, mono))[-most:]

    def fetch(self, samples: int, rate: int) -> Samples:
        """The next samples for the loudspeaker, mono; silence where nothing is."""
        with self._lock:
            wanted = round(samples * self.talk.rate / rate)
            first = FRAMES_FIRST * self.talk.samples
            if not self._is_playing and len(self._peer) < first:
                return np.zeros(samples, np.int16)
            self._is_playing = len(self._peer) >= wanted
            found, self._peer = self._peer[:wanted], self._peer[wanted:]
        found = np.concatenate((found, np.zeros(wanted - len(found), np.int16)))
        self._levels[1] = clock.now(), level(found)
        if rate != self.talk.rate:
            found = self._here.samples(found, self.talk.rate, rate)[:samples]
            found = np.concatenate((found, np.zeros(samples - len(found), np.int16)))
        return found
