"""Wishes of sliders: the newest counts, nothing piles up, errors end in words: D2."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from labkit.errors import LocalError
from labkit.panels.wishes import Wishes

WAIT = 10.0
KEYS = frozenset({"loss", "seed"})


class Desk:
    """Fulfils wishes when it is let."""

    def __init__(self) -> None:
        self.done: list[Mapping[str, Any]] = []
        self.busy, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.wishes = Wishes("test", self._fulfil, lambda: None)

    def _fulfil(self, wanted: Mapping[str, Any]) -> Mapping[str, str]:
        self.busy.set()
        assert self.go_on.wait(WAIT)
        self.done.append(wanted)
        if wanted.get("loss") == "much":
            return {"loss": "much is no number"}
        if wanted.get("loss") == "boom":
            raise ZeroDivisionError
        if wanted.get("loss") == "told":
            raise LocalError("not now")
        return {}

    def wish(self, **wanted: Any) -> None:
        future = self.wishes.wish(wanted)
        assert future is not None
        future.result(WAIT)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.go_on.set()
    made.wishes.close()


def test_while_one_is_done_only_the_newest_of_each_key_waits(desk: Desk) -> None:
    desk.go_on.clear()
    desk.wishes.wish({"loss": 0})
    assert desk.busy.wait(WAIT)
    futures = {desk.wishes.wish({"loss": loss}) for loss in range(1, 100)}
    desk.wishes.wish({"seed": 7})
    assert len(futures) == 1, "all wait for the same piece of work"
    desk.go_on.set()
    (future,) = futures
    assert future is not None
    future.result(WAIT)
    assert desk.done == [{"loss": 0}, {"loss": 99, "seed": 7}]


def test_an_error_stays_until_the_next_wish_for_its_key(desk: Desk) -> None:
    desk.wish(loss="much")
    desk.wish(seed=1)
    assert desk.wishes.errors == {"loss": "much is no number"}
    desk.wish(loss="10")
    assert desk.wishes.errors == {}


def test_what_is_raised_ends_in_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.wish(loss="told")
    assert desk.wishes.errors == {"loss": "not now"}
    desk.wish(loss="boom")
    assert "ZeroDivisionError" in desk.wishes.errors["loss"]
    assert "a panel's wish failed" in caplog.text


def test_a_page_hears_up_to_which_of_its_wishes_all_is_done(desk: Desk) -> None:
    for number in (1, 2):
        wish = {"key": "loss", "value": "5", "wish": number, "page": "p"}
        desk.wishes.hear(wish, KEYS)
    desk.wish(seed=1)
    assert desk.wishes.heard == {"p": 2}


def test_pages_are_forgotten_when_there_are_too_many(desk: Desk) -> None:
    for page in range(100):
        wish = {"key": "loss", "value": 1, "wish": 1, "page": str(page)}
        desk.wishes.hear(wish, KEYS)
        desk.wish(seed=1)
    assert len(desk.wishes.heard) == 32
    assert "99" in desk.wishes.heard


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"key": "dance", "value": 1},
        {"key": ["loss"], "value": 1},
        {"key": "loss"},
        {"key": "loss", "value": {"a": 1}},
        {"key": "loss", "value": None, "wish": 1},
    ],
)
def test_nonsense_from_a_page_is_no_wish(desk: Desk, content: dict[str, Any]) -> None:
    desk.wishes.hear(content, KEYS)
    desk.wish(seed=1)
    assert desk.done == [{"seed": 1}]


def test_a_long_text_is_cut(desk: Desk) -> None:
    desk.wishes.hear({"key": "loss", "value": "9" * 10_000}, KEYS)
    desk.wish(seed=1)
    assert max(len(str(wanted.get("loss", ""))) for wanted in desk.done) == 128
