"""The sound of one call, both ways, without sockets, threads and clocks.

    microphone → encode → write ~~~> take → playout buffer → listener → loudspeaker

RFC 3551, RFC 7587. Notebook: 03-media.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from itertools import takewhile
from math import inf
from typing import TYPE_CHECKING

from labkit.frames import EncodedFrame, Sound
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.encoding import SoundEncoding
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.listener import Listener, Samples
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.playout.view import PlayoutView
from labkit.media.machine.rate_rule import Rung
from labkit.media.machine.stream import Stream
from labkit.media.repair.recovery import Recovered
from labkit.media.treatments import Treatments

if TYPE_CHECKING:
    from random import Random


class SoundStream(Stream):
    """Sound both ways. `guard` is the lock: the listener decodes outside it."""

    def __init__(
        self,
        *,
        cname: str,
        offset: ClockOffset,
        random: Random,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        clock = MediaClock(offset)
        self.receiver = AudioReceiver({}, clock)
        super().__init__(
            "audio",
            self.receiver.sources,
            clock,
            cname=cname,
            offset=offset,
            random=random,
        )
        self.listener = Listener(self.receiver, guard=guard)
        self._encoding = SoundEncoding()
        self._noted: tuple[float, ReceivedFrame] | None = None

    @property
    def patience(self) -> float:
        """As long as the buffer may make sound wait."""
        chosen = self.treatments
        match chosen.playout:
            case "none":
                return 0.0
            case "fixed":
                return min(chosen.playout_delay, chosen.playout_most)
        return chosen.playout_most

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed; what waits belongs to the former agreement."""
        super().set_up(setup)
        if not setup.receive_on:
            self.receiver.begin()

    def listen(self, treatments: Treatments) -> None:
        """Play what comes in this way from now on; needs no lock, but the loudspeaker's
        thread must not be fetching."""
        self.listener.use(treatments)

    def heed(self, rung: Rung) -> None:
        """Send so much from now on."""
        self._encoding.bit_rate = rung.sound_bit_rate

    def encode(self, sound: Sound) -> list[EncodedFrame]:
        """The frames that `sound` completes; needs no lock but one thread at a time.

        Raises LocalError when it cannot be encoded.
        """
        return (
            []
            if self.setup is None
            else self._encoding.encode(sound, self.setup.format)
        )

    def place(self, item: Recovered, now: float) -> list[ReceivedFrame]:
        """Let a packet's sound wait for its turn."""
        if item.place.begins:
            self.receiver.begin()
        number, timestamp, media, _ = item.place
        by = "" if item.by == "media" else item.by
        self.receiver.place(item.packet, number, timestamp, media, now, by)
        return []

    def fetch(self, samples: int, rate: int, now: float) -> Samples:
        """The next `samples` samples to play, int16; needs no lock."""
        return self.listener.fetch(samples, rate, now)

    def playout_view(self, now: float, seconds: float = inf) -> PlayoutView:
        """What waits in the playout buffer, and what became of the last frames."""
        playout, source = self.receiver.playout, self.sources.source
        newest_first = takewhile(
            lambda record: record.at > now - seconds, reversed(playout.journal)
        )
        return PlayoutView(
            records=tuple(newest_first)[::-1],
            waiting=tuple(playout.waiting(now)),
            overtaken=frozenset() if source is None else frozenset(source.overtaken),
            delay=playout.wanted,
        )

    def newly_played(self, work: float = 0.0) -> tuple[float, float] | None:
        """When the newest frame is played, and its latency; None: no new one.

        `work`: how many seconds it took to decode it.
        """
        played = self.listener.played
        if played is None or played is self._noted:
            return None
        self._noted = played
        turn, frame = played
        at = turn + work
        self.stages.note_received(
            (frame.timestamp, frame.captured, frame.first_arrived, turn, at, at)
        )
        if frame.captured is None:
            return None
        self.latency = at - frame.captured
        return at, self.latency
