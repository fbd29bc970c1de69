"""What a ladder shows, before anybody draws it: columns, messages, bands of RTP.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.effects import Address
from labkit.trace.merge import Arrow


@dataclass(frozen=True, slots=True)
class Band:
    """All RTP packets of one stream in one direction, drawn as one wide arrow."""

    source: Address
    target: Address
    kind: str
    """`audio`, `video`; empty when no SDP told."""
    time: float
    """When the first packet was seen, seconds as in `Record.time`."""
    sent: int | None
    """Packets as the sender counts them; None when nobody watched it."""
    received: int | None
    """Packets as the receiver counts them; None when nobody watched it."""

    @property
    def label(self) -> str:
        """`RTP audio 1,234 packets`, and what is missing beyond what is on its way."""
        packets = self.sent if self.sent is not None else self.received or 0
        label = " ".join(filter(None, ["RTP", self.kind, f"{packets:,} packets"]))
        if self.sent is None or self.received is None:
            return label
        missing = self.sent - self.received
        on_their_way = max(5, self.sent // 200)
        return f"{label}, {missing:,} missing" if missing > on_their_way else label


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ladder: a message or a band, from one column to another."""

    what: Arrow | Band
    start: int
    """The column it leaves from; 0 is the left one."""
    end: int
    label: str
    """Safe for a terminal; not escaped for HTML."""

    @property
    def is_lost(self) -> bool:
        """Whether it left and never arrived."""
        return isinstance(self.what, Arrow) and self.what.lost


@dataclass(frozen=True, slots=True)
class LadderDrawing:
    """Everything that a renderer needs."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    start: float
    """Time zero of the ladder, seconds as in `Record.time`."""
    left_out: int
    """Messages older than the first row."""
    reports: int
    """RTCP reports seen and not drawn."""
    refused: int
    """Media packets that were refused, with a note why; not drawn either."""

    @property
    def remarks(self) -> list[str]:
        """What is not in the picture, in words."""
        missing = (
            (self.left_out, "earlier message", "shown"),
            (self.reports, "RTCP report", "drawn"),
            (self.refused, "refused media packet", "drawn"),
        )
        return [
            f"{count:,} {what}{'s' if count > 1 else ''} not {done}"
            for count, what, done in missing
            if count
        ]
