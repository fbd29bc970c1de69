"""A simulated phone: the real machines of signalling and media, on virtual time.

What sockets, threads and devices do in a real phone is done here by the world: packets
are offered to the link and arrive when it says; a microphone and a camera have
something new at their pace; a loudspeaker fetches at its own. No machine knows.

Requirements A10-A16. Notebook: 05-latency.
"""

from __future__ import annotations

from collections import Counter, deque
from functools import partial
from random import Random
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.frames import Picture, Sound
from labkit.link import Path
from labkit.media.formats import Kind
from labkit.media.machine import snapshot
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.lip_sync import LipSync
from labkit.media.machine.picture_stream import PictureStream
from labkit.media.machine.pilot import Pilot
from labkit.media.machine.reports import KeyframeAsked, NackAsked
from labkit.media.machine.sound_stream import SoundStream
from labkit.media.machine.statistics import Statistics
from labkit.media.treatments import Treatments
from labkit.media.wire.rtp import parse_rtp
from labkit.phone.negotiation import known_formats, plans, setups
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import CallChanged, IncomingCall, MediaAgreed
from labkit.signalling.machine.states import CallState
from labkit.signalling.messages.plan import MediaPlan
from labkit.simulation.scene import Scene, Seen
from labkit.simulation.signalling import Signalling
from labkit.simulation.world import Clock

Plane: TypeAlias = Literal["sip", "audio", "audio reports", "video", "video reports"]
FRAME = 0.020
"""Seconds of sound in one packet."""
LOOK = 1.0
"""Seconds between two looks of the pilot."""
TICK = 0.100
"""Seconds between two looks at whether a report is due."""
LISTENS_AFTER = 0.007
"""Seconds between a microphone's tick and the loudspeaker's."""
JOURNAL = 60_000
"""Fates of frames of sound that are remembered: twenty minutes, for studies."""
PORTS: dict[Kind, int] = {"audio": 40_000, "video": 40_002}


class SimulatedPhone:
    """One party. `shows` is called with each picture that is ready to be shown."""

    def __init__(
        self,
        name: str,
        address: Address,
        clock: Clock,
        scene: Scene,
        *,
        random: Random,
        treatments: Treatments,
        auto: bool,
        t1: float,
    ) -> None:
        self.name, self.address, self.clock, self.scene = name, address, clock, scene
        offset = ClockOffset()
        kinds = {media.kind for media in known_formats(scene.formats)}
        self.sound: SoundStream | None = None
        self.pictures: PictureStream | None = None
        if "audio" in kinds:
            self.sound = SoundStream(cname=name, offset=offset, random=random)
            self.sound.receiver.playout.journal = deque(maxlen=JOURNAL)
        if "video" in kinds:
            self.pictures = PictureStream(cname=name, offset=offset, random=random)
            self.pictures.encoding.quality = scene.quality
        agent = UserAgent(name, address, random=random, t1=t1)
        self.signalling = Signalling(agent, clock, self._sip, self._tell)
        self.sent: Counter[Plane] = Counter()
        """Packets given to the link, by what they carry."""
        self.received: Counter[Plane] = Counter()
        """Packets that came out of it."""
        self.refused: Counter[Plane] = Counter()
        """Of these, packets that nobody could read."""
        self.latencies: list[tuple[Kind, float, float]] = []
        """(kind, when, latency) of each stretch of sound played and picture shown."""
        self.call_id = ""
        self.accepted_at: float | None = None
        """On this phone's clock."""
        self.over = False
        self.is_quiet = False
        """Whether nobody talks, films and listens here any more."""
        self.peer: SimulatedPhone | None = None
        self._path: Path | None = None
        self._samples = 0
        """How many samples the microphone has given."""
        self._pictures = 0
        self._begun = False
        self._wakes: dict[Kind, float] = {}
        self.pilot = Pilot(treatments)
        """Who flips the switches, if nobody else does."""
        self.pilot.auto = auto
        self.lips = LipSync()
        """How much earlier sound is heard than its picture is seen."""
        self._apply()

    # --- what somebody does with it -------------------------------------------------

    def join(self, peer: SimulatedPhone, path: Path) -> None:
        """Whom it talks to, and the way there."""
        self.peer, self._path = peer, path

    def use(self, treatments: Treatments) -> None:
        """Treat latency and loss in this way from now on."""
        self.pilot.want(treatments, self.pilot.auto)
        self._apply()

    def _apply(self) -> None:
        treatments = self.pilot.treatments
        self.lips.on = treatments.lip_sync
        for _, stream in self._streams():
            stream.use(treatments)
        if self.sound is not None:
            self.sound.listen(treatments)

    def _steer(self) -> None:
        """Let the pilot look at what was measured, and do as it says."""
        self._while_up()
        before, rung = self.pilot.treatments, self.pilot.rung
        streams = [stream for _, stream in self._streams()]
        if self.pilot.tick(streams, self.clock.now()) != before:
            self._apply()
        if self.pilot.rung is not rung:
            for stream in streams:
                stream.heed(self.pilot.rung)

    def invite(self) -> None:
        """Call the peer."""
        assert self.peer is not None
        target = f"sip:{self.peer.name}@{self.peer.address}"
        self.call_id, effects = self.signalling.agent.call(
            target, self.peer.address, self._plans(), self.clock.now()
        )
        self.signalling.apply(effects)

    def hang_up(self) -> None:
        """End the call."""
        if not self.over:
            agent = self.signalling.agent
            self.signalling.apply(agent.hang_up(self.call_id, self.clock.now()))

    def statistics(self) -> Statistics:
        """A snapshot under the W3C's names."""
        now, sound, pictures = self.clock.now(), self.sound, self.pictures
        share, skew = self.pilot.rule.rate.share, self.lips.skew
        audio = None if sound is None else snapshot.of_sound(sound, now)
        video = None if pictures is None else snapshot.of_pictures(pictures, now)
        return Statistics(
            now,
            snapshot.of_call(audio, share, skew),
            snapshot.of_call(video, share, skew),
        )

    # --- signalling -----------------------------------------------------------------

    def _plans(self) -> tuple[MediaPlan, ...]:
        formats = known_formats(self.scene.formats)
        ports = {media.kind: PORTS[media.kind] for media in formats}
        return plans(formats, ports, sends_video=True)

    def _sip(self, data: bytes) -> None:
        self._carry("sip", [data])

    def _tell(self, event: object) -> None:
        agent, now = self.signalling.agent, self.clock.now()
        match event:
            case IncomingCall():
                self.call_id = event.call_id
                effects = agent.answer(event.call_id, self._plans(), now)
                self.signalling.apply(effects)
            case MediaAgreed():
                self._set_up(setups(event.streams))
            case CallChanged():
                if event.after is CallState.ACCEPTED and self.accepted_at is None:
                    self.accepted_at = now
                self.over = event.after.is_over

    def _set_up(self, agreed: list[StreamSetup]) -> None:
        for setup in agreed:
            stream = self.sound if setup.kind == "audio" else self.pictures
            if stream is not None:
                stream.set_up(setup)
        self._apply()
        if not self._begun:
            self._begun = True
            self._begin()

    # --- devices --------------------------------------------------------------------

    def _begin(self) -> None:
        now, every = self.clock.now(), self.clock.every
        if self.sound is not None:
            every(FRAME, self._speak, now + FRAME)
            every(FRAME, self._listen, now + LISTENS_AFTER)
        if self.pictures is not None:
            every(1 / self.scene.fps, self._film, now)
        every(TICK, self._report, now + TICK)
        every(LOOK, self._steer, now + LOOK)

    def _while_up(self) -> None:
        if self.over:
            raise StopIteration

    def _while_used(self) -> None:
        if self.over or self.is_quiet:
            raise StopIteration

    def _speak(self) -> None:
        self._while_used()
        sound, rate = self.sound, self.scene.rate
        assert sound is not None
        now, count = self.clock.now(), round(rate * FRAME)
        samples = self.scene.speak(self.name, self._samples, count)
        self._samples += count
        frames = sound.encode(Sound(samples, rate, now - FRAME))
        self._carry("audio", sound.write(frames, now))
        self._note_sent(sound, now - FRAME)
        self._follow_up("audio")

    def _listen(self) -> None:
        self._while_used()
        assert self.sound is not None
        rate = self.scene.rate
        samples = self.sound.fetch(round(rate * FRAME), rate, self.clock.now())
        self.scene.sounds[self.name].append(samples)
        played = self.sound.newly_played()
        if played is not None:
            self.latencies.append(("audio", *played))
            at, latency = played
            self.lips.audio(at - latency, at)
            self.sound.receiver.playout.hold = self.lips.hold_audio

    def _film(self) -> None:
        self._while_used()
        pictures = self.pictures
        assert pictures is not None
        now = self.clock.now()
        picture = Picture(self.scene.picture(self._pictures), now)
        frame = pictures.encode(picture)
        if frame is not None:
            packets = pictures.write((frame,), now)
            assert pictures.sender is not None
            stamp = pictures.sender.timestamp_at(now)
            self.scene.filmed(self.name, stamp, self._pictures)
            self._carry("video", packets)
            self._note_sent(pictures, now)
            self._follow_up("video")
        self._pictures += 1

    def _note_sent(self, stream: SoundStream | PictureStream, captured: float) -> None:
        """Work takes no time here: the frame is encoded and sent at once."""
        now = self.clock.now()
        if stream.sender is not None:
            stream.stages.note_sent((stream.sender.timestamp, captured, now, now, now))

    # --- media in and out -----------------------------------------------------------

    def _report(self) -> None:
        self._while_up()
        now = self.clock.now()
        for kind, stream in self._streams():
            report = stream.report(now)
            if report is not None:
                self._carry(_reports(kind), [report])

    def _streams(self) -> list[tuple[Kind, SoundStream | PictureStream]]:
        streams: list[tuple[Kind, SoundStream | PictureStream]] = []
        if self.sound is not None:
            streams.append(("audio", self.sound))
        if self.pictures is not None:
            streams.append(("video", self.pictures))
        return streams

    def _stream(self, kind: Kind) -> SoundStream | PictureStream:
        stream = self.sound if kind == "audio" else self.pictures
        assert stream is not None
        return stream

    def _carry(self, plane: Plane, packets: list[bytes]) -> None:
        """Give packets to the link, which says when the peer has them."""
        path, peer, world = self._path, self.peer, self.clock.world
        assert path is not None
        assert peer is not None
        self.sent[plane] += len(packets)
        for packet in packets:
            for at, data in path.offer(packet, world.now):
                world.at(at, partial(peer.arrived, plane, data))

    def arrived(self, plane: Plane, data: bytes) -> None:
        """A packet is out of the link."""
        self.received[plane] += 1
        assert self.peer is not None
        now = self.clock.now()
        match plane:
            case "sip":
                self.signalling.received(data, self.peer.address)
            case "audio" | "video":
                self._media_came(plane, data, now)
            case "audio reports":
                self._report_came("audio", data, now)
            case "video reports":
                self._report_came("video", data, now)

    def _media_came(self, kind: Kind, data: bytes, now: float) -> None:
        stream = self._stream(kind)
        if stream.setup is None or self.over:
            return
        try:
            packet = parse_rtp(data)
        except RemoteError:
            self.refused[kind] += 1
            return
        self._show(stream.take(packet, now))
        if kind == "video" and self.pictures is not None:
            request = self.pictures.keyframe_request(now)
            if request is not None:
                self._carry("video reports", [request])
        self._follow_up(kind)

    def _report_came(self, kind: Kind, data: bytes, now: float) -> None:
        stream = self._stream(kind)
        if stream.setup is None or self.over:
            return
        try:
            events = stream.heard(data, now)
        except RemoteError:
            self.refused[_reports(kind)] += 1
            return
        for event in events:
            match event:
                case KeyframeAsked() if self.pictures is not None:
                    self.pictures.keyframe_asked()
                case NackAsked(numbers):
                    self._carry(kind, stream.resend(numbers, now))
        self._follow_up(kind)

    def _follow_up(self, kind: Kind) -> None:
        """Do what is due, and see to it that what follows is done in its time."""
        stream, now = self._stream(kind), self.clock.now()
        deadline = stream.next_deadline
        if deadline is not None and deadline <= now:
            self._carry(kind, stream.due(now))
            asked = stream.ask(now)
            if asked is not None:
                self._carry(_reports(kind), [asked])
            self._show(stream.overdue(now))
            deadline = stream.next_deadline
        if deadline is not None and deadline < self._wakes.get(kind, float("inf")):
            self._wakes[kind] = deadline
            self.clock.at(deadline, partial(self._wake, kind, deadline))

    def _wake(self, kind: Kind, wanted: float) -> None:
        if self._wakes.get(kind) != wanted:
            return  # an earlier one has come between
        del self._wakes[kind]
        if not self.over:
            self._follow_up(kind)

    def _show(self, frames: list[ReceivedFrame]) -> None:
        if frames and self.lips.hold_video:
            later = self.clock.now() + self.lips.hold_video
            self.clock.at(later, partial(self._show_now, frames))
        else:
            self._show_now(frames)

    def _show_now(self, frames: list[ReceivedFrame]) -> None:
        pictures, now = self.pictures, self.clock.now()
        if pictures is None:
            return
        for frame in frames:
            pixels: npt.NDArray[np.uint8] | None = None
            if self.scene.watches:
                pixels = pictures.decode(frame)
                if pixels is None:
                    continue
            pictures.seen(frame, self.scene.size, now)
            pictures.stages.note_received(
                (frame.timestamp, frame.captured, frame.first_arrived, now, now, now)
            )
            if pictures.latency is not None:
                self.latencies.append(("video", now, pictures.latency))
                self.lips.video(now - pictures.latency, now)
            self.scene.shown[self.name].append(Seen(frame.timestamp, now, pixels))


def _reports(kind: Kind) -> Plane:
    return "audio reports" if kind == "audio" else "video reports"
