"""What the kernel tells the page, on a clock of the test."""

from __future__ import annotations

import numpy as np

from labkit.devices.browser.page_clock import PageClock
from labkit.devices.browser.telling import ACKNOWLEDGE_EVERY, EVERY, GREETINGS, Telling


def kinds(telling: Telling, now: float) -> list[str]:
    return [head["kind"] for head, _ in telling.messages("p1", now, False)]


def test_what_is_wanted_is_told_when_it_changes_and_every_second() -> None:
    telling = Telling(PageClock())
    assert kinds(telling, 10.0) == ["wish"]
    assert kinds(telling, 10.5) == []
    telling.wishes["camera"] = {"width": 640}
    telling.at_once()
    ((wish, _),) = telling.messages("p1", 10.6, False)
    assert wish["to"] == "p1"
    assert wish["wishes"]["camera"] == {"width": 640}
    assert wish["wishes"]["screen"] is None
    assert telling.due == 10.6 + EVERY
    assert kinds(telling, 10.6 + EVERY) == ["wish"]


def test_a_new_page_is_asked_the_time_some_times_in_a_row() -> None:
    telling = Telling(PageClock())
    telling.greet()
    asked = sum(bool(kinds(telling, step / 20)) for step in range(20))
    assert asked == GREETINGS


def test_acknowledgements_are_few_and_ride_on_what_is_said_anyway() -> None:
    telling = Telling(PageClock())
    kinds(telling, 10.0)
    said = []
    for number in range(1, 31):  # a second of camera, 30 pictures
        telling.took("camera", number)
        said += telling.messages("p1", 10.0 + number / 31, False)
    assert {head["kind"] for head, _ in said} == {"ack"}
    assert len(said) <= 1 / ACKNOWLEDGE_EVERY
    assert said[-1][0]["taken"]["camera"] >= 29

    telling.wishes["speaker"] = {"rate": 8000}
    telling.outbox.add(np.zeros(160, np.int16))
    telling.took("camera", 31)
    ((sound, (data,)),) = telling.messages("p1", 10.999, False)
    assert sound["kind"] == "sound"
    assert sound["taken"]["camera"] == 31
    assert len(data) == 320


def test_nothing_is_said_when_nothing_is_new() -> None:
    telling = Telling(PageClock())
    kinds(telling, 10.0)
    assert [kinds(telling, 10.0 + step / 100) for step in range(1, 99)] == [[]] * 98
