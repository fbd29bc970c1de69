"""The printed log: one line a message, as it passes (B10, B19).

    14:05:59.123 alice 127.0.0.1:41230 → 127.0.0.1:5000 TCP REGISTER alice 10.0.0.2 6000
    14:05:59.124 alice 127.0.0.1:41230 ← 127.0.0.1:5000 TCP 200 registered alice …

The observer's own end is always on the left; the arrow says which way the message went.

Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from labkit.trace.describe import clock_text, summary
from labkit.trace.participants import Participants
from labkit.trace.record import Record, Trace
from labkit.trace.safe import one_line

PLANE_STYLES = {"registry": "#2f80c4", "signalling": "#c4661f", "media": "#0aa962"}
SENT, RECEIVED, WRONG = "bold #c4661f", "bold #2f80c4", "bold #d64545"
"""The panels' colours: a notebook may be white or black, and these stand on both."""


def plain_line(record: Record, clock_rate: int | None = None) -> str:
    """One message as one line of plain text, without a line end."""
    return log_text(record, clock_rate).plain


def log_text(record: Record, clock_rate: int | None = None) -> Text:
    """The same line with colours; they only repeat what the words say.

    `clock_rate` as for `describe.summary`.
    """
    sent = record.direction == "sent"
    own, other = record.source, record.target
    if not sent:
        own, other = other, own
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(clock_text(record.time), "dim")
    line.append(f" {one_line(record.observer)} {one_line(str(own))} ")
    line.append("→" if sent else "←", SENT if sent else RECEIVED)
    line.append(f" {one_line(str(other))} ")
    line.append(f"{record.transport} ", "dim")
    line.append(summary(record, clock_rate), PLANE_STYLES[record.plane])
    if record.note:
        line.append(f" [{one_line(record.note)}]", WRONG)
    return line


def log(records: Iterable[Record]) -> str:
    """The whole log of a trace (or of any records), in order of time."""
    ordered = sorted(records, key=lambda record: (record.time, record.number))
    who = Participants()
    if isinstance(records, Trace):
        who.learn_rtp(records)
    lines = []
    for record in ordered:
        who.learn(record)
        lines.append(plain_line(record, who.clock_rate(record.source)))
    return "\n".join(lines)
