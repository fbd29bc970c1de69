"""The printed log: every message sent and received, on any stream (B10, B19)."""

from __future__ import annotations

import io

import pytest

from labkit.trace import LogPrinter, Trace, log
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


def test_being_told_only_queues_and_writing_prints() -> None:
    stream, woken = io.StringIO(), []
    printer = LogPrinter(stream, wake=lambda: woken.append(True))
    for record in greeted():
        printer(record)
    assert stream.getvalue() == ""
    assert len(woken) == 2
    printer.write()
    assert stream.getvalue() == log(greeted()) + "\n"


def test_colour_is_a_choice_and_a_file_gets_none() -> None:
    for colour, escaped in ((None, False), (False, False), (True, True)):
        stream = io.StringIO()
        printer = LogPrinter(stream, colour=colour)
        printer(greeted().records[0])
        printer.write()
        assert ("\x1b[" in stream.getvalue()) is escaped


def test_a_slow_stream_costs_the_oldest_lines_not_memory() -> None:
    stream = io.StringIO()
    printer = LogPrinter(stream, most=2)
    for _ in range(5):
        printer(greeted().records[0])
    assert printer.dropped == 3
    printer.write()
    assert stream.getvalue().count("QUERY") == 2


class BrokenPipe(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("stream", [BrokenPipe(), io.StringIO()])
def test_a_stream_that_has_gone_away_ends_the_printing_and_nothing_else(
    stream: io.StringIO,
) -> None:
    printer = LogPrinter(stream)
    if not isinstance(stream, BrokenPipe):
        stream.close()
    printer(greeted().records[0])
    printer.write()
    assert printer.closed
    printer(greeted().records[0])
    printer.write()


def test_a_stream_closed_before_the_printer_is_made_is_no_error() -> None:
    stream = io.StringIO()
    stream.close()
    printer = LogPrinter(stream)
    printer(greeted().records[0])
    printer.write()
    assert printer.closed


def test_a_terminal_without_arrows_gets_letters_it_has() -> None:
    raw = io.BytesIO()
    printer = LogPrinter(io.TextIOWrapper(raw, encoding="ascii"))
    printer(greeted().records[0])
    printer.write()
    assert f"{ALICE} > {BOB} TCP QUERY Jo?o" in raw.getvalue().decode("ascii")
