"""Two parties of a call on virtual time: machines, a fake link, and no clock but ours.

Each party has its own clock, ahead of true time by `ahead` seconds and gaining `skew`
seconds a second, as those of real machines do. Sound is sampled by true time.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from labkit.frames import EncodedFrame
from labkit.media.formats import FORMATS, MediaFormat
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.receiver import RtpReceiver
from labkit.media.machine.reports import RtcpSession
from labkit.media.machine.sender import RtpSender
from labkit.media.wire.rtp import parse_rtp

FRAME = 0.020


@dataclass
class Link:
    """What the network does to a packet, decided by a seeded Random."""

    random: Random
    delay: float = 0.010
    jitter: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    stalled_until: float = 0.0
    """Until then everything waits, and then arrives in one go."""
    lost: int = 0
    doubled: int = 0

    def arrivals(self, now: float) -> list[float]:
        """When the packet sent now arrives: never, once, or twice."""
        if self.random.random() < self.loss:
            self.lost += 1
            return []
        copies = 1
        if self.random.random() < self.duplicates:
            self.doubled += 1
            copies = 2
        return [
            max(now, self.stalled_until)
            + self.delay
            + self.random.uniform(0, self.jitter)
            for _ in range(copies)
        ]


@dataclass
class World:
    """True time, and what is going to happen."""

    now: float = 1_700_000_000.0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=itertools.count)

    def at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._number), action))

    def every(self, period: float, action: Callable[[], None], first: float) -> None:
        def again(time: float) -> None:
            action()
            self.at(time + period, lambda: again(time + period))

        self.at(self.now + first, lambda: again(self.now))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            self.now, _, action = heapq.heappop(self._events)
            action()
        self.now = end


class Party:
    """A sender, a receiver and their reports, for one kind of media."""

    def __init__(
        self,
        world: World,
        media: MediaFormat,
        seed: int,
        ahead: float = 0.0,
        skew: float = 0.0,
    ) -> None:
        random = Random(seed)
        self.world = world
        self.format = media
        self.ahead = ahead
        self.skew = skew
        self._begun = world.now
        self.offset = ClockOffset()
        clock = MediaClock(self.offset)
        receive = {media.payload_type: media}
        self.sender = RtpSender(media, media.payload_type, random=random)
        self.sound = AudioReceiver(receive, clock)
        self.pictures = RtpReceiver(receive, clock)
        receiver = self.sound if media.kind == "audio" else self.pictures
        self.sources = receiver.sources
        self.reports = RtcpSession(
            self.sender,
            self.sources,
            clock,
            self.offset,
            cname=str(seed),
            random=random,
        )
        self.to_peer: Link | None = None
        self.peer: Party | None = None
        self.shown: list[tuple[float, ReceivedFrame]] = []
        self.played: list[tuple[float, object]] = []

    @property
    def now(self) -> float:
        """What this party's clock reads."""
        return self.reads(self.world.now)

    def reads(self, time: float) -> float:
        """What this party's clock reads at a true time."""
        return time + self.ahead + self.skew * (time - self._begun)

    def carry(self, data: bytes, receive: Callable[[bytes], None]) -> None:
        """Send `data` over our link."""
        assert self.to_peer is not None
        for time in self.to_peer.arrivals(self.world.now):
            self.world.at(time, lambda: receive(data))

    def send(self, frame: EncodedFrame) -> None:
        assert self.peer is not None
        for packet in self.sender.send(frame):
            self.carry(packet, self.peer.receive)

    def receive(self, data: bytes) -> None:
        packet = parse_rtp(data)
        if self.format.kind == "audio":
            self.sound.received(packet, self.now)
        else:
            for frame in self.pictures.received(packet, self.now):
                self.shown.append((self.now, frame))

    def speak(self) -> None:
        """20 ms of sound that was captured just now, as 20 octets of Opus (code 0)."""
        number = self.sender.frames_sent.to_bytes(4, "big")
        self.send(EncodedFrame(b"\xf8" + number + bytes(15), self.now - FRAME))

    def listen(self) -> None:
        self.played.append((self.now, self.sound.next(self.now)))

    def report(self) -> None:
        assert self.peer is not None
        data = self.reports.poll(self.now)
        if data is not None:
            peer = self.peer
            self.carry(data, peer.heard)

    def heard(self, data: bytes) -> None:
        self.reports.received(data, self.now)

    @property
    def heard_frames(self) -> list[tuple[float, ReceivedFrame]]:
        return [(at, f) for at, f in self.played if isinstance(f, ReceivedFrame)]


def call(
    name: str,
    *,
    seed: int = 1,
    ahead: float = 0.0,
    skew: float = 0.0,
    **impairments: float,
) -> tuple[World, Party, Party]:
    """Alice and Bob, linked both ways; Bob's clock is `ahead` of Alice's, and
    gains `skew` on it."""
    world = World()
    alice = Party(world, FORMATS[name], seed)
    bob = Party(world, FORMATS[name], seed + 1, ahead, skew)
    alice.peer, bob.peer = bob, alice
    for number, party in enumerate((alice, bob)):
        party.to_peer = Link(Random(seed * 100 + number), **impairments)
        world.every(0.05, party.report, first=0.003 + 0.02 * number)
    return world, alice, bob


def talk(world: World, *parties: Party, phase: float = 0.007) -> None:
    """Let each party speak and listen every 20 ms, from now on."""
    for number, party in enumerate(parties):
        world.every(FRAME, party.speak, first=0.001 * number)
        world.every(FRAME, party.listen, first=0.001 * number + phase)
