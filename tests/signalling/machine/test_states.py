"""The table of a call's states is whole, and everything else is an error."""

from __future__ import annotations

import itertools
import re

import pytest

from labkit.errors import LocalError
from labkit.signalling import TRANSITIONS, CallEvent, CallState
from labkit.signalling.machine.diagram import as_mermaid, as_table
from labkit.signalling.machine.states import next_state

PAIRS = list(itertools.product(CallState, CallEvent))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_in_the_table_or_an_error(
    state: CallState, event: CallEvent
) -> None:
    if event in TRANSITIONS[state]:
        assert next_state(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(LocalError, match=f"cannot take the step {event.name}"):
            next_state(state, event)


def test_every_state_is_reached_and_every_call_can_end() -> None:
    assert set(TRANSITIONS) == set(CallState)
    begun = {CallState.CALLING, CallState.INCOMING}
    reached = begun | {s for events in TRANSITIONS.values() for s in events.values()}
    assert reached == set(CallState)
    for state in CallState:
        if not state.is_over:
            assert any(after.is_over for after in TRANSITIONS[state].values())


def test_what_is_over_stays_over() -> None:
    over = {state for state in CallState if state.is_over}
    assert over == {
        CallState.REFUSED,
        CallState.CANCELLED,
        CallState.UNANSWERED,
        CallState.FAILED,
        CallState.ENDED,
    }
    assert {state for state in CallState if state.is_up} == {
        CallState.ACCEPTED,
        CallState.HELD,
    }


def test_the_drawings_show_the_whole_table() -> None:
    count = sum(len(events) for events in TRANSITIONS.values())
    assert len(as_table().splitlines()) == count
    assert "INCOMING  ACCEPT  → ACCEPTED" in as_table()


def test_the_diagram_shows_every_step_that_leads_to_another_state() -> None:
    drawn = as_mermaid()
    assert drawn.startswith("stateDiagram-v2")
    frame = re.findall(r"^        (\w+)$", drawn, flags=re.MULTILINE)
    assert set(frame) == {"CALLING", "RINGING", "INCOMING"}
    steps = {
        (start, event, after)
        for state, after, event in re.findall(r"(\w+) --> (\w+): (\w+)", drawn)
        for start in (frame if state == "WAITING" else [state])
    }
    assert steps == {
        (state.name, event.name, after.name)
        for state, events in TRANSITIONS.items()
        for event, after in events.items()
        if after is not state
    }
    for state in CallState:
        assert f"{state.name}: {state.words}" in drawn
