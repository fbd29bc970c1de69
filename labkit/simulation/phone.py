"""A simulated phone: the real machines of signalling and media, on virtual time.

What sockets, threads and devices do in a real phone is done here by the world: packets
are offered to the link and arrive when it says (`wire`); a microphone and a camera have
something new at their pace, a loudspeaker fetches at its own (`devices`). No machine
knows.

Requirements A10-A16. Notebook: 05-latency.
"""

from __future__ import annotations

from random import Random

from labkit.effects import Address
from labkit.link import Path
from labkit.media.formats import Kind
from labkit.media.machine import snapshot
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.autopilot import Autopilot
from labkit.media.machine.lip_sync import LipSync
from labkit.media.machine.statistics import Statistics
from labkit.media.treatments import Treatments
from labkit.phone.negotiation import known_formats, plans, setups
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import CallChanged, IncomingCall, MediaAgreed
from labkit.signalling.machine.states import CallState
from labkit.signalling.messages.plan import MediaPlan
from labkit.simulation.devices import SimulatedDevices
from labkit.simulation.media import SimulatedMedia
from labkit.simulation.scene import Scene
from labkit.simulation.signalling import Signalling
from labkit.simulation.wire import Plane, SimulatedWire
from labkit.simulation.world import Clock

LOOK = 1.0
"""Seconds between two looks of the autopilot."""
TICK = 0.100
"""Seconds between two looks at whether a report is due."""
PORTS: dict[Kind, int] = {"audio": 40_000, "video": 40_002}


class SimulatedPhone:
    """One party of a simulated call."""

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
        self.wire = SimulatedWire(clock.world)
        kinds = {media.kind for media in known_formats(scene.formats)}
        self._media = SimulatedMedia(name, kinds, clock, self.wire, random)
        self.sound, self.pictures = self._media.sound, self._media.pictures
        if self.pictures is not None:
            self.pictures.encoding.quality = scene.quality
        agent = UserAgent(name, address, random=random, t1=t1)
        self.signalling = Signalling(agent, clock, self._sip, self._tell)
        self.lips = LipSync()
        """How much earlier sound is heard than its picture is seen."""
        self._devices = SimulatedDevices(name, scene, clock, self._media, self.lips)
        self._media.on_frames = self._devices.show
        self.latencies = self._devices.latencies
        """(kind, when, latency) of each stretch of sound played and picture shown."""
        self.call_id = ""
        self.accepted_at: float | None = None
        """On this phone's clock."""
        self.peer: SimulatedPhone | None = None
        self._begun = False
        self.autopilot = Autopilot(treatments)
        """Who flips the switches, if nobody else does."""
        self.autopilot.auto = auto
        self._apply()

    # --- what somebody does with it -------------------------------------------------

    def join(self, peer: SimulatedPhone, path: Path) -> None:
        """Whom it talks to, and the way there."""
        self.peer = peer
        self.wire.join(path, peer.arrived)

    def invite(self) -> None:
        """Call the peer."""
        assert self.peer is not None
        target = f"sip:{self.peer.name}@{self.peer.address}"
        self.call_id, effects = self.signalling.agent.call(
            target, self.peer.address, self._plans(), self.clock.now()
        )
        self.signalling.apply(effects)

    def use(self, treatments: Treatments) -> None:
        """Treat latency and loss in this way from now on."""
        self.autopilot.want(treatments, self.autopilot.auto)
        self._apply()

    def rest(self) -> None:
        """Talk, film and listen no more; the call goes on."""
        self._devices.is_quiet = True

    def hang_up(self) -> None:
        """End the call."""
        if not self.over:
            agent = self.signalling.agent
            self.signalling.apply(agent.hang_up(self.call_id, self.clock.now()))

    # --- what there is to see -------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether its call is over."""
        return self._media.over

    def statistics(self) -> Statistics:
        """A snapshot under the W3C's names."""
        now, sound, pictures = self.clock.now(), self.sound, self.pictures
        share, skew = self.autopilot.rule.rate.share, self.lips.skew
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
        self.wire.carry("sip", [data])

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
                self._media.over = event.after.is_over

    def _set_up(self, agreed: list[StreamSetup]) -> None:
        self._media.set_up(agreed)
        self._apply()
        if not self._begun:
            self._begun = True
            self._devices.begin()
            now = self.clock.now()
            self.clock.every(TICK, self._report, now + TICK)
            self.clock.every(LOOK, self._steer, now + LOOK)

    def arrived(self, plane: Plane, data: bytes) -> None:
        """A packet is out of the link."""
        self.wire.received[plane] += 1
        assert self.peer is not None
        match plane:
            case "sip":
                self.signalling.received(data, self.peer.address)
            case "audio" | "video":
                self._media.packet_came(plane, data)
            case "audio reports":
                self._media.report_came("audio", data)
            case "video reports":
                self._media.report_came("video", data)

    # --- at every tick --------------------------------------------------------------

    def _while_up(self) -> None:
        if self.over:
            raise StopIteration

    def _report(self) -> None:
        self._while_up()
        self._media.report()

    def _steer(self) -> None:
        """Let the autopilot look at what was measured, and do as it says."""
        self._while_up()
        before, rung = self.autopilot.treatments, self.autopilot.rung
        streams = [stream for _, stream in self._media.streams]
        if self.autopilot.tick(streams, self.clock.now()) != before:
            self._apply()
        if self.autopilot.rung is not rung:
            for stream in streams:
                stream.heed(self.autopilot.rung)

    def _apply(self) -> None:
        treatments = self.autopilot.treatments
        self.lips.on = treatments.lip_sync
        self._media.use(treatments)
