"""The signalling of a simulated phone: the real user agent, on a link and on a clock of
its own.

What `labkit.net.sip` does with sockets and the loop's timers is done here with the link
and virtual time: carry bytes there, carry out effects. Nothing else differs.

Requirement A10. Notebook: 05-latency.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from labkit.effects import Address, Effect, Notify, Send, StartTimer, StopTimer
from labkit.signalling.machine.agent import UserAgent
from labkit.simulation.world import Clock


class Signalling:
    """Runs one user agent. `carry` takes what it sends; `tell` hears its events."""

    def __init__(
        self,
        agent: UserAgent,
        clock: Clock,
        carry: Callable[[bytes], None],
        tell: Callable[[object], None],
    ) -> None:
        self.agent = agent
        self.messages = 0
        """How many SIP messages were sent, repetitions too."""
        self._clock = clock
        self._carry, self._tell = carry, tell
        self._timers: dict[Hashable, float] = {}

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry out what the agent wants done."""
        for effect in effects:
            match effect:
                case Send(data):
                    self.messages += 1
                    self._carry(data)
                case StartTimer(key, at):
                    self._start(key, at)
                case StopTimer(key):
                    self._timers.pop(key, None)
                case Notify(event):
                    self._tell(event)

    def received(self, data: bytes, source: Address) -> None:
        """A datagram has come."""
        self.apply(self.agent.received(data, source, self._clock.now()))

    def _start(self, key: Hashable, at: float) -> None:
        self._timers[key] = at

        def fire() -> None:
            if self._timers.get(key) == at:  # not stopped or moved since
                del self._timers[key]
                self.apply(self.agent.timeout(key, self._clock.now()))

        self._clock.at(at, fire)
