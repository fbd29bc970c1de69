"""The figures of a simulated call as a table: a row each second, phone and kind.

The columns are the W3C's names, and the kit's own; what is no number is left out.

Notebook: 05-latency.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, TypeAlias

from labkit.media.machine.statistics import (
    InboundRtp,
    LineStatistics,
    OutboundRtp,
    Own,
    RemoteInboundRtp,
)

if TYPE_CHECKING:
    from labkit.simulation.phone import SimulatedPhone

Row: TypeAlias = dict[str, object]
PARTS = (
    ("outbound", OutboundRtp),
    ("inbound", InboundRtp),
    ("remote_inbound", RemoteInboundRtp),
    ("labkit", Own),
)
LEFT_OUT = ("refused",)


def rows_of(phones: Iterable[SimulatedPhone], second: float) -> list[Row]:
    """One row for each phone and kind, at this second of the conversation."""
    rows = []
    for phone in phones:
        found = phone.statistics()
        for kind, line in (("audio", found.audio), ("video", found.video)):
            if line is not None:
                key = {"second": second, "phone": phone.name, "kind": kind}
                rows.append({**key, **_figures(line)})
    return rows


def write_csv(rows: Sequence[Row]) -> str:
    """The rows as text; seconds and shares with six decimals, nothing for None."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _text(value) for name, value in row.items()})
    return text.getvalue()


def _figures(line: LineStatistics) -> Row:
    return {
        f"{name}.{field.name}": getattr(getattr(line, name), field.name, None)
        for name, part in PARTS
        for field in fields(part)
        if field.name not in LEFT_OUT
    }


def _text(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else value
