"""The registry's requests and replies, written by the kit's own writers."""

from __future__ import annotations

from matplotlib.figure import Figure

from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Reply,
    Request,
    Unregister,
    Unregistered,
    User,
    UserList,
)
from labkit.registry.wire import write_reply, write_request
from report.figures.style import BLUE, HAIR, ORANGE, QUIET, canvas, sheet

ALICE, BOB = User("alice", "192.168.0.101", 6000), User("bob", "192.168.0.121", 6050)
SAID: tuple[tuple[Request, Reply, Reply | None], ...] = (
    (
        Register("alice", "192.168.0.101", 6000),
        Registered(ALICE),
        Refused(409, "name taken: alice"),
    ),
    (Query("bob"), Found(BOB), Refused(404, "unknown user: bob")),
    (ListUsers(), UserList((ALICE, BOB)), None),
    (Unregister("alice"), Unregistered("alice"), Refused(403, "not your name: alice")),
    (Quit(), Bye(), None),
)
MONO = {"family": "DejaVu Sans Mono", "fontsize": 6.6}


def registry_messages() -> Figure:
    figure = sheet(60)
    axes = canvas(figure)
    for x, words in ((0, "request"), (63, "reply"), (122, "or, for instance")):
        axes.text(x + 2, 57, words, fontsize=7.6, color=QUIET, style="italic")
    y = 52.5
    for request, reply, refusal in SAID:
        lines = write_reply(reply).decode().splitlines()
        high = 3.4 * len(lines)
        axes.plot([0, 162], [y + 3, y + 3], color=HAIR, linewidth=0.6)
        _line(axes, 2, y, write_request(request).decode(), BLUE)
        meaning = (type(request).__doc__ or "").partition("(")[0].strip().rstrip(".")
        axes.text(2, y - 3.4, meaning, fontsize=7, color=QUIET, va="center")
        for index, line in enumerate(lines):
            _line(axes, 65, y - 3.4 * index, line, BLUE)
        if refusal:
            _line(axes, 124, y, write_reply(refusal).decode(), ORANGE)
        y -= max(high, 6.8) + 3.0
    return figure


def _line(axes: object, x: float, y: float, line: str, colour: str) -> None:
    """One line as it stands on the wire, its first word in colour."""
    first, gap, rest = line.rstrip("\n").partition(" ")
    axes.text(x, y, first, color=colour, weight="bold", va="center", **MONO)
    axes.text(x + 1.408 * len(first + gap), y, rest, va="center", **MONO)


FIGURES = {"registry-messages": registry_messages}
