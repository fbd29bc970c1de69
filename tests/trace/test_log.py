"""The printed log: every message sent and received, on any stream (B10, B19)."""

from __future__ import annotations

from labkit.trace import Trace, log
from labkit.trace.describe import clock_text
from labkit.trace.log import log_text, plain_line
from tests.trace.call_scene import ALICE, BOB, START, whole_call


def greeted() -> Trace:
    trace = Trace("alice")
    trace.record(START, "registry", "TCP", "sent", ALICE, BOB, "QUERY João\n".encode())
    trace.record(
        START + 1, "registry", "TCP", "received", BOB, ALICE, b"404 who?\n", "odd: \x1b"
    )
    return trace


def test_a_line_has_time_both_ends_direction_and_message() -> None:
    first, second = map(plain_line, greeted())
    assert first == f"{clock_text(START)} alice {ALICE} → {BOB} TCP QUERY João"
    assert second == (
        f"{clock_text(START + 1)} alice {ALICE} ← {BOB} TCP 404 who? [odd: ␛]"
    )


def test_colours_only_repeat_what_the_words_say() -> None:
    for record in whole_call().alice:
        assert log_text(record).plain == plain_line(record)
        assert log_text(record).spans


def test_the_log_of_a_trace_is_in_order_of_time() -> None:
    lines = log(greeted()).splitlines()
    assert len(lines) == 2
    assert "→" in lines[0]
    assert "←" in lines[1]
