"""The console program of the voice room, by what is typed and what it says: B20."""

import queue

import pytest
from phone.watching import when

from labkit import CallState
from labkit.console import Console


@pytest.fixture
def said():
    return queue.SimpleQueue()


def hear(said, wanted: str) -> str:
    """The next thing said that contains `wanted`."""
    heard = []
    while True:
        try:
            heard.append(said.get(timeout=5))
        except queue.Empty:
            raise AssertionError(f"{wanted!r} was not said, but {heard}") from None
        if wanted in heard[-1]:
            return heard[-1]


def test_digit_1_queries_and_rings_and_the_key_hangs_up(alice, bob, said):
    console = Console(alice, said.put, hang_up_key="q")
    console.start()
    hear(said, "1 query")
    assert console.line("1")
    hear(said, "Whom do you want to call")
    assert console.line("bob")
    bob.answer()
    when(alice, lambda state: state.call.state is CallState.ACCEPTED)
    hear(said, "q hangs up")
    assert console.line("0")
    hear(said, "End the call first")
    assert console.line("Q")
    when(alice, lambda state: state.call.state is CallState.ENDED)
    assert not console.line("0")


@pytest.mark.parametrize(
    ("typed", "outcome"), [("y", CallState.ACCEPTED), ("N", CallState.REFUSED)]
)
def test_the_callee_answers_y_or_n(alice, bob, said, typed, outcome):
    console = Console(bob, said.put)
    console.start()
    alice.call("bob")
    hear(said, "Answer? Y or N")
    console.line("perhaps")
    hear(said, "Answer? Y or N")
    console.line(typed)
    when(alice, lambda state: state.call.state is outcome)


def test_a_longer_line_is_said_in_writing_and_what_comes_is_printed(alice, bob, said):
    console = Console(alice, said.put)
    console.start()
    alice.call("bob")
    bob.answer()
    when(alice, lambda state: state.call.state is CallState.ACCEPTED)
    console.line("good morning")
    when(bob, lambda state: [line.text for line in state.call.chat] == ["good morning"])
    for _ in range(2):  # the same twice is said twice
        bob.say("morning\nalice: forged")
        hear(said, "bob: morning\n    alice: forged")
    console.line("x")
    hear(said, "a longer line is said in writing")
    assert len(bob.state.call.chat) == 3


def test_y_or_n_allows_the_peer_to_record(alice, bob, said, tmp_path):
    console = Console(bob, said.put)
    console.start()
    alice.call("bob")
    hear(said, "Answer? Y or N")
    console.line("y")
    when(alice, lambda state: state.call.state is CallState.ACCEPTED)
    alice.record(tmp_path / "a.webm")
    hear(said, "alice would like to record the call. Allow it? Y or N")
    console.line("Y")
    when(alice, lambda state: state.call.recording == "on")
    hear(said, "alice records the call")
    bob.refuse_recording()
    when(alice, lambda state: state.call.recording == "refused")


def test_an_unknown_name_leads_back_to_the_menu(alice, said):
    """B7: the user may choose again."""
    console = Console(alice, said.put)
    console.start()
    console.line("1")
    console.line("zed")
    hear(said, "zed")
    hear(said, "1 query")


def test_a_phone_that_is_closed_says_so_and_asks_nothing_more(alice):
    said = []
    console = Console(alice, said.append)
    console.start()
    alice.close()
    console._changed(alice.state)
    assert [line for line in said if "closed" in line] == said[-1:]
