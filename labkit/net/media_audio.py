"""The sound of one call: encoded where the microphone hands it over, decoded where the
loudspeaker fetches it.

    [microphone's thread: encode, send] ~~> [receive thread: playout buffer]
                                            [loudspeaker's thread: the listener]

A stretch of 20 ms costs a tenth of a millisecond to encode: a thread of its own would
add more delay than it takes away. Nothing here waits, so nothing queues up but the
playout buffer, whose length is bounded. RFC 3551, RFC 7587. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from labkit.errors import LabkitError
from labkit.frames import Sound
from labkit.media.machine import snapshot
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.sound_stream import SoundStream
from labkit.media.machine.statistics import LineStatistics
from labkit.media.treatments import Treatments
from labkit.net import clock
from labkit.net.call_context import CallContext
from labkit.net.media_line import MediaLine

FADE = 0.5
"""Seconds after which the level of sound that no longer comes is zero."""
QUIETEST = -60.0
"""Decibels below full scale at which a level meter begins to move."""
Samples = npt.NDArray[np.int16]


class AudioLine(MediaLine):
    """Sound both ways."""

    stream: SoundStream

    def __init__(self, call: CallContext) -> None:
        lock = threading.Lock()
        stream = SoundStream(
            cname=call.name, offset=call.offset, random=call.random, guard=lock
        )
        super().__init__(call, stream, lock)
        self.muted = False
        self.on_own_sound: Callable[[Sound], None] | None = None
        self.on_peer_sound: Callable[[Sound], None] | None = None
        self._spoken = self._played = (0.0, np.zeros(0, np.int16))
        """When we last spoke and listened, and what; levels are made on demand."""
        self._speaking, self._listening = threading.Lock(), threading.Lock()

    @property
    def levels(self) -> tuple[float, float]:
        """How loud we and the peer are now, 0 (-60 dB or less) to 1 (full scale)."""
        now = clock.now()
        (spoken_at, spoken), (played_at, played) = self._spoken, self._played
        return (
            level(spoken) if now - spoken_at < FADE else 0.0,
            level(played) if now - played_at < FADE else 0.0,
        )

    def show(self, frames: list[ReceivedFrame]) -> None:
        """Sound is not shown, but fetched."""

    def snapshot(self, now: float) -> LineStatistics | None:
        """What the machine has counted; None before it has begun. `lock` is held."""
        return snapshot.of_sound(self.stream, now)

    def keyframe_asked(self) -> None:
        """Sound has no such thing."""

    def use(self, treatments: Treatments) -> None:
        """Treat loss and latency in this way from now on."""
        super().use(treatments)
        with self._listening:
            self.stream.listen(treatments)

    def send(self, sound: Sound) -> None:
        """Encode and send a stretch of sound; on the microphone's thread."""
        if self.muted:
            sound = Sound(np.zeros_like(sound.samples), sound.rate, sound.captured)
        self._spoken = clock.now(), sound.samples
        setup = self.setup
        if setup is None or not setup.send or self.closed:
            return
        tap = self.on_own_sound  # once: another thread may take it off
        if tap is not None:
            tap(sound)
        with self._speaking:
            begun = clock.now()
            try:
                frames = self.stream.encode(sound)
            except LabkitError as error:
                self.gate.count(f"not sent: {error}")
                return
            now = clock.now()
            self.stream.encode_time += now - begun
            if frames:
                self.send_out(partial(self.stream.write, frames))
                self._note_sent(frames, begun, now)

    def fetch(self, samples: int, rate: int) -> Samples:
        """The next `samples` samples to play; on the loudspeaker's thread."""
        with self._listening:
            setup, now = self.setup, clock.now()
            if setup is None or not setup.receive_on or self.closed:
                sound = np.zeros(samples, np.int16)
            else:
                sound = self.stream.fetch(samples, rate, now)
                played = self.stream.newly_played(clock.now() - now)
                if played is not None:
                    self.call.history.audio.append(played)
                    self._keep_in_step(*played)
                tap = self.on_peer_sound
                if tap is not None:
                    tap(Sound(sound, rate, now - (self.stream.latency or 0.0)))
            self._played = now, sound
            return sound

    def _keep_in_step(self, at: float, latency: float) -> None:
        """Hold the sound back until its picture is due, if that is wished for."""
        with self.call.lips_lock:
            self.call.lips.audio(at - latency, at)
            self.stream.receiver.playout.hold = self.call.lips.hold_audio


def level(samples: Samples) -> float:
    """Loudness of a stretch of sound for a meter: 0 (-60 dB or less) to 1."""
    if not len(samples):
        return 0.0
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(samples) / 32_768.0**2
    if power <= 0.0:
        return 0.0
    decibels = 10.0 * float(np.log10(power))
    return min(max(1.0 - decibels / QUIETEST, 0.0), 1.0)
