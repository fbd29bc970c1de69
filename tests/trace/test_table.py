"""Users and messages as tables (A4, B1, B5, B10)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from labkit.trace import messages_html, messages_table, users_html, users_table
from labkit.trace.describe import clock_text
from tests.trace.call_scene import START, whole_call


@dataclass(frozen=True)
class Row:
    name: str
    host: str
    port: int
    since: float | None = START


def printed(table: Table) -> str:
    stream = io.StringIO()
    Console(file=stream, width=140).print(table)
    return stream.getvalue()


def test_the_table_of_users_holds_name_address_and_port() -> None:
    rows = [Row("alice", "127.0.0.1", 6000), Row("João", "::1", 6050)]
    for shown in (printed(users_table(rows)), users_html(rows)):
        for value in ("alice", "127.0.0.1", "6000", "João", "::1", "6050"):
            assert value in shown


def test_since_when_is_told_where_it_is_known() -> None:
    rows = [Row("alice", "127.0.0.1", 6000), Row("bob", "127.0.0.1", 6001, None)]
    page = users_html(rows)
    assert page.count(clock_text(START)[:8]) == 1
    assert "None" not in page


def test_an_empty_table_says_so() -> None:
    assert "nobody is registered" in printed(users_table([]))
    assert "nobody is registered" in users_html([])


def test_a_hostile_name_is_only_a_name() -> None:
    rows = [
        Row("<img src=x onerror=alert(1)>", "[red]x[/red]", 1),
        Row("\x1b[2J", "", 2),
    ]
    page = users_html(rows, title="<Users>")
    assert "<img" not in page
    assert "&lt;img" in page
    assert "&lt;Users&gt;" in page
    text = printed(users_table(rows))
    assert "[red]x[/red]" in text
    assert "␛[2J" in text


def test_the_messages_of_all_observers_stand_once_each() -> None:
    scene = whole_call()
    page = messages_html(*scene.traces)
    assert page.count("<tr>") == 1 + 13
    assert page.count(">lost<") == 1
    text = printed(messages_table(*scene.traces))
    assert text.count("REGISTER alice") == 1
    assert "0.4 ms" in text
    assert "registry" in text
