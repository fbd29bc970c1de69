"""Does every call come about while the network loses three messages in ten?

Two user agents (RFC 3261 over UDP) on virtual time; every message passes a
`labkit.link.Path` that loses 30 % of them in either direction, RTT 20 ms. The callee
answers at once; set up is a call that both sides still hold to be accepted 70 s later;
then it is hung up. `setup_30` counts those of 1,000; the delay is that of RFC 6076's
session request: from INVITE to the caller's knowing that it was answered.

The RFC's timers alone do not save every call: seven INVITEs within 32 s are all lost
once in 4,600 calls (0.3⁷), and of eleven answers none comes through together with its
ACK once in 1,600 (0.51¹¹). So the spread tells as much as the median.
"""

from __future__ import annotations

import heapq
import itertools
import statistics
from collections.abc import Callable, Hashable, Sequence
from random import Random

import common

from labkit.effects import Address, Effect, Notify, Send, StartTimer, StopTimer
from labkit.link import Conditions, Path
from labkit.signalling import CallChanged, CallState, Format, IncomingCall, MediaPlan
from labkit.signalling.machine.agent import UserAgent

LOSS, DELAY = 0.30, 0.010
CALLS = 1000
PATIENCE = 70.0
"""Seconds: RFC 3261's timers give up after 64 T1 = 32 s, at either side."""
ADDRESSES = (Address("127.0.0.2", 5060), Address("127.0.0.3", 5060))
PLANS = (MediaPlan("audio", 4000, (Format(0, "PCMU", 8000),)),)

TO_REACH = {"setup_30": f"≥ {CALLS}"}


class Pair:
    """Two user agents, the link between them, and the time."""

    def __init__(self, seed: int, loss: float) -> None:
        self.now = 0.0
        self._conditions = Conditions(loss=loss, delay=DELAY)
        self._paths = [Path(self._conditions, seed, way) for way in ("there", "back")]
        self.agents = [
            UserAgent(name, address, random=Random(f"{seed}/{name}"))
            for name, address in zip(("alice", "bob"), ADDRESSES, strict=True)
        ]
        self.events: list[tuple[int, float, object]] = []
        """Who was told what, and when."""
        self._timers: dict[tuple[int, Hashable], float] = {}
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def carry_out(self, end: int, effects: Sequence[Effect]) -> None:
        """Do what the agent at this end wants done; bob answers whoever calls."""
        for effect in effects:
            match effect:
                case Send(data, _):
                    for at, changed in self._paths[end].offer(data, self.now):
                        self._at(at, lambda data=changed: self._deliver(1 - end, data))
                case StartTimer(key, at):
                    self._timers[end, key] = at
                    self._at(at, lambda key=key, at=at: self._fire(end, key, at))
                case StopTimer(key):
                    self._timers.pop((end, key), None)
                case Notify(event):
                    self.events.append((end, self.now, event))
                    if isinstance(event, IncomingCall):
                        agent = self.agents[end]
                        answer = agent.answer(event.call_id, PLANS, self.now)
                        self.carry_out(end, answer)

    def run(self, seconds: float) -> None:
        """Let everything happen that happens within so many seconds."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = end

    def _deliver(self, end: int, data: bytes) -> None:
        source = ADDRESSES[1 - end]
        self.carry_out(end, self.agents[end].received(data, source, self.now))

    def _fire(self, end: int, key: Hashable, at: float) -> None:
        if self._timers.get((end, key)) == at:
            del self._timers[end, key]
            self.carry_out(end, self.agents[end].timeout(key, self.now))

    def _at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (time, next(self._order), action))


def call(pair: Pair) -> float | None:
    """Set one call up, end it; seconds until alice knew, None if it was not set up."""
    alice, bob = pair.agents
    begun = pair.now
    pair.events.clear()
    call_id, effects = alice.call("bob", ADDRESSES[1], PLANS, begun)
    pair.carry_out(0, effects)
    pair.run(PATIENCE)
    up = all(
        call_id in agent.calls and agent.calls[call_id].state is CallState.ACCEPTED
        for agent in (alice, bob)
    )
    known = [
        at - begun
        for end, at, event in pair.events
        if end == 0
        and isinstance(event, CallChanged)
        and event.after is CallState.ACCEPTED
    ]
    if up:
        pair.carry_out(0, alice.hang_up(call_id, pair.now))
    pair.run(PATIENCE)
    return known[0] if up and known else None


def measure(seeds: Sequence[int], calls: int = CALLS) -> dict[str, list[float]]:
    """How many calls of `calls` were set up, and how long it took, seed by seed."""
    measured: dict[str, list[float]] = {}
    for seed in seeds:
        common.say(f"seed {seed}: {calls} calls, {LOSS:.0%} of the signalling lost")
        pair = Pair(seed, LOSS)
        delays = [delay for _ in range(calls) if (delay := call(pair)) is not None]
        measured.setdefault("setup_30", []).append(len(delays))
        if delays:
            p50, p95 = statistics.median(delays), common.percentile(delays, 0.95)
            measured.setdefault("setup_30_p50_s", []).append(p50)
            measured.setdefault("setup_30_p95_s", []).append(p95)
    return measured
