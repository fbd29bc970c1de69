"""What the console programs print: in order, bounded, never waiting (B10, B19)."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from labkit.cli import screen as screens
from labkit.cli.screen import Screen


class SlowTerminal(io.StringIO):
    """Takes the first line, then nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go_on = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.began.set()
        assert self.go_on.wait(10)
        return super().write(text)


def test_all_is_printed_in_order_before_the_screen_is_closed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Screen() as screen:
        for number in range(100):
            screen.show(f"line {number} → João")
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"line {number} → João" for number in range(100)]


def test_a_slow_terminal_costs_the_oldest_lines_not_time_or_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = SlowTerminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(screens, "MOST", 10)
    with Screen() as screen:
        screen.show("first")
        assert terminal.began.wait(10)
        for number in range(1000):
            screen.show(f"line {number}")
        terminal.go_on.set()
    printed = terminal.getvalue().splitlines()
    assert printed[0] == "first"
    assert printed[-1] == "line 999"
    assert len(printed) <= 11


def test_a_terminal_that_has_gone_away_ends_the_printing_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = io.StringIO()
    monkeypatch.setattr(sys, "stdout", gone)
    with Screen() as screen:
        gone.close()
        for _ in range(10):
            screen.show("anybody there?")


def test_markup_in_a_message_is_printed_not_obeyed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Screen() as screen:
        screen.show("[bold]name[/bold]")
    assert capsys.readouterr().out == "[bold]name[/bold]\n"
