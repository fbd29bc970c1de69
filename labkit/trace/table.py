"""Messages and users as tables: `rich` tables for a terminal, HTML for a notebook.

The table of users is the registry's, kept live (A4, B1, B5); HTML is escaped here.

Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Protocol

from rich import box
from rich.table import Table
from rich.text import Text

from labkit.trace.describe import clock_text, summary
from labkit.trace.log import PLANE_STYLES
from labkit.trace.merge import Arrow, merge
from labkit.trace.participants import Participants
from labkit.trace.record import Record, Trace
from labkit.trace.safe import one_line

MESSAGE_COLUMNS = ("No.", "Time", "From", "To", "Over", "Message", "Delay")
USER_COLUMNS = ("Name", "Address", "Port", "Since")
_LONG = {"Message", "Words"}
"""Columns whose text may take several lines."""
_RIGHT = {"No.", "Port", "Delay"}


class UserRow(Protocol):
    """What a row of the registry's table must have; `since` in seconds since 1970."""

    @property
    def name(self) -> str:
        """What the user is called."""

    @property
    def host(self) -> str:
        """IP address."""

    @property
    def port(self) -> int:
        """Where calls are taken."""

    @property
    def since(self) -> float | None:
        """When they registered; None when nobody said."""


def users_table(users: Iterable[UserRow], title: str = "Users") -> Table:
    """The registry's users, for a terminal."""
    rows = _user_rows(users)
    caption = "" if rows else "nobody is registered"
    table = _table(title, USER_COLUMNS, caption)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def users_html(users: Iterable[UserRow], title: str = "Users") -> str:
    """The registry's users, for a notebook."""
    return html_table(title, USER_COLUMNS, _user_rows(users), "nobody is registered")


def messages_table(*traces: Iterable[Record], title: str = "Messages") -> Table:
    """The messages of one or several traces, each once, for a terminal."""
    table = _table(title, MESSAGE_COLUMNS, "")
    for arrow, row in _message_rows(*traces):
        style = PLANE_STYLES[arrow.record.plane]
        cells = [Text(cell) for cell in row]
        cells[MESSAGE_COLUMNS.index("Message")].stylize(style)
        table.add_row(*cells)
    return table


def messages_html(*traces: Iterable[Record], title: str = "Messages") -> str:
    """The messages of one or several traces, each once, for a notebook."""
    rows = [row for _, row in _message_rows(*traces)]
    return html_table(title, MESSAGE_COLUMNS, rows, "no messages yet")


def html_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    empty: str = "",
) -> str:
    """Rows of text as an HTML table in the page's own colours, escaped.

    `empty` is what it says when there are no rows.
    """
    head = "".join(
        f'<th scope="col" style="{_style(column)}">{escape(column)}</th>'
        for column in columns
    )
    if rows:
        body = "".join(f"<tr>{_html_cells(columns, row)}</tr>" for row in rows)
    else:
        body = f'<tr><td colspan="{len(columns)}"><em>{escape(empty)}</em></td></tr>'
    return (
        f'<table class="labkit-table" style="color:inherit;border-collapse:collapse">'
        f'<caption style="text-align:left;font-weight:600">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _user_rows(users: Iterable[UserRow]) -> list[list[str]]:
    return [
        [
            one_line(user.name),
            one_line(user.host),
            str(user.port),
            "" if user.since is None else clock_text(user.since)[:8],
        ]
        for user in users
    ]


def _message_rows(*traces: Iterable[Record]) -> list[tuple[Arrow, list[str]]]:
    who = Participants()
    for trace in traces:
        if isinstance(trace, Trace):
            who.learn_rtp(trace)
    arrows = merge(*traces)
    for arrow in arrows:
        for record in filter(None, (arrow.sent, arrow.received)):
            who.learn(record)
    return [(arrow, _message_row(arrow, who)) for arrow in arrows]


def _message_row(arrow: Arrow, who: Participants) -> list[str]:
    record = arrow.record
    text = summary(record, who.clock_rate(record.source))
    text += "".join(f" [{one_line(note)}]" for note in arrow.notes)
    delay = "" if arrow.delay is None else f"{1000 * arrow.delay:.1f} ms"
    return [
        str(arrow.number),
        clock_text(arrow.time),
        who.name((record.transport, record.source)),
        who.name((record.transport, record.target)),
        record.transport,
        text,
        "lost" if arrow.lost else delay,
    ]


def _table(title: str, columns: Sequence[str], caption: str) -> Table:
    table = Table(title=title, caption=caption or None, box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in _RIGHT else "left")
    return table


def _html_cells(columns: Sequence[str], row: Sequence[str]) -> str:
    return "".join(
        f'<td style="{_style(column)}">{escape(text)}</td>'
        for column, text in zip(columns, row, strict=True)
    )


def _style(column: str) -> str:
    align = "right" if column in _RIGHT else "left"
    wrap = "normal" if column in _LONG else "nowrap"
    return (
        f"text-align:{align};white-space:{wrap};padding:2px 8px;"
        "font-variant-numeric:tabular-nums"
    )
