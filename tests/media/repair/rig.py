"""Two parties that protect and recover sound over a lossy link, on virtual time.

What a frame's fate was is judged from outside: it is in time when the other party has
it, as it was sent, `PLAYOUT` seconds after it was spoken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from labkit.media.formats import FORMATS, Kind
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import GenericNack, ReceiverReport, RtpPacket
from labkit.media.repair.formats import RepairFormats
from labkit.media.repair.protection import Protection
from labkit.media.repair.recovery import Recovery
from labkit.media.treatments import Treatments
from labkit.media.wire.rtcp import parse_rtcp, write_rtcp
from labkit.media.wire.rtp import parse_rtp, write_rtp
from tests.media.machine.party import World

PCMU, JPEG = FORMATS["PCMU"], FORMATS["JPEG"]
ALL = RepairFormats(
    red={102: 0}, rtx={104: 0, 107: 26}, parity=105, reed_solomon=106, nack=True
)
FRAME, PLAYOUT = 0.020, 0.150


def random_loss(share: float, random: Random) -> Callable[[], bool]:
    return lambda: random.random() < share


def bursts(share: float, mean: float, random: Random) -> Callable[[], bool]:
    """Gilbert's model: all is lost in the bad state, nothing in the good one."""
    to_good = 1 / mean
    to_bad = share / (1 - share) * to_good
    bad = False

    def lost() -> bool:
        nonlocal bad
        bad = random.random() < to_bad if not bad else random.random() >= to_good
        return bad

    return lost


@dataclass
class Party:
    """One who sends and receives, and the link from here to the other."""

    world: World
    kind: Kind
    seed: int
    treatments: Treatments
    is_lost: Callable[[], bool]
    delay: float = 0.010
    jitter: float = 0.0
    """Seconds that a packet may take longer, uniformly."""
    peer: Party | None = None
    formats: RepairFormats = ALL
    sent: dict[int, tuple[float, RtpPacket]] = field(default_factory=dict)
    """Packets of media by unwrapped number, and when they were sent first."""
    got: dict[int, tuple[float, str]] = field(default_factory=dict)
    """When each of the peer's came, and how."""
    lost: Counter[str] = field(default_factory=Counter)
    octets: int = 0
    packets: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        media = PCMU if self.kind == "audio" else JPEG
        self.media = media
        self.sources = SourceLock({media.payload_type: media})
        self.protection = Protection(
            self.kind, self.formats, self.treatments, random=self.random
        )
        self.recovery = Recovery(self.sources, self.formats, self.treatments)
        self.ssrc = self.random.getrandbits(32)
        self.number = 65_000

    # --- what it sends --------------------------------------------------------------

    def speak(self, packets: int = 1, octets: int = 160) -> None:
        frame = []
        for index in range(packets):
            frame.append(
                RtpPacket(
                    self.media.payload_type,
                    self.number & 0xFFFF,
                    round(self.world.now * self.media.clock_rate) & 0xFFFF_FFFF,
                    self.ssrc,
                    self.random.randbytes(self.random.randint(octets - 30, octets)),
                    self.kind == "video" and index == packets - 1,
                )
            )
            self.sent[self.number] = self.world.now, frame[-1]
            self.number += 1
        self.carry(self.protection.protect(frame, self.world.now))

    def carry(self, packets: list[RtpPacket]) -> None:
        assert self.peer is not None
        peer = self.peer
        for packet in packets:
            self.packets += 1
            self.octets += len(packet.payload)
            if self.is_lost():
                self.lost["media" if packet.ssrc == self.ssrc else "repair"] += 1
                continue
            data = write_rtp(packet)
            self.world.at(self.arrival, lambda data=data: peer.receive(data))

    @property
    def arrival(self) -> float:
        """When what is sent now arrives."""
        late = self.random.uniform(0, self.jitter) if self.jitter else 0.0
        return self.world.now + self.delay + late

    def tick(self) -> None:
        """Now and then: what is due without a packet."""
        self.carry(self.protection.poll(self.world.now))
        self.ask()

    # --- what it hears --------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        assert self.peer is not None
        now = self.world.now
        for packet, place, by in self.recovery.received(parse_rtp(data), now):
            original = self.peer.sent[place.number][1]
            same = packet.payload, packet.timestamp, packet.payload_type
            assert same == (
                original.payload,
                original.timestamp,
                original.payload_type,
            )
            assert place.number not in self.got, "handed on twice"
            self.got[place.number] = now, by
        self.ask()

    def ask(self) -> None:
        assert self.peer is not None
        round_trip = self.delay + self.peer.delay
        patience = PLAYOUT - self.peer.delay
        numbers = self.recovery.numbers_to_ask(self.world.now, round_trip, patience)
        if not numbers:
            return
        nack = GenericNack(self.ssrc, self.peer.ssrc, tuple(numbers))
        data, peer = write_rtcp([ReceiverReport(self.ssrc), nack]), self.peer
        if not self.is_lost():
            self.world.at(self.arrival, lambda: peer.asked(data))

    def asked(self, data: bytes) -> None:
        nack = parse_rtcp(data)[1]
        assert isinstance(nack, GenericNack)
        assert self.peer is not None
        round_trip = self.delay + self.peer.delay
        self.carry(self.protection.resend(nack.numbers, self.world.now, round_trip))

    # --- what became of it ----------------------------------------------------------

    def unrepaired(self, playout: float = PLAYOUT) -> float:
        """The share of this party's packets that the other did not have in time."""
        assert self.peer is not None
        until = self.world.now - 1.0
        judged = [number for number, (at, _) in self.sent.items() if at < until]
        late = sum(
            number not in self.peer.got
            or self.peer.got[number][0] > self.sent[number][0] + playout + 1e-9
            for number in judged
        )
        return late / len(judged)

    @property
    def overhead(self) -> float:
        """Octets of payload beside the media's, as a share of these."""
        media = sum(len(packet.payload) for _, packet in self.sent.values())
        return self.octets / media - 1


def call(
    loss: Callable[[Random], Callable[[], bool]],
    seconds: float = 60.0,
    *,
    seed: int = 1,
    round_trip: float = 0.020,
    jitter: float = 0.0,
    kind: Kind = "audio",
    formats: RepairFormats = ALL,
    **treatments: object,
) -> tuple[Party, Party]:
    """Both speak for so long, with these treatments at both ends."""
    world = World(now=1_000.0)
    switches = Treatments(**treatments)  # type: ignore[arg-type]
    alice, bob = (
        Party(
            world,
            kind,
            seed * 2 + n,
            switches,
            loss(Random(seed * 100 + n)),
            round_trip / 2,
            jitter,
            formats=formats,
        )
        for n in range(2)
    )
    alice.peer, bob.peer = bob, alice
    for n, party in enumerate((alice, bob)):
        if kind == "audio":
            world.every(FRAME, party.speak, first=0.001 + 0.007 * n)
        else:
            world.every(1 / 30, lambda p=party: p.speak(28, 1150), first=0.001 * n)
        world.every(0.002, party.tick, first=0.0005)
    world.run(seconds)
    return alice, bob
