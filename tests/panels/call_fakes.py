"""A phone as its call screen sees it: states to look at, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from labkit.devices import MemorySpeaker, SyntheticVoice, TestCard
from labkit.effects import Address
from labkit.media.machine.history import History
from labkit.media.machine.statistics import (
    InboundRtp,
    LineStatistics,
    OutboundRtp,
    Own,
    Statistics,
)
from labkit.net import clock
from labkit.phone import PICTURE_QUALITIES, PhoneState
from labkit.phone.chat_log import ChatLine
from labkit.phone.state import CallSnapshot
from labkit.signalling.machine.states import CallState

REGISTRY = Address("127.0.0.1", 5000)


class FakeLens:
    """Shows what it is given."""

    def __init__(self) -> None:
        self.watchers: list[Callable[[Any], None]] = []

    def watch(self, watcher: Callable[[Any], None]) -> Callable[[], None]:
        self.watchers.append(watcher)
        return lambda: self.watchers.remove(watcher)

    def show(self, jpeg: bytes) -> None:
        for watcher in self.watchers:
            watcher(_Shown(jpeg))


@dataclass(frozen=True)
class _Shown:
    jpeg: bytes

    def as_jpeg(self) -> bytes:
        return self.jpeg


@dataclass
class FakeDevices:
    camera: Any
    microphone: Any
    speaker: Any


class FakeMedia:
    """A call that has gone well for half a minute."""

    levels = (0.42, 0.18)

    def __init__(self, codec: str = "JPEG") -> None:
        self._codec, self._began = codec, clock.now() - 30

    @property
    def history(self) -> History:
        now, history = clock.now(), History()
        for step in range(round(10 * (now - 30)), round(10 * now)):
            wave = abs((step % 40) - 20) / 20
            history.video.append((step / 10, 0.021 + 0.006 * wave))
            history.audio.append((step / 10, 0.074 + 0.022 * wave))
        for kind, jitter in (("video", 0.0017), ("audio", 0.0029)):
            history.jitter[kind].append((now, jitter))  # type: ignore[index]
            history.loss[kind].append((now, 0.004))  # type: ignore[index]
        return history

    def statistics(self) -> Statistics:
        now = clock.now()
        seconds = now - self._began

        def line(codec: str, rate: int, **inbound: Any) -> LineStatistics:
            sent = int(rate * seconds / 8)
            return LineStatistics(
                codec,
                OutboundRtp(1, 9, sent, 9, 9, 1, 0.1, 0),
                InboundRtp(2, 9, int(0.97 * sent), 0, 0.002, **inbound),
                None,
                Own(latency=0.02, latencyError=0.0002, opinion=4.2),
            )

        picture = {"frameWidth": 640, "frameHeight": 480, "framesPerSecond": 24.0}
        return Statistics(
            now, line("PCMU", 64_000), line(self._codec, 2_310_000, **picture)
        )


class FakeCallPhone:
    """As much of a phone as its panel asks for; `asked` tells what that was, and
    `when_asked` is called each time."""

    def __init__(self, name: str = "alice") -> None:
        self.name = name
        self.asked: list[tuple[str, Any]] = []
        self.when_asked: Callable[[], object] = lambda: None
        self.own, self.peer = FakeLens(), FakeLens()
        self.devices = FakeDevices(
            TestCard(label=name), SyntheticVoice(name), MemorySpeaker()
        )
        self.picture_quality: Any = PICTURE_QUALITIES["medium"]
        self.media: Any = None
        self._listeners: list[Callable[[PhoneState], None]] = []
        self.state = PhoneState(
            name, Address("127.0.0.1", 5060), REGISTRY, False, None, ""
        )

    def subscribe(self, listener: Callable[[PhoneState], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def now(self, **changes: Any) -> None:
        """Another state; listeners are told."""
        self.state = replace(self.state, **changes)
        for listener in tuple(self._listeners):
            listener(self.state)

    def in_call(self, state: CallState = CallState.ACCEPTED, **changes: Any) -> None:
        """In a call with bob, as `changes` say."""
        mine = {k: changes.pop(k) for k in ("muted", "video_paused") if k in changes}
        self.now(call=snapshot(state, **changes), **mine)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def ask(*given: Any, **named: Any) -> None:
            self.asked.append((name, named or (given[0] if given else None)))
            self.when_asked()

        return ask


def snapshot(state: CallState = CallState.ACCEPTED, **changes: Any) -> CallSnapshot:
    """A call with bob."""
    call = CallSnapshot(
        "bob",
        Address("127.0.0.1", 5062),
        outgoing=state is not CallState.INCOMING,
        state=state,
        why="",
        seconds=65.0 if state.is_up or state.is_over else 0.0,
    )
    return replace(call, **changes)


def lines(*texts: tuple[bool, str]) -> tuple[ChatLine, ...]:
    """A talk: whether it is ours, and what is said."""
    begin = 1_790_000_000.0
    return tuple(
        ChatLine(mine, text, begin + 20 * number)
        for number, (mine, text) in enumerate(texts)
    )
