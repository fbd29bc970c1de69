"""The sound of one call: encoded where the microphone hands it over, decoded where the
loudspeaker fetches it.

    [microphone's thread: encode, send] ~~> [receive thread: playout buffer]
                                            [loudspeaker's thread: next, decode]

A stretch of 20 ms costs a tenth of a millisecond to encode: a thread of its own would
add more delay than it takes away. Nothing here waits, so nothing queues up but the
playout buffer, whose length is bounded. RFC 3551, RFC 7587. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labkit.errors import LabkitError
from labkit.frames import Sound
from labkit.media.codecs import (
    AudioDecoder,
    AudioEncoder,
    new_audio_decoder,
    new_audio_encoder,
)
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout import Silence
from labkit.media.machine.resampler import Resampler
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket
from labkit.net import clock
from labkit.net.media_line import CallContext, MediaLine
from labkit.net.media_setup import StreamSetup

FADE = 0.5
"""Seconds after which the level of sound that no longer comes is zero."""
QUIETEST = -60.0
"""Decibels below full scale at which a level meter begins to move."""
Samples = npt.NDArray[np.int16]


class AudioLine(MediaLine):
    """Sound both ways."""

    def __init__(self, call: CallContext) -> None:
        super().__init__("audio", call)
        self.receiver = AudioReceiver({}, self.clock)
        self.muted = False
        self.broken = 0
        """Packets that the decoder refused."""
        self.encode_time = 0.0
        self.samples_fetched = 0
        self.latency: float | None = None
        self._spoken = self._played = (0.0, np.zeros(0, np.int16))
        """When we last spoke and listened, and what; levels are made on demand."""
        self._speaking, self._listening = threading.Lock(), threading.Lock()
        self._encoder: AudioEncoder | None = None
        self._encodes = ""
        self._into_codec = Resampler()
        self._decoders: dict[str, AudioDecoder] = {}
        self._out_of_codec = Resampler()
        self._ready: list[Samples] = []

    @property
    def sources(self) -> SourceLock:
        """Whose packets the receiver takes."""
        return self.receiver.sources

    @property
    def levels(self) -> tuple[float, float]:
        """How loud we and the peer are now, 0 (-60 dB or less) to 1 (full scale)."""
        now = clock.now()
        (spoken_at, spoken), (played_at, played) = self._spoken, self._played
        return (
            level(spoken) if now - spoken_at < FADE else 0.0,
            level(played) if now - played_at < FADE else 0.0,
        )

    def changed(self, setup: StreamSetup) -> None:
        """A new agreement holds: what waits belongs to the former one."""
        if not setup.receive_on:
            with self.lock:
                self.receiver.playout.restart()

    def keyframe_asked(self) -> None:
        """Sound has no such thing."""

    def take(self, packets: Sequence[RtpPacket], now: float) -> None:
        """Put packets into the playout buffer; on the receive thread."""
        with self.lock:
            for packet in packets:
                self.receiver.received(packet, now)

    # --- ours -----------------------------------------------------------------------

    def send(self, sound: Sound) -> None:
        """Encode and send a stretch of sound; on the microphone's thread."""
        if self.muted:
            sound = Sound(np.zeros_like(sound.samples), sound.rate, sound.captured)
        self._spoken = clock.now(), sound.samples
        setup, sender = self.setup, self.sender
        if setup is None or sender is None or not setup.send or self.closed:
            return
        with self._speaking:
            begun = clock.now()
            try:
                if self._encoder is None or self._encodes != setup.format.name:
                    self._encoder = new_audio_encoder(setup.format.name)
                    self._encodes = setup.format.name
                sound = self._into_codec.sound(sound, setup.format.sample_rate)
                frames = self._encoder.encode(sound)
            except LabkitError as error:
                self.gate.count(f"not sent: {error}")
                return
            self.encode_time += clock.now() - begun
            with self.lock:
                packets = [packet for frame in frames for packet in sender.send(frame)]
            self.transmit(packets)

    # --- the peer's -----------------------------------------------------------------

    def fetch(self, samples: int, rate: int) -> Samples:
        """The next `samples` samples to play; on the loudspeaker's thread."""
        with self._listening:
            available = sum(map(len, self._ready))
            while available < samples:
                stretch = self._next(rate)
                self._ready.append(stretch)
                available += len(stretch)
            ready = self._ready
            sound = ready[0] if len(ready) == 1 else np.concatenate(ready)
            self._ready = [sound[samples:]] if available > samples else []
            self.samples_fetched += samples
            self._played = clock.now(), sound[:samples]
            return sound[:samples]

    def _next(self, rate: int) -> Samples:
        """At least one sample: decoded sound, or silence where there is none."""
        setup, now = self.setup, clock.now()
        if setup is None or not setup.receive_on or self.closed:
            return np.zeros(max(1, rate // 50), np.int16)
        with self.lock:
            item = self.receiver.next(now)
        if isinstance(item, Silence):
            return np.zeros(max(1, round(item.seconds * rate)), np.int16)
        if item.captured is not None:
            self.latency = now - item.captured
            self.call.history.audio.append((now, self.latency))
        return self._decode(item, rate)

    def _decode(self, frame: ReceivedFrame, rate: int) -> Samples:
        name = frame.format.name
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = new_audio_decoder(name)
        try:
            samples = decoder.decode(frame.data)
        except LabkitError:
            self.broken += 1
            samples = np.zeros(frame.format.sample_rate // 50, np.int16)
        played = self._out_of_codec.samples(samples, frame.format.sample_rate, rate)
        return played if len(played) else np.zeros(1, np.int16)


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
