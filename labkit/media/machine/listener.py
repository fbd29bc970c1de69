"""The listening half of a call: packets in, an even stream of samples out.

    packets → AudioReceiver → decode → conceal → stretch → resample → fetch

No thread, no clock: a loudspeaker's thread and a simulation on virtual time run the
same code. What others touch too, the receiver, is used under `guard`; decoding is not.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import numpy.typing as npt

from labkit.errors import LabkitError
from labkit.media.codecs import AudioDecoder, new_audio_decoder
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.durations import USUAL
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout import NoSound
from labkit.media.machine.resampler import Resampler
from labkit.media.sound.concealment import concealment_for
from labkit.media.sound.stretch import is_quiet, padded, stretched
from labkit.media.treatments import Treatments

Samples = npt.NDArray[np.int16]


class Listener:
    """What one party hears of the other."""

    def __init__(
        self,
        receiver: AudioReceiver,
        treatments: Treatments | None = None,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        self.receiver = receiver
        self.treatments = treatments or Treatments()
        receiver.use(self.treatments)
        self.broken = 0
        """Packets that the decoder refused."""
        self.samples_fetched = 0
        self.silent_seconds = 0.0
        """Of what was missing, how much was replaced by nothing to be heard."""
        self.played: tuple[float, ReceivedFrame] | None = None
        """The newest frame, and when it is played."""
        self._guard = guard or nullcontext()
        self._concealment = concealment_for(self.treatments.concealment)
        self._decoders: dict[str, AudioDecoder] = {}
        self._format_rate = 0
        self._resampler = Resampler()
        self._ready: list[Samples] = []

    def use(self, treatments: Treatments) -> None:
        """Listen in this way from now on; without a gap."""
        with self._guard:
            self.receiver.use(treatments, self.treatments)
        if treatments.concealment != self.treatments.concealment:
            self._concealment = concealment_for(treatments.concealment)
        self.treatments = treatments

    def fetch(self, samples: int, rate: int, now: float) -> Samples:
        """The next `samples` samples to play, int16, at `rate` a second."""
        available = sum(map(len, self._ready))
        while available < samples:
            stretch = self._next(available / rate, samples / rate, rate, now)
            self._ready.append(stretch)
            available += len(stretch)
        ready = self._ready
        sound = ready[0] if len(ready) == 1 else np.concatenate(ready)
        self._ready = [sound[samples:]] if available > samples else []
        self.samples_fetched += samples
        return sound[:samples]

    def _next(self, ahead: float, block: float, rate: int, now: float) -> Samples:
        """At least one sample at `rate`."""
        playout = self.receiver.playout
        with self._guard:
            item = self.receiver.next(now, ahead, block)
            correction = playout.correction
        if isinstance(item, NoSound):
            return self._without(item, rate)
        self.played = now + ahead, item
        codec_rate = item.format.sample_rate
        sound = self._concealment.heard(self._decode(item), codec_rate)
        playout.quiet = self.treatments.catch_up != "silence" or is_quiet(sound)
        if correction:
            sound = self._corrected(sound, codec_rate, correction)
        return self._resampled(sound, codec_rate, rate)

    def _without(self, silence: NoSound, rate: int) -> Samples:
        """What is played when there is no frame to be played."""
        if silence.why == "waiting" or not self._format_rate:
            return np.zeros(max(1, round(silence.seconds * rate)), np.int16)
        count = max(1, round(silence.seconds * self._format_rate))
        sound = self._concealment.missing(count, self._format_rate)
        if self._concealment.silent:
            self.receiver.playout.quiet = True
            if silence.why == "missing":
                self.silent_seconds += silence.seconds
        return self._resampled(sound, self._format_rate, rate)

    def _decode(self, frame: ReceivedFrame) -> Samples:
        name, self._format_rate = frame.format.name, frame.format.sample_rate
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = new_audio_decoder(name)
        try:
            return decoder.decode(frame.data)
        except LabkitError:
            self.broken += 1
            return np.zeros(round(USUAL * self._format_rate), np.int16)

    def _corrected(self, sound: Samples, rate: int, seconds: float) -> Samples:
        """The sound made longer or shorter, as far as it can be done unheard."""
        change = padded if self.treatments.catch_up == "silence" else stretched
        corrected = change(sound, rate, seconds)
        if len(corrected) != len(sound):
            with self._guard:
                self.receiver.playout.changed((len(corrected) - len(sound)) / rate)
        return corrected

    def _resampled(self, sound: Samples, rate: int, wanted: int) -> Samples:
        played = self._resampler.samples(sound, rate, wanted)
        return played if len(played) else np.zeros(1, np.int16)
