"""The ladder over traces that may still grow.

    view = ladder(alice.trace, registry.trace, bob.trace)
    print(view.text())

Each refresh reads only what is new and keeps only what can be shown, so a view beside a
call costs little.

Requirements B10, B19, D1. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from html import escape

from labkit.effects import Address
from labkit.trace.describe import brief, full_text
from labkit.trace.ladder.rows import Band, LadderDrawing, Row
from labkit.trace.ladder.svg import SvgPen
from labkit.trace.ladder.text import draw_text
from labkit.trace.merge import Arrow, Socket, merge, plain
from labkit.trace.participants import Participants, columns
from labkit.trace.record import Record, RtpCount, Trace
from labkit.trace.safe import one_line

MOST_COLUMNS = 8
MOST_BANDS = 16
OTHERS = "others"


class Ladder:
    """The newest `most` messages of some traces, and their RTP streams."""

    def __init__(
        self,
        traces: tuple[Trace, ...],
        most: int = 100,
        rtcp: bool = False,
        names: Mapping[Address | str, str] | None = None,
    ) -> None:
        self._traces = traces
        self._most = most
        self._rtcp = rtcp
        self._who = Participants(names)
        # A message has up to two records; with room to spare, pairs stay together.
        self._window: deque[Record] = deque(maxlen=4 * most)
        self._read = [0] * len(traces)
        self._messages = self._reports = self._refused = 0
        self._arrows: list[Arrow] = []
        self._pen = SvgPen()
        self.drawing = LadderDrawing((), (), 0.0, 0, 0, 0)
        self.refresh()

    @property
    def arrows(self) -> list[Arrow]:
        """The messages shown, in order of time."""
        return list(self._arrows)

    def refresh(self, now: float | None = None) -> bool:
        """Read what is new in the traces; True when the picture has changed.

        With `now`, a message that has just left is not called lost before its time.
        """
        self._read_records()
        arrows = merge(self._window, now=now)[-self._most :]
        self._arrows = arrows
        drawn: list[Arrow | Band] = [*arrows, *self._bands()]
        ends = map(_ends, drawn)
        who = [(self._who.name(start), self._who.name(end)) for start, end in ends]
        names = columns(
            (name for pair in who for name in pair),
            first=(trace.observer for trace in self._traces),
        )
        if len(names) > MOST_COLUMNS:
            names[MOST_COLUMNS - 1 :] = [OTHERS]
        place = {name: index for index, name in enumerate(names)}
        rest = len(names) - 1
        rows = [
            Row(what, place.get(start, rest), place.get(end, rest), _label(what))
            for what, (start, end) in zip(drawn, who, strict=True)
        ]
        rows.sort(key=lambda row: row.what.time)
        start = self.drawing.start or (rows[0].what.time if rows else 0.0)
        left_out = max(0, self._messages - len(arrows))
        drawing = LadderDrawing(
            tuple(names), tuple(rows), start, left_out, self._reports, self._refused
        )
        changed = drawing != self.drawing
        self.drawing = drawing
        return changed

    def text(self, now: float | None = None) -> str:
        """The ladder in letters, for a terminal, a notebook, a README."""
        self.refresh(now)
        return draw_text(self.drawing)

    def svg(self, now: float | None = None) -> str:
        """The ladder as one `<svg>` element that takes its colours from the page.

        Each message is a `<g class="labkit-arrow" data-number="…" tabindex="0">`; hand
        that number to `message` for what it says.
        """
        self.refresh(now)
        return self._pen.draw(self.drawing)

    def message(self, number: int) -> str:
        """The full text of the message with this number.

        Raises KeyError when it is not, or no longer, among those shown.
        """
        for arrow in self._arrows:
            if arrow.number == number:
                rate = self._who.clock_rate(arrow.record.source)
                return full_text(arrow.record, rate)
        raise KeyError(number)

    def html(self, now: float | None = None) -> str:
        """The picture, and under it each message's text behind a click; no scripts.

        For a notebook that is only looked at. A panel shows `svg` and asks for
        `message`.
        """
        picture = self.svg(now)
        texts = "".join(
            f"<details><summary>{escape(self._headline(arrow))}</summary>"
            f"<pre>{escape(self.message(arrow.number))}</pre></details>"
            for arrow in self._arrows
        )
        return f'<div class="labkit-ladder-view">{picture}{texts}</div>'

    def _headline(self, arrow: Arrow) -> str:
        start, end = (self._who.name(end) for end in _ends(arrow))
        seconds = arrow.time - self.drawing.start
        return f"{seconds:.3f} s  {start} → {end}: {_label(arrow)}"

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        between = ", ".join(self.drawing.columns)
        return f"<Ladder of {between}: {len(self._arrows)} messages>"

    def _read_records(self) -> None:
        new: list[Record] = []
        for index, trace in enumerate(self._traces):
            records = trace.since(self._read[index])
            if records:
                self._read[index] = records[-1].number
                new += records
            self._who.learn_rtp(trace)
        new.sort(key=lambda record: record.number)
        for record in new:
            self._who.learn(record)
            source = (record.transport, record.source)
            seen_leaving = record.direction == "sent" or not self._who.is_watched(
                source
            )
            if record.plane == "media" and not self._rtcp:
                self._reports += seen_leaving and not record.note
                self._refused += bool(record.note)
            else:
                self._messages += seen_leaving
                self._window.append(record)

    def _bands(self) -> list[Band]:
        """One band a pair of addresses, from the counts of both ends."""
        counts: dict[tuple[Address, Address], dict[str, RtpCount]] = {}
        for trace in self._traces:
            for (source, target, direction), count in tuple(trace.rtp.items()):
                both = counts.setdefault((plain(source), plain(target)), {})
                both[direction] = count
        bands = [
            Band(
                source,
                target,
                self._who.kind(target, next(iter(both.values()))),
                min(count.first for count in both.values()),
                both["sent"].packets if "sent" in both else None,
                both["received"].packets if "received" in both else None,
            )
            for (source, target), both in counts.items()
        ]
        return sorted(bands, key=lambda band: band.time)[-MOST_BANDS:]


def ladder(
    *traces: Trace,
    most: int = 100,
    rtcp: bool = False,
    names: Mapping[Address | str, str] | None = None,
) -> Ladder:
    """A ladder of one or several observers' traces.

    Shows the newest `most` messages; RTCP reports, several a second in a call, only
    with `rtcp`. `names` (address, or host for all its ports → name) names columns that
    nobody's messages do.
    """
    return Ladder(traces, most, rtcp, names)


def _ends(what: Arrow | Band) -> tuple[Socket, Socket]:
    if isinstance(what, Band):
        return ("UDP", what.source), ("UDP", what.target)
    record = what.record
    return (record.transport, record.source), (record.transport, record.target)


def _label(what: Arrow | Band) -> str:
    if isinstance(what, Band):
        return what.label
    marks = [brief(what.record)]
    marks += ["again"] * (what.repeat > 0) + ["lost"] * what.lost
    marks += [one_line(note.partition(":")[0]) for note in what.notes]
    return ", ".join(marks)
