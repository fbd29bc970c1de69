"""Which repair formats an agreement allows, one way: RTP payload numbers and what each
of them refers to.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RepairFormats:
    """What one side may send to repair, and what the other knows to use.

    Empty, as for a phone that knows no repair, it switches all of it off.
    """

    red: Mapping[int, int] = field(default_factory=dict)
    """RED's payload number → that of the format in it (RFC 2198)."""
    rtx: Mapping[int, int] = field(default_factory=dict)
    """A retransmission's payload number → that of the format sent again (RFC 4588)."""
    parity: int | None = None
    """The payload number of XOR parity packets (RFC 5109)."""
    reed_solomon: int | None = None
    """The payload number of the kit's own Reed–Solomon packets."""
    nack: bool = False
    """Whether the receiver may ask for what is missing (RFC 4585)."""
