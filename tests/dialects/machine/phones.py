"""Phones of a dialect on a fake network and a clock that a test drives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from itertools import count
from typing import Any

from labkit.dialects import Dialect, load
from labkit.dialects.dialect import CallTalk
from labkit.dialects.machine.calls import CallMachine
from labkit.dialects.machine.connections import Dial
from labkit.dialects.machine.events import (
    BusyRefused,
    CallChanged,
    IncomingCall,
    WhereIs,
)
from labkit.effects import (
    Address,
    Close,
    Heard,
    Malformed,
    Notify,
    Send,
    StartTimer,
    StopTimer,
)


def talk(dialect: str | Dialect, **changed: Any) -> CallTalk:
    """How it calls, with some of its options changed."""
    found = load(dialect) if isinstance(dialect, str) else dialect
    assert found.call is not None
    return dataclasses.replace(found.call, **changed)


class Phone:
    """One machine, and what it has told."""

    def __init__(self, net: Network, name: str, host: str, how: CallTalk) -> None:
        self.net, self.name = net, name
        self.address = Address(host, 6000)
        self.machine = CallMachine(name, self.address, how)
        self.told: list[object] = []
        self.heard: list[Heard] = []

    def do(self, wish: Callable[..., Any], *given: Any, **more: Any) -> Any:
        outcome = wish(*given, now=self.net.now, **more)
        value, effects = outcome if isinstance(outcome, tuple) else (None, outcome)
        self.net.apply(self, effects)
        return value

    def call(self, other: Phone) -> str:
        return str(self.do(self.machine.call, other.name, other.address))

    @property
    def view(self) -> Any:
        """The newest call."""
        return list(self.machine.calls.values())[-1]

    @property
    def state(self) -> str:
        return str(self.view.state.name)

    def answer(self) -> None:
        self.do(self.machine.answer, self.view.call_id)

    def refuse(self) -> None:
        self.do(self.machine.refuse, self.view.call_id)

    def hold(self) -> None:
        self.do(self.machine.hold, self.view.call_id)

    def resume(self) -> None:
        self.do(self.machine.resume, self.view.call_id)

    def hang_up(self) -> None:
        self.do(self.machine.hang_up, self.view.call_id)

    def of(self, kind: type) -> list[Any]:
        """What it told, of this kind."""
        return [each for each in self.told if isinstance(each, kind)]

    def rings(self) -> int:
        return len(self.of(IncomingCall))


class Network:
    """Carries everything at once, unless `lose` says otherwise; TCP is made of pairs
    of keys, one a side."""

    def __init__(self) -> None:
        self.now = 100.0
        self.phones: dict[Address, Phone] = {}
        self.wire: list[bytes] = []
        """All that was sent, in order."""
        self.lose: Callable[[bytes], bool] = lambda data: False
        self.ends: dict[tuple[str, Hashable], tuple[Phone | None, Hashable]] = {}
        self.timers: dict[tuple[str, Hashable], tuple[float, Phone]] = {}
        self.registry_is_slow = False
        self._ports = count(40_000)

    def phone(self, name: str, host: str, how: CallTalk) -> Phone:
        made = Phone(self, name, host, how)
        self.phones[made.address] = made
        return made

    def wait(self, seconds: float) -> None:
        """Let time pass; timers ring when they are due."""
        end = self.now + seconds
        while due := [(at, key) for key, (at, _) in self.timers.items() if at <= end]:
            at, key = min(due, key=lambda each: each[0])
            _, phone = self.timers.pop(key)
            self.now = at
            self.apply(phone, phone.machine.timeout(key[1], at))
        self.now = end

    def apply(self, phone: Phone, effects: list[Any]) -> None:
        for effect in effects:
            match effect:
                case Send(data, to):
                    self.wire.append(data)
                    self._carry(phone, data, to)
                case Close(way):
                    self.close(phone, way)
                case StartTimer(key, at):
                    self.timers[phone.name, key] = at, phone
                case StopTimer(key):
                    self.timers.pop((phone.name, key), None)
                case Notify(WhereIs(call_id, name)):
                    self._look_up(phone, call_id, name)
                case Notify(event):
                    assert isinstance(
                        event, (IncomingCall, CallChanged, BusyRefused, Malformed)
                    )
                    phone.told.append(event)
                case Heard():
                    phone.heard.append(effect)

    def _look_up(self, phone: Phone, call_id: str, name: str) -> None:
        if self.registry_is_slow:
            return
        there = (at for at, other in self.phones.items() if other.name == name)
        found = phone.machine.found(call_id, next(there, None), self.now)
        self.apply(phone, found)

    def _carry(self, phone: Phone, data: bytes, to: Any) -> None:
        if self.lose(data):
            return
        if isinstance(to, Address):
            other = self.phones.get(to)
            if other is not None:
                self.apply(other, other.machine.received(data, phone.address, self.now))
            return
        if isinstance(to, Dial) and (phone.name, to) not in self.ends:
            other = self.phones.get(to.address)
            if other is None:
                self.apply(phone, phone.machine.unreachable(to, self.now))
                return
            key = f"in-{next(self._ports)}"
            peer = Address(phone.address.host, next(self._ports))
            self.join(phone, to, other, key)
            self.apply(other, other.machine.connected(key, peer, self.now))
        there, key_ = self.ends.get((phone.name, to), (None, None))
        if there is not None:
            self.apply(there, there.machine.received(data, key_, self.now))

    def join(self, phone: Phone, way: Hashable, other: Phone, key: Hashable) -> None:
        self.ends[phone.name, way] = other, key
        self.ends[other.name, key] = phone, way

    def close(self, phone: Phone, way: Hashable) -> None:
        """Both ends hear of it."""
        there, key = self.ends.pop((phone.name, way), (None, None))
        self.apply(phone, phone.machine.closed(way, self.now))
        if there is not None and (there.name, key) in self.ends:
            del self.ends[there.name, key]
            self.apply(there, there.machine.closed(key, self.now))


class Stranger:
    """A client that nobody here wrote: the test says each byte, and when it closes."""

    def __init__(self, phone: Phone, host: str = "10.0.0.9") -> None:
        self.phone, self.host = phone, host
        self._keys = count(1)

    def connect(self) -> str:
        key = f"stranger-{next(self._keys)}"
        peer = Address(self.host, 50_000)
        machine = self.phone.machine
        self.phone.net.apply(
            self.phone, machine.connected(key, peer, self.phone.net.now)
        )
        return key

    def says(self, data: bytes, way: Hashable = None, close: bool = False) -> str:
        """On this connection, or on a new one; returns which."""
        key = way if way is not None else self.connect()
        net, machine = self.phone.net, self.phone.machine
        net.apply(self.phone, machine.received(data, key, net.now))
        if close:
            self.closes(key)
        return str(key)

    def closes(self, way: Hashable) -> None:
        net = self.phone.net
        net.apply(self.phone, self.phone.machine.closed(way, net.now))
