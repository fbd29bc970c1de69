"""What a phone's panel shows, without a phone: states in, plain data out (D2, A14)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.panels.measures import Figures, Measures, curve
from labkit.panels.view_model import Desk, ListedUser, buttons, phone_view, timer
from labkit.panels.words import BUTTONS, language
from labkit.phone import PhoneState
from labkit.phone.state import CallSnapshot
from labkit.signalling.machine.states import CallState

REGISTRY = Address("127.0.0.1", 5000)
UP = ("register", "list", "hang_up")
"""Enabled in every call that is up."""


def phone(
    call: CallState | None = None,
    *,
    registered: bool = False,
    registry: Address | None = REGISTRY,
    held_by_me: bool = False,
    held_by_peer: bool = False,
    outgoing: bool = True,
    why: str = "",
    seconds: float = 0.0,
    closed: bool = False,
    muted: bool = False,
    video_paused: bool = False,
) -> PhoneState:
    snapshot = call and CallSnapshot(
        "bob", Address("127.0.0.1", 5062), outgoing, call, why, seconds,
        held_by_me, held_by_peer,
    )  # fmt: skip
    here = Address("127.0.0.1", 5060)
    return PhoneState(
        "alice", here, registry, registered, snapshot, "", closed, video_paused, muted
    )


def enabled(state: PhoneState, typed: str = "") -> set[str]:
    return {name for name, on in buttons(state, Desk(typed=typed)).items() if on}


@pytest.mark.parametrize(
    ("state", "typed", "expected"),
    [
        (phone(), "", {"register", "list"}),
        (phone(), "bob", {"register", "list", "query", "call"}),
        (phone(registered=True), "bob", {"unregister", "list", "query", "call"}),
        (phone(registered=True), "alice", {"unregister", "list", "query"}),
        (phone(registry=None), "bob", set()),
        (phone(registry=None), "sip:bob@127.0.0.1:5062", {"call"}),
        (phone(CallState.CALLING), "bob", {"register", "list", "query", "hang_up"}),
        (phone(CallState.RINGING), "", {"register", "list", "hang_up"}),
        (phone(CallState.INCOMING), "", {"register", "list", "answer", "refuse"}),
        (phone(CallState.ACCEPTED), "", {*UP, "hold", "mute", "pause_video"}),
        (
            phone(CallState.HELD, held_by_me=True),
            "",
            {*UP, "resume", "mute", "pause_video"},
        ),
        (
            phone(CallState.HELD, held_by_peer=True),
            "",
            {*UP, "hold", "mute", "pause_video"},
        ),
        (
            phone(CallState.ACCEPTED, muted=True, video_paused=True),
            "",
            {*UP, "hold", "unmute", "resume_video"},
        ),
        (phone(CallState.ENDED), "bob", {"register", "list", "query", "call"}),
        (phone(CallState.ACCEPTED, closed=True), "bob", set()),
    ],
)
def test_buttons_are_enabled_only_when_they_make_sense(
    state: PhoneState, typed: str, expected: set[str]
) -> None:
    assert enabled(state, typed) == expected


@pytest.mark.parametrize(
    ("state", "words", "tone"),
    [
        (phone(), "No call; not registered", "idle"),
        (phone(registered=True), "Ready to call and to be called", "ready"),
        (phone(CallState.RINGING), "Ringing at bob", "wait"),
        (phone(CallState.INCOMING, outgoing=False), "bob is calling you", "ring"),
        (phone(CallState.ACCEPTED), "In a call with bob", "call"),
        (phone(CallState.HELD, held_by_me=True), "You put bob on hold", "hold"),
        (phone(CallState.HELD, held_by_peer=True), "bob put you on hold", "hold"),
        (phone(CallState.REFUSED), "bob did not take the call", "over"),
        (
            phone(CallState.REFUSED, outgoing=False),
            "You did not take the call from bob",
            "over",
        ),
        (phone(CallState.FAILED), "The call with bob failed", "bad"),
    ],
)
def test_the_call_is_told_in_words(state: PhoneState, words: str, tone: str) -> None:
    view = phone_view(state, Desk())
    assert (view["headline"], view["tone"]) == (words, tone)


def test_why_a_call_is_over_is_told() -> None:
    view = phone_view(phone(CallState.REFUSED, why="busy here (486)"), Desk())
    assert view["why"] == "busy here (486)"


def test_pictures_and_figures_are_shown_only_during_a_call() -> None:
    figures = Figures(0.0021, 0.0001, 0.0005, 0.015)
    measures = Measures((0.25, 2.0), figures, Figures(), ((1.0, None), ()))
    assert phone_view(phone(), Desk(), measures)["measures"] is None
    view = phone_view(phone(CallState.ACCEPTED, seconds=65.4), Desk(), measures)
    assert view["timer"] == "1:05"
    assert view["measures"] == {
        "levels": [25, 100],
        "video": {"latency": "2.1 ± 0.1", "jitter": "0.5", "loss": "1.5"},
        "audio": {"latency": "–", "jitter": "–", "loss": "–"},
        "curves": [[1.0, None], []],
    }


def test_figures_have_the_decimal_sign_of_the_language() -> None:
    figures = Figures(0.0021, 0.0001, 0.0005, 0.015)
    try:
        language("es")
        told = figures.as_dict()
    finally:
        language("en")
    assert told == {"latency": "2,1 ± 0,1", "jitter": "0,5", "loss": "1,5"}


def test_ones_own_row_on_the_list_is_marked() -> None:
    desk = Desk(users=(ListedUser("alice", "h:1"), ListedUser("bob", "h:2")))
    assert [user["own"] for user in phone_view(phone(), desk)["users"]] == [True, False]


def test_a_closed_phone_says_what_to_do() -> None:
    assert "Make it again" in phone_view(phone(closed=True), Desk())["closed"]


@given(
    st.sampled_from([None, *CallState]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.text(max_size=12),
)
def test_every_state_gives_a_view_that_travels_as_json(
    call: CallState | None, registered: bool, mine: bool, theirs: bool, typed: str
) -> None:
    state = phone(call, registered=registered, held_by_me=mine, held_by_peer=theirs)
    view = phone_view(state, Desk(typed=typed))
    assert json.loads(json.dumps(view)) == view
    on = {name for name, enabled in view["buttons"].items() if enabled}
    assert list(view["buttons"]) == list(BUTTONS)
    assert not {"call", "hang_up"} <= on
    assert not {"answer", "hang_up"} <= on
    assert not {"hold", "resume"} <= on
    assert not {"register", "unregister"} <= on
    assert view["headline"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3661, "1:01:01")]
)
def test_the_timer_reads_as_a_clock(seconds: float, text: str) -> None:
    assert timer(seconds) == text


def test_the_curve_has_a_point_every_half_second_and_gaps_where_nothing_came() -> None:
    points = [(99.1, 0.010), (99.2, 0.030), (99.3, 0.020), (100.1, 0.005)]
    values = curve(points, 100.2)
    assert len(values) == 60
    assert values[-3:] == (20.0, None, None) or values[-2:] == (20.0, None)
    assert curve(points, 100.6)[-3:] == (20.0, None, 5.0)
    assert set(curve(points, 200.0)) == {None}
