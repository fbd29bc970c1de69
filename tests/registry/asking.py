"""A fake link: clients, the registry's machine and its timers, on a clock we drive."""

from __future__ import annotations

from collections.abc import Hashable

from labkit.effects import Address, Close, Heard, Notify, Send, StartTimer, StopTimer
from labkit.registry.machine import (
    Limits,
    Policy,
    RegistryEffect,
    RegistryMachine,
)

ALICE, BOB = "192.168.0.101", "192.168.0.121"


class World:
    """The registry among its clients; `now` moves only when a test moves it."""

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        machine: RegistryMachine | None = None,
    ):
        self.machine = machine or RegistryMachine(policy, limits)
        self.now = 1000.0
        self.events: list[object] = []
        self.heard: list[Heard] = []
        self.closed: list[Hashable] = []
        self.timers: dict[Hashable, float] = {}
        self._sent: dict[Hashable, bytes] = {}
        self._ports = iter(range(40_000, 60_000))

    def connect(self, client: str, host: str = ALICE) -> None:
        peer = Address(host, next(self._ports))
        self._apply(self.machine.connected(client, peer, self.now))

    def send(self, client: str, data: bytes) -> bytes:
        """Send bytes; return all that has come back to this client since last time."""
        self._apply(self.machine.received(client, data, self.now))
        return self.read(client)

    def say(self, client: str, *lines: str) -> str:
        """Send whole lines; return the reply as text."""
        return self.send(
            client, "".join(f"{line}\n" for line in lines).encode()
        ).decode()

    def read(self, client: str) -> bytes:
        return self._sent.pop(client, b"")

    def drop(self, client: str) -> None:
        self._apply(self.machine.disconnected(client, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass; timers that are due run, each at its own time."""
        end = self.now + seconds
        while self.timers:
            key, at = min(self.timers.items(), key=lambda timer: timer[1])
            if at > end:
                break
            self.now = max(self.now, at)
            del self.timers[key]
            self._apply(self.machine.timeout(key, self.now))
        self.now = end

    @property
    def names(self) -> list[str]:
        return [user.name for user in self.machine.users]

    @property
    def told(self) -> list[str]:
        """The events so far, as the sentences that people read."""
        return [str(event) for event in self.events]

    def _apply(self, effects: list[RegistryEffect]) -> None:
        for effect in effects:
            match effect:
                case Send(data, to):
                    assert to not in self.closed, "nothing is sent after Close"
                    self._sent[to] = self._sent.get(to, b"") + data
                case Close(connection):
                    self.closed.append(connection)
                case Notify(event):
                    self.events.append(event)
                case StartTimer(key, at):
                    self.timers[key] = at
                case StopTimer(key):
                    self.timers.pop(key, None)
                case Heard():
                    self.heard.append(effect)
