"""The demonstration heals what was left out, or says which cell to run: A20, D7."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labkit import Phone, Registry
from labkit.demonstration import NotYet, minute

Names = dict[str, Any]


@pytest.fixture
def names() -> Iterator[Names]:
    """What the notebook has after minute 2, nobody having pressed anything."""
    registry = Registry("127.0.0.1", 0)
    phones = {name: Phone(name, registry) for name in ("carol", "alice", "bob")}
    yield {"registry": registry, **phones}
    for phone in phones.values():
        phone.close()
    registry.close()


def in_a_call(names: Names) -> bool:
    calls = [names[name].present_call for name in ("alice", "bob")]
    return all(call is not None and call.state.is_up for call in calls)


@pytest.mark.parametrize(
    ("number", "there", "told"),
    [
        (2, (), "minute 1 makes"),
        (3, ("registry",), "Minute 3 needs alice, which minute 2 makes"),
        (5, (), "Minute 5 needs registry, which minute 1 makes"),
        (7, ("registry", "alice"), "needs bob"),
    ],
)
def test_a_minute_that_came_too_early_says_which_cell_to_run(
    names: Names, number: int, there: tuple[str, ...], told: str
) -> None:
    with pytest.raises(NotYet, match=told) as early:
        minute(number, {name: names[name] for name in there})
    assert "Run All Above Selected Cell" in str(early.value)


def test_a_class_reads_the_words_alone_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = InteractiveShell.instance()
    shell.run_cell("from labkit.demonstration import minute\nminute(6)")
    InteractiveShell.clear_instance()
    said = capsys.readouterr().out
    assert said.startswith("Minute 6 needs registry")
    assert "Traceback" not in said


def test_a_minute_says_how_late_it_is_and_what_to_click(
    names: Names, capsys: pytest.CaptureFixture[str]
) -> None:
    minute(1, names)
    minute(1, names, click="the line REGISTER carol")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("Minute")] == [
        "Minute 1 of 7, at 0:00",
        "Minute 1 of 7, at 0:00. Click: the line REGISTER carol",
    ]


def test_in_minute_3_both_are_registered_and_nobody_is_called(names: Names) -> None:
    minute(3, names)
    assert names["alice"].state.registered
    assert names["bob"].state.registered
    assert names["alice"].present_call is None


def test_where_nobody_called_or_answered_the_next_minute_does(names: Names) -> None:
    minute(4, names)
    assert in_a_call(names)


def test_where_it_rings_the_next_minute_answers(names: Names) -> None:
    minute(3, names)
    call = names["alice"].call("bob").wait("ringing")
    minute(4, names)
    assert in_a_call(names)
    assert names["alice"].present_call is call


def test_a_minute_may_come_twice_and_the_call_goes_on(names: Names) -> None:
    minute(5, names)
    call = names["alice"].present_call
    minute(5, names)
    assert names["alice"].present_call is call
    assert in_a_call(names)


def test_after_the_call_has_ended_a_minute_makes_a_new_one(names: Names) -> None:
    minute(7, names)
    names["bob"].hang_up()
    names["alice"].present_call.wait("over")
    minute(6, names)
    assert in_a_call(names)


def test_the_first_minute_begins_everything_anew(
    names: Names, capsys: pytest.CaptureFixture[str]
) -> None:
    minute(4, names)
    minute(1, names)
    assert all(names[name].state.closed for name in ("alice", "bob", "carol"))
    assert not names["registry"].is_open
    assert "Minute 1 of 7, at 0:00" in capsys.readouterr().out
    with pytest.raises(NotYet):
        minute(3, names)
