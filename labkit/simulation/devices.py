"""Microphone, camera, loudspeaker and screen of a simulated phone, each at its pace.

Requirements A12, A15. Notebook: 05-latency.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from labkit.frames import Picture, Sound
from labkit.media.formats import Kind
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.lip_sync import LipSync
from labkit.simulation.media import SimulatedMedia
from labkit.simulation.scene import Scene, Seen
from labkit.simulation.world import Clock

FRAME = 0.020
"""Seconds of sound in one packet."""
LISTENS_AFTER = 0.007
"""Seconds between a microphone's tick and the loudspeaker's."""


class SimulatedDevices:
    """What one party says, films, hears and sees, until the call is over."""

    def __init__(
        self,
        name: str,
        scene: Scene,
        clock: Clock,
        media: SimulatedMedia,
        lips: LipSync,
    ) -> None:
        self.is_quiet = False
        """Whether nobody talks, films and listens here any more."""
        self.latencies: list[tuple[Kind, float, float]] = []
        """(kind, when, latency) of each stretch of sound played and picture shown."""
        self._name, self._scene, self._clock = name, scene, clock
        self._media, self._lips = media, lips
        self._samples = 0
        """How many samples the microphone has given."""
        self._pictures = 0

    def begin(self) -> None:
        """The call was accepted: talk, listen and film from now on."""
        now, every = self._clock.now(), self._clock.every
        if self._media.sound is not None:
            every(FRAME, self._speak, now + FRAME)
            every(FRAME, self._listen, now + LISTENS_AFTER)
        if self._media.pictures is not None:
            every(1 / self._scene.fps, self._film, now)

    def _while_used(self) -> None:
        if self._media.over or self.is_quiet:
            raise StopIteration

    def _speak(self) -> None:
        self._while_used()
        sound, rate = self._media.sound, self._scene.rate
        assert sound is not None
        now, count = self._clock.now(), round(rate * FRAME)
        samples = self._scene.speak(self._name, self._samples, count)
        self._samples += count
        frames = sound.encode(Sound(samples, rate, now - FRAME))
        self._media.send("audio", sound.write(frames, now), now - FRAME)

    def _listen(self) -> None:
        self._while_used()
        sound, rate = self._media.sound, self._scene.rate
        assert sound is not None
        samples = sound.fetch(round(rate * FRAME), rate, self._clock.now())
        self._scene.sounds[self._name].append(samples)
        played = sound.newly_played()
        if played is not None:
            self.latencies.append(("audio", *played))
            at, latency = played
            self._lips.audio(at - latency, at)
            sound.receiver.playout.hold = self._lips.hold_audio

    def _film(self) -> None:
        self._while_used()
        pictures = self._media.pictures
        assert pictures is not None
        now = self._clock.now()
        picture = Picture(self._scene.picture(self._pictures), now)
        frame = pictures.encode(picture)
        if frame is not None:
            packets = pictures.write((frame,), now)
            assert pictures.sender is not None
            stamp = pictures.sender.timestamp_at(now)
            self._scene.filmed(self._name, stamp, self._pictures)
            self._media.send("video", packets, now)
        self._pictures += 1

    def show(self, frames: list[ReceivedFrame]) -> None:
        """Show the peer's pictures, later where they are ahead of the sound."""
        if frames and self._lips.hold_video:
            later = self._clock.now() + self._lips.hold_video
            self._clock.at(later, partial(self._show_now, frames))
        else:
            self._show_now(frames)

    def _show_now(self, frames: list[ReceivedFrame]) -> None:
        pictures, now = self._media.pictures, self._clock.now()
        if pictures is None:
            return
        for frame in frames:
            pixels: npt.NDArray[np.uint8] | None = None
            if self._scene.watches:
                pixels = pictures.decode(frame)
                if pixels is None:
                    continue
            pictures.seen(frame, self._scene.size, now)
            pictures.stages.note_received(
                (frame.timestamp, frame.captured, frame.first_arrived, now, now, now)
            )
            if pictures.latency is not None:
                self.latencies.append(("video", now, pictures.latency))
                self._lips.video(now - pictures.latency, now)
            self._scene.shown[self._name].append(Seen(frame.timestamp, now, pixels))
