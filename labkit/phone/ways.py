"""Which way of which plane is alive, told from one end of a call with an echo.

    RTP back     packets came: we count them
    RTP there    the peer's reports speak of ours, or our own pictures came back
    RTCP back    reports came: the trace has them
    RTCP there   the peer's reports name our last one (LSR, RFC 3550, section 6.4.1)

The echo sends sound whether or not anything arrives, so a way back that works shows
even where the way there is dead. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

from labkit.media.machine.statistics import LineStatistics
from labkit.phone.phone import Phone

Plane: TypeAlias = Literal["RTP", "RTCP"]
NAMES = {"audio": "sound", "video": "pictures"}


@dataclass(frozen=True, slots=True)
class Way:
    """One plane of one kind of media, in one direction."""

    plane: Plane
    kind: str
    """`audio` or `video`."""
    there: bool
    """Whether from us to the peer; else back."""
    alive: bool | None
    """None: it cannot be told from here."""
    counted: str
    """What was counted, in words."""


def ways(phone: Phone) -> list[Way]:
    """The ways of the phone's present call as they stand now; empty before its media
    began."""
    media = phone.media
    if media is None:
        return []
    found, heard = media.statistics(), _reports(phone)
    return [
        way
        for kind, port in media.ports.items()
        if (line := found.audio if kind == "audio" else found.video) is not None
        for way in _of_line(kind, line, heard[port + 1])
    ]


def _of_line(kind: str, line: LineStatistics, reports: int) -> list[Way]:
    """`reports` is how many came."""
    name, remote = NAMES[kind], line.remote_inbound
    sent, came = line.outbound.packetsSent, line.inbound.packetsReceived
    lost = f", {remote.packetsLost} of them lost" if remote is not None else ""
    arrived = remote is not None or (kind == "video" and came > 0)
    # Of pictures the echo has none to give back unless ours arrived.
    expected = kind == "audio" or arrived
    timed = remote is not None and remote.roundTripTime is not None
    return [
        Way(
            "RTP", kind, True, _told(arrived, reports > 0), f"{name}: {sent} sent{lost}"
        ),
        Way("RTP", kind, False, _told(came > 0, expected), f"{name}: {came} came"),
        Way("RTCP", kind, True, _told(timed, remote is not None), _said(name, timed)),
        Way("RTCP", kind, False, reports > 0, f"{name}: {reports} came"),
    ]


def _told(sign: bool, would_show: bool) -> bool | None:
    """Alive if there is a sign of it; dead if there would be one; else nobody knows."""
    return True if sign else (False if would_show else None)


def _said(name: str, heard: bool) -> str:
    return f"{name}: ours are {'' if heard else 'not '}mentioned by the other side"


def _reports(phone: Phone) -> Counter[int]:
    """How many RTCP packets came to each port of ours, by the trace."""
    return Counter(
        record.target.port
        for record in phone.trace
        if record.plane == "media"
        and record.direction == "received"
        and not record.note
    )
