"""Sound and pictures of a simulated phone: the real streams, on a link and a clock.

What `labkit.net.media` does with sockets and threads is done here with the link and
virtual time: packets come and go, and what is due later is done in its time.

Requirements A12, A15, A16. Notebook: 05-latency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

from labkit.errors import RemoteError
from labkit.media.formats import Kind
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.picture_stream import PictureStream
from labkit.media.machine.reports import KeyframeAsked, NackAsked
from labkit.media.machine.sound_stream import SoundStream
from labkit.media.treatments import Treatments
from labkit.media.wire.rtp import parse_rtp
from labkit.simulation.wire import SimulatedWire, reports_of
from labkit.simulation.world import Clock

JOURNAL = 60_000
"""Fates of frames of sound that are remembered: twenty minutes, for studies."""


class SimulatedMedia:
    """The streams of one phone, for the kinds that it has."""

    def __init__(
        self,
        name: str,
        kinds: set[Kind],
        clock: Clock,
        wire: SimulatedWire,
        random: Random,
    ) -> None:
        offset = ClockOffset()
        self.sound: SoundStream | None = None
        self.pictures: PictureStream | None = None
        if "audio" in kinds:
            self.sound = SoundStream(cname=name, offset=offset, random=random)
            self.sound.receiver.playout.journal = deque(maxlen=JOURNAL)
        if "video" in kinds:
            self.pictures = PictureStream(cname=name, offset=offset, random=random)
        self.over = False
        """Whether the call is over: then nothing that still arrives counts."""
        self.on_frames: Callable[[list[ReceivedFrame]], None] = lambda frames: None
        """Called with pictures of the peer that are complete."""
        self._clock, self._wire = clock, wire
        self._wakes: dict[Kind, float] = {}

    @property
    def streams(self) -> list[tuple[Kind, SoundStream | PictureStream]]:
        """Each kind's stream."""
        streams: list[tuple[Kind, SoundStream | PictureStream]] = []
        if self.sound is not None:
            streams.append(("audio", self.sound))
        if self.pictures is not None:
            streams.append(("video", self.pictures))
        return streams

    def stream(self, kind: Kind) -> SoundStream | PictureStream:
        """The stream of a kind that this phone has."""
        stream = self.sound if kind == "audio" else self.pictures
        assert stream is not None
        return stream

    def set_up(self, agreed: list[StreamSetup]) -> None:
        """Send and receive as agreed."""
        for setup in agreed:
            stream = self.sound if setup.kind == "audio" else self.pictures
            if stream is not None:
                stream.set_up(setup)

    def use(self, treatments: Treatments) -> None:
        """Treat latency and loss in this way from now on."""
        for _, stream in self.streams:
            stream.use(treatments)
        if self.sound is not None:
            self.sound.listen(treatments)

    # --- out ------------------------------------------------------------------------

    def send(self, kind: Kind, packets: list[bytes], captured: float) -> None:
        """Send a frame's packets, and see to what is to follow them.

        Work takes no time here: the frame was encoded just now and is sent at once.
        """
        stream, now = self.stream(kind), self._clock.now()
        self._wire.carry(kind, packets)
        if stream.sender is not None:
            stream.stages.note_sent((stream.sender.timestamp, captured, now, now, now))
        self._follow_up(kind)

    def report(self) -> None:
        """Send the reports that are due."""
        now = self._clock.now()
        for kind, stream in self.streams:
            report = stream.report(now)
            if report is not None:
                self._wire.carry(reports_of(kind), [report])

    # --- in -------------------------------------------------------------------------

    def packet_came(self, kind: Kind, data: bytes) -> None:
        """An RTP packet is out of the link."""
        stream, now = self.stream(kind), self._clock.now()
        if stream.setup is None or self.over:
            return
        try:
            packet = parse_rtp(data)
        except RemoteError:
            self._wire.refused[kind] += 1
            return
        self.on_frames(stream.take(packet, now))
        if kind == "video" and self.pictures is not None:
            request = self.pictures.keyframe_request(now)
            if request is not None:
                self._wire.carry("video reports", [request])
        self._follow_up(kind)

    def report_came(self, kind: Kind, data: bytes) -> None:
        """An RTCP packet is out of the link."""
        stream, now = self.stream(kind), self._clock.now()
        if stream.setup is None or self.over:
            return
        try:
            events = stream.heard(data, now)
        except RemoteError:
            self._wire.refused[reports_of(kind)] += 1
            return
        for event in events:
            match event:
                case KeyframeAsked() if self.pictures is not None:
                    self.pictures.keyframe_asked()
                case NackAsked(numbers):
                    self._wire.carry(kind, stream.resend(numbers, now))
        self._follow_up(kind)

    # --- what time brings -----------------------------------------------------------

    def _follow_up(self, kind: Kind) -> None:
        """Do what is due, and see to it that what follows is done in its time."""
        stream, now = self.stream(kind), self._clock.now()
        deadline = stream.next_deadline
        if deadline is not None and deadline <= now:
            self._wire.carry(kind, stream.due(now))
            asked = stream.ask(now)
            if asked is not None:
                self._wire.carry(reports_of(kind), [asked])
            self.on_frames(stream.overdue(now))
            deadline = stream.next_deadline
        if deadline is not None and deadline < self._wakes.get(kind, float("inf")):
            self._wakes[kind] = deadline
            self._clock.at(deadline, partial(self._wake, kind, deadline))

    def _wake(self, kind: Kind, wanted: float) -> None:
        if self._wakes.get(kind) != wanted:
            return  # an earlier one has come between
        del self._wakes[kind]
        if not self.over:
            self._follow_up(kind)
