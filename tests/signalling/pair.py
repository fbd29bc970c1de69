"""Phones on a fake link on virtual time: the driver of this room's machine tests.

Nothing waits: the clock jumps to whatever happens next. Same seed, same bytes.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from labkit.effects import Address, Effect, Notify, Send, StartTimer, StopTimer
from labkit.signalling import Direction, Format, MediaPlan
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.destination import Destination
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip

ALICE = Address("127.0.0.2", 5060)
BOB = Address("127.0.0.3", 5060)
CAROL = Address("127.0.0.4", 5060)

PCMU = Format(0, "PCMU", 8000)
PCMA = Format(8, "PCMA", 8000)
OPUS = Format(96, "opus", 48_000, 2, "useinbandfec=1")
JPEG = Format(26, "JPEG", 90_000)
VP8 = Format(97, "VP8", 90_000)
H264 = Format(98, "H264", 90_000, 1, "packetization-mode=1")

Event = TypeVar("Event")


def plans(
    port: int, direction: Direction = Direction.SENDRECV
) -> tuple[MediaPlan, ...]:
    return (
        MediaPlan("audio", port, (OPUS, PCMU, PCMA), direction),
        MediaPlan("video", port + 2, (JPEG, VP8), direction),
    )


@dataclass
class Quality:
    """How bad the link is; a rule may also drop single messages by hand."""

    loss: float = 0.0
    duplicates: float = 0.0
    delay: float = 0.010
    jitter: float = 0.0
    """Seconds: delays vary by so much, so messages overtake each other."""


@dataclass
class Carried:
    """One message that was put on the link, whether or not it arrived."""

    time: float
    source: Address
    target: Address
    message: Request | Response
    lost: bool

    @property
    def what(self) -> str:
        if isinstance(self.message, Request):
            return self.message.method
        return f"{self.message.status} {self.message.cseq.method}"


class Phone:
    """A user agent on the link, its events, and what it does on its own."""

    def __init__(self, net: Net, agent: UserAgent, address: Address) -> None:
        self.net, self.agent, self.address = net, agent, address
        self.events: list[object] = []
        self.on_event: Callable[[object], None] = lambda event: None
        self.timers: dict[Hashable, float] = {}

    def do(self, effects: list[Effect] | tuple[str, list[Effect]]) -> str:
        value = ""
        if isinstance(effects, tuple):
            value, effects = effects
        self.net.apply(self, effects)
        return value

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def call(self, name: str, to: Address, port: int = 4000) -> str:
        return self.do(self.agent.call(name, to, plans(port), self.net.now))

    def answer(self, call_id: str, port: int = 5000) -> None:
        self.do(self.agent.answer(call_id, plans(port), self.net.now))

    def hang_up(self, call_id: str) -> None:
        self.do(self.agent.hang_up(call_id, self.net.now))


class Net:
    """The clock and the link."""

    def __init__(self, seed: int = 1, quality: Quality | None = None) -> None:
        self.now = 1000.0
        self.random = Random(seed)
        self.quality = quality or Quality()
        self.phones: dict[Address, Phone] = {}
        self.carried: list[Carried] = []
        self.lose: Callable[[Carried], bool] = lambda carried: False
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def phone(self, name: str, address: Address, **options: object) -> Phone:
        agent = UserAgent(name, address, random=self.random, **options)  # type: ignore[arg-type]
        self.phones[address] = Phone(self, agent, address)
        return self.phones[address]

    def apply(self, phone: Phone, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(data, Destination() as to):
                    self.carry(data, phone.address, to)
                case StartTimer(key, at):
                    phone.timers[key] = at
                    self._at(at, lambda key=key, at=at: self._fire(phone, key, at))
                case StopTimer(key):
                    phone.timers.pop(key, None)
                case Notify(event):
                    phone.events.append(event)
                    phone.on_event(event)

    def carry(self, data: bytes, source: Address, to: Destination) -> None:
        carried = Carried(self.now, source, to.address, sip.parse(data), False)
        carried.lost = self.lose(carried) or self.random.random() < self.quality.loss
        self.carried.append(carried)
        copies = 0 if carried.lost else 1
        copies += self.random.random() < self.quality.duplicates
        for _ in range(copies):
            delay = self.quality.delay + self.random.random() * self.quality.jitter
            self._at(self.now + delay, lambda: self.deliver(data, source, to))

    def deliver(self, data: bytes, source: Address, to: Destination) -> None:
        phone = self.phones.get(to.address)
        if phone is not None:
            self.apply(
                phone, phone.agent.received(data, source, self.now, to.transport)
            )

    def run(self, seconds: float = 200.0) -> None:
        """Let everything happen that happens within so many seconds."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = end

    def ladder(self) -> list[str]:
        """What was carried, as `alice INVITE`, in order."""
        names = {phone.address: name for name, phone in self._names()}
        return [f"{names.get(c.source, c.source)} {c.what}" for c in self.carried]

    def _names(self) -> list[tuple[str, Phone]]:
        return [(phone.agent.profile.name, phone) for phone in self.phones.values()]

    def _at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (time, next(self._order), action))

    def _fire(self, phone: Phone, key: Hashable, at: float) -> None:
        if phone.timers.get(key) == at:
            del phone.timers[key]
            self.apply(phone, phone.agent.timeout(key, self.now))


def alice_and_bob(
    seed: int = 1, quality: Quality | None = None, **options: object
) -> tuple[Net, Phone, Phone]:
    net = Net(seed, quality)
    return net, net.phone("alice", ALICE, **options), net.phone("bob", BOB, **options)


def call_that_is_up(**options: object) -> tuple[Net, Phone, Phone, str]:
    """Alice called bob, and he answered."""
    net, alice, bob = alice_and_bob(**options)
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    net.run(1)
    return net, alice, bob, call_id
