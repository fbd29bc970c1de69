"""The four transactions of SIP over UDP, found by trying them.

They are written as methods, not as a table. So each is set up, given every input that
may come in its state (an answer of each sort, an ACK, the request again, each timer
that runs), and what it does is taken down, until no state is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labkit.effects import Address, Effect, Send, StartTimer, StopTimer
from labkit.signalling.machine.client_transaction import (
    ClientTransaction,
    InviteClientTransaction,
    RequestClientTransaction,
    own_answer,
)
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    RequestServerTransaction,
    ServerTransaction,
)
from labkit.signalling.machine.timing import Timing
from labkit.signalling.messages.request import Request
from labkit.signalling.wire import sip
from report.figures.boxes import Box, arrow, begin, end, loop
from report.figures.style import canvas, sheet

Machine = ClientTransaction | ServerTransaction
THERE = Destination("UDP", Address("192.0.2.2", 5060))
ANSWERS = {"1xx": 180, "2xx": 200, "300–699": 486}
TEXT = (
    "{method} sip:bob@192.0.2.2 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
    "From: <sip:alice@192.0.2.1>;tag=1\r\nTo: <sip:bob@192.0.2.2>\r\n"
    "Call-ID: 1@192.0.2.1\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
    "Content-Length: 0\r\n\r\n"
)


@dataclass
class Tried:
    """A machine after some inputs, and the timers that run."""

    machine: Machine
    timers: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        return self.machine.state.name

    def after(self, step: Callable[[Machine], object]) -> tuple[Tried, bool]:
        """A copy that took one more input, and whether it sent something."""
        other = deepcopy(self)
        effects = _effects(step(other.machine))
        for effect in effects:
            match effect:
                case StartTimer(key):
                    other.timers.add(key.letter)
                case StopTimer(key):
                    other.timers.discard(key.letter)
        return other, any(isinstance(effect, Send) for effect in effects)


def _effects(returned: object) -> list[Effect]:
    return returned[0] if isinstance(returned, tuple) else returned or []


def _request(method: str) -> Request:
    message = sip.parse(TEXT.format(method=method).encode())
    assert isinstance(message, Request)
    return message


def _inputs(tried: Tried) -> Iterator[tuple[str, Callable[[Machine], object]]]:
    """Everything that may happen to a machine in its state, by name."""
    machine = tried.machine
    if isinstance(machine, ClientTransaction):
        for name, status in ANSWERS.items():
            answer = own_answer(machine.request, status, "")
            yield name, lambda it, answer=answer: it.received(answer, 1.0)
    else:
        if not machine.is_answered:
            for name, status in ANSWERS.items():
                answer = own_answer(machine.request, status, "")
                yield f"{name} sent", lambda it, a=answer: it.respond(a, 1.0)
        yield f"{machine.request.method} again", lambda it: it.repeated()
        if isinstance(machine, InviteServerTransaction):
            yield "ACK", lambda it: it.acknowledged(1.0)
    for letter in sorted(tried.timers):
        yield f"timer {letter}", lambda it, letter=letter: _fire(it, letter)


def _fire(machine: Machine, letter: str) -> object:
    return machine.timeout(letter, 1.0)


def explore(machine: Machine) -> dict[tuple[str, str], list[str]]:
    """Which inputs lead from which state to which; to itself only if it answers."""
    begun = Tried(machine)
    if isinstance(machine, ClientTransaction):
        begun, _ = begun.after(lambda it: it.start(0.0))
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    open_, seen = [begun], set()
    while open_:
        tried = open_.pop(0)
        answered = getattr(tried.machine, "octets", 0) > 0
        key = (tried.state, frozenset(tried.timers), answered)
        if key in seen or tried.state == "TERMINATED":
            continue
        seen.add(key)
        for name, step in _inputs(tried):
            other, sends = tried.after(step)
            if name.startswith("timer") and not sends:
                other.timers.discard(name[-1])
            steps = found[tried.state, other.state]
            if (other.state != tried.state or sends) and name not in steps:
                steps.append(name)
            open_.append(other)
    return {ends: names for ends, names in found.items() if names}


PLACES = {
    "TRYING": (0, 52), "PROCEEDING": (0, 38), "COMPLETED": (-16, 19),
    "ACCEPTED": (18, 19), "CONFIRMED": (-16, 4),
}  # fmt: skip
ENDS = {"TRYING": (28, 52), "PROCEEDING": (18, 19)}
"""Millimetres from the middle and the bottom; where a state's way to TERMINATED ends,
if it has a ringed dot of its own. The others meet in one."""
MEETING = (8, 4)
MACHINES = {
    "INVITE, the caller's side": InviteClientTransaction(
        _request("INVITE"), THERE, Timing()
    ),
    "INVITE, the callee's side": InviteServerTransaction(
        _request("INVITE"), THERE, Timing()
    ),
    "any other request, who asks": RequestClientTransaction(
        _request("BYE"), THERE, Timing()
    ),
    "any other request, who answers": RequestServerTransaction(
        _request("BYE"), THERE, Timing()
    ),
}


def _draw(axes: Axes, left: float, low: float, title: str, machine: Machine) -> None:
    found = explore(machine)
    states = {state for ends in found for state in ends} - {"TERMINATED"}
    middle = left + 46
    axes.text(left + 46, low + 63, title, fontweight="semibold", ha="center")
    boxes = {
        state: Box(middle + PLACES[state][0], low + PLACES[state][1], 23, 6.6)
        for state in states
    }
    first = boxes[machine.state.name]
    arrow(axes, begin(axes, middle, low + 59.5), first)
    for state, box in boxes.items():
        box.draw(axes, state)
    for (before, after), inputs in found.items():
        start, label = boxes[before], "\n".join(inputs)
        if before == after:
            side = 1 if before == "PROCEEDING" else -1
            loop(axes, start, f"{label}\n⇒ sends", side)
        elif after == "TERMINATED":
            x, y = ENDS.get(before, MEETING)
            arrow(axes, start, end(axes, middle + x, low + y), label, at=0.45)
        else:
            around = before == "TRYING" and after != "PROCEEDING"
            bend = 0.5 if after == "COMPLETED" else -0.5
            arrow(axes, start, boxes[after], label, bend=bend if around else 0)


def transactions() -> Figure:
    figure = sheet(134)
    axes = canvas(figure)
    for index, (title, machine) in enumerate(MACHINES.items()):
        _draw(axes, 78 * (index % 2), 67 * (1 - index // 2), title, machine)
    return figure


FIGURES = {"transactions": transactions}
