"""The media of one call: sound and pictures, over real sockets, in threads of their
own.

    session = MediaSession("127.0.0.1", name="alice", trace=trace, random=Random())
    session.ports                    # into the session description: {"audio": 40000, …}
    session.start(setups)            # as agreed; again after each new agreement
    camera.start(session.send_picture)
    microphone.start(session.send_sound, 48_000, 960)
    speaker.start(session.next_sound, 48_000, 960)
    session.on_peer_picture = show
    session.close()

Nothing here waits for the peer, for a panel or for a notebook's cell; every queue is
bounded and drops the oldest. Requirements A12, C6, C8, C10. Notebook: 03-media.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from random import Random

from labkit.errors import LocalError
from labkit.frames import Picture, Sound
from labkit.media.codecs.predicting import HIGHEST_BIT_RATE, LOWEST_BIT_RATE
from labkit.media.formats import Kind
from labkit.media.machine import snapshot
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.encoding import BIT_RATE
from labkit.media.machine.history import History
from labkit.media.machine.playout.view import PlayoutView
from labkit.media.machine.stages import Stages
from labkit.media.machine.statistics import Statistics
from labkit.media.treatments import Treatments
from labkit.net import clock, interpreter, loop
from labkit.net.call_context import CallContext
from labkit.net.call_link import CallLink
from labkit.net.media_audio import AudioLine
from labkit.net.media_controls import Hearing, MediaControls, Seeing
from labkit.net.media_line import MediaLine
from labkit.net.media_video import VideoLine
from labkit.net.shown import Shown
from labkit.net.srtp import new_key
from labkit.net.steering import Steering
from labkit.trace import Trace

__all__ = ["History", "MediaSession", "Shown", "StreamSetup"]

TICK = 0.100
"""Seconds between two looks at whether an RTCP report is due."""
TICKS_A_MEASURE = 3
TICKS_A_LOOK = 10


class MediaSession(MediaControls):
    """Sockets, threads and codecs of one call, for the kinds of media it has."""

    def __init__(
        self,
        host: str,
        *,
        name: str,
        trace: Trace,
        random: Random,
        kinds: Collection[str] = ("audio", "video"),
        link: CallLink | None = None,
        treatments: Treatments | None = None,
    ) -> None:
        """Open an even/odd pair of ports on `host` for each kind.

        `link` is the network that all packets pass through. Raises LocalError when the
        ports cannot be had.
        """
        self._call = CallContext(name, host, trace, random, link or CallLink())
        self._audio: AudioLine | None = None
        self._video: VideoLine | None = None
        try:
            self._audio = AudioLine(self._call) if "audio" in kinds else None
            self._video = VideoLine(self._call) if "video" in kinds else None
        except LocalError:
            if self._audio is not None:
                self._audio.close()
            raise
        self.ports = {line.kind: line.pair.rtp_address.port for line in self._lines}
        """The RTP port of each kind; its RTCP is one higher."""
        self._steering = Steering(
            self._lines, self._call.lips, treatments or Treatments()
        )
        self._started = self._closed = False
        self._ticks = 0
        self._timer: asyncio.TimerHandle | None = None
        self.on_silence: Callable[[float], None] | None = None
        """Called with the seconds for which nothing has come from the peer, some times
        a second while that is so, and with 0.0 when that ends; on the loop thread."""

    @cached_property
    def keys(self) -> Mapping[Kind, str]:
        """What each kind is encrypted with, where encryption is agreed."""
        return {line.kind: new_key(self._call.random) for line in self._lines}

    @property
    def _hearing(self) -> Hearing | None:
        return self._audio

    @property
    def _seeing(self) -> Seeing | None:
        return self._video

    @property
    def _lines(self) -> list[MediaLine]:
        return [line for line in (self._audio, self._video) if line is not None]

    def start(self, streams: Sequence[StreamSetup]) -> None:
        """Send and receive as agreed; after a re-INVITE again, on the same sockets.

        A kind that is not among `streams` is neither sent nor received.
        """
        if self._closed:
            raise LocalError("this media session is closed; begin another call")
        agreed = {setup.kind: setup for setup in streams}
        for line in self._lines:
            setup = agreed.get(line.kind)
            if setup is not None:
                line.set_up(setup)
            else:
                line.stop()
        if not self._started:
            self._started = True
            interpreter.hurry()
            loop.shared().post(self._tick)

    def close(self) -> None:
        """Say goodbye (RTCP BYE), end the threads, give the ports back."""
        if self._closed:
            return
        self._closed = True
        if self._started:
            loop.shared().call(self._stop_timer)
        for line in self._lines:
            line.close()
        self._call.link.abandon()
        if self._started:
            interpreter.relax()

    # --- what devices call ----------------------------------------------------------

    def send_picture(self, picture: Picture) -> None:
        """Encode the camera's picture and send it; what we cannot keep up with is
        skipped."""
        if self._video is not None and not self._closed:
            self._video.send(picture)

    def send_sound(self, sound: Sound) -> None:
        """Take the microphone's sound, encode it and send it."""
        if self._audio is not None and not self._closed:
            self._audio.send(sound)

    def tap_sound(
        self,
        own: Callable[[Sound], None] | None,
        peer: Callable[[Sound], None] | None,
    ) -> None:
        """Also hand on what is sent and what is played, by capture time; None: no more.

        Both are called on the devices' threads and must return at once.
        """
        if self._audio is not None:
            self._audio.on_own_sound, self._audio.on_peer_sound = own, peer

    # --- what panels look at --------------------------------------------------------

    @property
    def history(self) -> History:
        """Latency, jitter and loss of the last minutes."""
        return self._call.history

    @property
    def stages(self) -> Mapping[Kind, Stages]:
        """When each of the newest frames passed each stage on its way."""
        return {line.kind: line.stream.stages for line in self._lines}

    def statistics(self) -> Statistics:
        """A snapshot under the W3C's names."""
        now, sound, pictures = clock.now(), self._audio, self._video
        audio = None if sound is None else sound.statistics(now)
        video = None if pictures is None else pictures.statistics(now)
        rate, skew = self._steering.rate, self._call.lips.skew
        return Statistics(
            now,
            snapshot.of_call(audio, rate, skew),
            snapshot.of_call(video, rate, skew),
        )

    def request_keyframe(self) -> None:
        """Ask the peer for a picture that stands alone (PLI)."""
        if self._video is not None:
            self._video.ask_for_keyframe()

    @property
    def silence(self) -> float:
        """Seconds for which nothing has come from the peer, neither media nor reports.

        0.0 on hold, unless they have sent reports: those go on then.
        """
        return self._call.silence.seconds

    # --- switches -------------------------------------------------------------------

    @property
    def treatments(self) -> Treatments:
        """How loss and latency are treated now (A15, A16)."""
        return self._steering.treatments

    def treat(self, treatments: Treatments, auto: bool = False) -> None:
        """Treat them so from now on; `auto`: as seems best, once there are figures.

        Raises LocalError for what are no treatments.
        """
        self._steering.want(treatments, auto)

    @property
    def advice(self) -> str:
        """Why they are treated so, in words; empty while nobody advises."""
        return self._steering.advice

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments, by name, that the peer does not take."""
        return frozenset[str]().union(*(line.stream.lacks for line in self._lines))

    def playout_view(self, now: float, seconds: float = 4.0) -> PlayoutView:
        """What waits in the playout buffer, and what became of the last frames."""
        if self._audio is None:
            return PlayoutView()
        with self._audio.lock:
            return self._audio.stream.playout_view(now, seconds)

    @property
    def bit_rate(self) -> int:
        """Bits a second that VP8 and H264 aim at (C8)."""
        return BIT_RATE if self._video is None else self._video.stream.encoding.bit_rate

    @bit_rate.setter
    def bit_rate(self, bit_rate: int) -> None:
        if not LOWEST_BIT_RATE <= bit_rate <= HIGHEST_BIT_RATE:
            raise LocalError(
                f"a bit rate is {LOWEST_BIT_RATE} to {HIGHEST_BIT_RATE} bits a second, "
                f"not {bit_rate}"
            )
        if self._video is not None:
            self._video.stream.encoding.bit_rate = bit_rate

    # --- on the loop thread ---------------------------------------------------------

    def _tick(self) -> None:
        if self._closed:
            return
        self._timer = loop.shared().asyncio.call_later(TICK, self._tick)
        self._ticks += 1
        now = clock.now()
        self._listen(now)
        if self._ticks % TICKS_A_LOOK == 0:
            self._steering.look(now)
        for line in self._lines:
            line.tick()
            if self._ticks % TICKS_A_MEASURE == 0:
                line.measure(now)

    def _listen(self, now: float) -> None:
        before = self.silence
        seconds = self._call.silence.look(now, self._is_expected)
        if self.on_silence is not None and (seconds or before):
            self.on_silence(seconds)

    @property
    def _is_expected(self) -> bool:
        """Whether anything should come from the peer."""
        return any(line.is_expected for line in self._lines)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
