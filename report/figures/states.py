"""State diagrams of a registry's row and of a call, drawn from the code's own tables.

Where a box stands is said here; which boxes and arrows there are, the tables say. A
state without a place stops the drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from matplotlib.figure import Figure

from labkit.registry.machine import TRANSITIONS as LEASE
from labkit.registry.machine import LeaseState
from labkit.signalling import TRANSITIONS as CALL
from labkit.signalling import CallEvent, CallState
from report.figures.boxes import Box, arrow, begin, frame, loop, note
from report.figures.style import ORANGE, WARM_TINT, canvas, sheet

WORDS = {
    LeaseState.HELD: "the connection lives",
    LeaseState.LOST: "it dropped; the name is kept",
    LeaseState.GONE: "name and address are free",
}


def lease_states() -> Figure:
    figure = sheet(26)
    axes = canvas(figure)
    boxes = {
        LeaseState.HELD: Box(31, 17, 34, 11),
        LeaseState.LOST: Box(81, 17, 38, 11),
        LeaseState.GONE: Box(136, 17, 38, 11),
    }
    for state in LEASE:
        over = {"fill": WARM_TINT, "edge": ORANGE} if not LEASE[state] else {}
        boxes[state].draw(axes, state.name, WORDS[state], **over)
    arrow(axes, begin(axes, 5, 17), boxes[LeaseState.HELD])
    for state, steps in LEASE.items():
        for after, names in _together(steps).items():
            far = state is LeaseState.HELD and after is LeaseState.GONE
            arrow(
                axes, boxes[state], boxes[after], "\n".join(names) if not far else
                " or ".join(names), bend=0.2 if far else 0,
            )  # fmt: skip
    return figure


def call_states() -> Figure:
    figure = sheet(92)
    axes = canvas(figure)
    waiting = [state for state, steps in CALL.items() if CallEvent.ACCEPT in steps]
    frame(axes, Box(38, 45, 48, 82), "not answered yet")
    boxes = {
        CallState.CALLING: Box(34, 71, 31),
        CallState.RINGING: Box(34, 49, 31),
        CallState.INCOMING: Box(34, 20, 31),
        CallState.ACCEPTED: Box(99, 84, 31),
        CallState.HELD: Box(99, 62, 31),
        CallState.ENDED: Box(146, 84, 31),
        CallState.FAILED: Box(146, 53, 31),
        CallState.REFUSED: Box(146, 37, 31),
        CallState.CANCELLED: Box(146, 23, 31),
        CallState.UNANSWERED: Box(146, 9, 31),
    }
    for state in CallState:
        over = {"fill": WARM_TINT, "edge": ORANGE} if state.is_over else {}
        same = state.words == state.name.lower()
        boxes[state].draw(axes, state.name, "" if same else state.words, **over)
    for first, words in (
        (CallState.CALLING, "INVITE\nis sent"),
        (CallState.INCOMING, "INVITE\narrives"),
    ):
        arrow(axes, begin(axes, 5, boxes[first].y), boxes[first])
        note(axes, 6, boxes[first].y + 6, words)
    shared = {
        event: after
        for event, after in CALL[waiting[0]].items()
        if all(CALL[state].get(event) is after for state in waiting)
    }
    for event, after in shared.items():
        out = Box(62, max(7.0, min(77.0, boxes[after].y)), 0.1, 0.1)
        arrow(axes, out, boxes[after], event.name, at=0.4)
    for state, steps in CALL.items():
        alone = {
            event: after
            for event, after in steps.items()
            if state not in waiting or event not in shared
        }
        for after, names in _together(alone).items():
            label = ", ".join(names)
            if after is state:
                side = 1 if state in waiting else -1
                loop(axes, boxes[state], label.replace(", ", "\n"), side)
            else:
                there_and_back = state in CALL[after].values()
                level = there_and_back or boxes[state].y == boxes[after].y
                bend, at = 0.6 * there_and_back, 0.5 if level else 0.7
                if boxes[state].x == boxes[after].x:
                    at = 0.5
                arrow(axes, boxes[state], boxes[after], label, bend=bend, at=at)
    return figure


def _together(steps: Mapping[object, object]) -> dict[object, list[str]]:
    """The events by where they lead: an arrow each."""
    found = defaultdict(list)
    for event, after in steps.items():
        found[after].append(event.name if isinstance(event, CallEvent) else event)
    return found


FIGURES = {"lease-states": lease_states, "call-states": call_states}
