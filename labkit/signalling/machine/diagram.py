"""The state diagram of a call, drawn from its table: it cannot drift from the machine.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.signalling.machine.states import TRANSITIONS, CallEvent, CallState

_Table = Mapping[CallState, Mapping[CallEvent, CallState]]


def as_table(table: _Table = TRANSITIONS) -> str:
    """One line a transition, as text in three columns."""
    rows = [
        (state.name, event.name, after.name)
        for state, events in table.items()
        for event, after in events.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(
        f"{state:<{widths[0]}}  {event:<{widths[1]}} → {after}"
        for state, event, after in rows
    )


def as_mermaid(table: _Table = TRANSITIONS) -> str:
    """A Mermaid state diagram, which JupyterLab draws in a Markdown cell.

    The states in which an answer is awaited share a frame, and what may happen in all
    of them is drawn once, from the frame. Events that change no state are left out.
    """
    waiting = [state for state, events in table.items() if CallEvent.ACCEPT in events]
    shared = {
        event: after
        for event, after in table[waiting[0]].items()
        if all(table[state].get(event) is after for state in waiting)
    }
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    {state.name}: {state.words}" for state in table]
    lines += [
        "    [*] --> WAITING: INVITE",
        '    state "not answered yet" as WAITING {',
    ]
    lines += [f"        {state.name}" for state in waiting]
    for state in waiting:
        alone = {event: to for event, to in table[state].items() if event not in shared}
        lines += [f"    {line}" for line in _steps(state, alone)]
    lines += ["    }"]
    lines += [
        f"    WAITING --> {to.name}: {event.name}" for event, to in shared.items()
    ]
    for state, events in table.items():
        lines += [] if state in waiting else _steps(state, events)
    return "\n".join(lines)


def _steps(state: CallState, events: Mapping[CallEvent, CallState]) -> list[str]:
    return [
        f"    {state.name} --> {after.name}: {event.name}"
        for event, after in events.items()
        if after is not state
    ]
