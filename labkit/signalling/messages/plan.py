"""What a phone wants of each medium, and what it got.

A `MediaPlan` goes into an offer or an answer; an `AgreedStream` is what both together
agreed (RFC 3264). Neither is ever on the wire itself.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from labkit.effects import Address
from labkit.signalling.messages.sdp import Direction, Format

Kind: TypeAlias = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """What we are ready for in one medium."""

    kind: Kind
    port: int
    """Where we receive RTP; 0 refuses the medium."""
    formats: tuple[Format, ...]
    """What we can send and receive, best first."""
    direction: Direction = Direction.SENDRECV
    repair: tuple[Format, ...] = ()
    """What can repair them; parameters refer to the numbers in `formats`."""
    feedback: tuple[str, ...] = ()
    """What may be asked for by RTCP (RFC 4585)."""
    key: str = field(default="", repr=False)
    """What we encrypt with, as in `a=crypto`; empty: we neither send nor take that."""


@dataclass(frozen=True, slots=True)
class AgreedStream:
    """What offer and answer agreed for one medium."""

    kind: Kind
    remote: Address | None
    """Where to send RTP; None when the medium was refused."""
    format: Format
    """The one to send with, under the other side's payload number."""
    receive: Mapping[int, Format] = field(default_factory=dict)
    """Payload number that may arrive → what it means."""
    direction: Direction = Direction.SENDRECV
    """Ours: whether we may send, whether we shall receive."""
    telephone_event: int | None = None
    """The payload number under which pressed keys may arrive (RFC 4733), if any."""
    send_repair: tuple[Format, ...] = ()
    """The repair that the other side knows, under its numbers."""
    receive_repair: tuple[Format, ...] = ()
    """The repair that may arrive, under ours."""
    feedback: tuple[str, ...] = ()
    """What both sides may ask for by RTCP."""
    keys: tuple[str, str] | None = field(default=None, repr=False)
    """What we encrypt with, and the peer; None: nothing is encrypted."""
