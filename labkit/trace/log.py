"""The printed log: one line a message, as it passes (B10, B19).

    14:05:59.123 alice 127.0.0.1:41230 → 127.0.0.1:5000 TCP REGISTER alice 10.0.0.2 6000
    14:05:59.124 alice 127.0.0.1:41230 ← 127.0.0.1:5000 TCP 200 registered alice …

The observer's own end is always on the left; the arrow says which way the message went.

Notebook: 01-registry.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from labkit.trace.describe import clock_text, summary
from labkit.trace.participants import Participants
from labkit.trace.record import Record, Trace
from labkit.trace.safe import one_line

PLANE_STYLES = {"registry": "blue", "signalling": "yellow", "media": "green"}


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
    line.append("→" if sent else "←", "bold cyan" if sent else "bold magenta")
    line.append(f" {one_line(str(other))} ")
    line.append(f"{record.transport} ", "dim")
    line.append(summary(record, clock_rate), PLANE_STYLES[record.plane])
    if record.note:
        line.append(f" [{one_line(record.note)}]", "bold red")
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


class LogPrinter:
    """Prints the messages of traces without holding up those who send them.

        printer = LogPrinter(sys.stdout, wake=something_waits.set)
        alice.trace.subscribe(printer)

    Being told of a message only queues it, at most `most`, the oldest dropped and
    counted; `wake` may rouse whoever calls `write`, on a thread that may wait for a
    slow terminal. A stream that is closed ends the printing, nothing else.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        colour: bool | None = None,
        most: int = 1000,
        wake: Callable[[], object] = lambda: None,
    ) -> None:
        """`colour`: None = if the stream is a terminal."""
        if colour is None:
            colour = not stream.closed and stream.isatty()
        self._stream = stream
        # Rendered apart from the stream: a broken pipe there must not end the program,
        # and in a notebook's kernel rich would print to the running cell instead.
        self._console = Console(
            file=io.StringIO(),
            force_terminal=colour,
            force_jupyter=False,
            highlight=False,
            soft_wrap=True,
        )
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._waiting: deque[Record] = deque(maxlen=most)
        self._wake = wake
        self.dropped = 0
        self.closed = False
        """Whether the stream has gone away."""

    def __call__(self, record: Record) -> None:
        """Queue one message; never blocks, never raises. A listener for `subscribe`."""
        if self.closed:
            return
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(record)
        self._wake()

    def write(self) -> None:
        """Print all that waits; may block as long as the stream does."""
        while self._waiting and not self.closed:
            record = self._waiting.popleft()
            try:
                self._stream.write(self._rendered(log_text(record)))
                self._stream.flush()
            except (OSError, ValueError):  # ValueError: print to a closed file
                self.closed = True
                self._waiting.clear()

    def _rendered(self, line: Text) -> str:
        with self._console.capture() as captured:
            self._console.print(self._writable(line))
        return captured.get()

    def _writable(self, line: Text) -> Text:
        """The line without letters that the stream's encoding does not have."""
        try:
            line.plain.encode(self._encoding)
        except UnicodeEncodeError:
            plain = line.plain.replace("→", ">").replace("←", "<").replace("…", "~")
            safe = plain.encode(self._encoding, "replace").decode(self._encoding)
            return Text(safe)
        return line
