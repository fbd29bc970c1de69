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
    """A Mermaid state diagram, which JupyterLab draws in a Markdown cell."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.name}: {state.words}" for state in table]
    lines += [
        "    [*] --> CALLING: INVITE is sent",
        "    [*] --> INCOMING: INVITE arrives",
    ]
    lines += [
        f"    {state.name} --> {after.name}: {event.value}"
        for state, events in table.items()
        for event, after in events.items()
    ]
    lines += [f"    {state.name} --> [*]" for state in table if not table[state]]
    return "\n".join(lines)
