"""What is sent and received in numbers: sizes, codecs, bit rates, freezes, opinion.

    details(earlier, later)      two snapshots of the same call's statistics

Requirements D3, A16. Notebook: 04-videocall.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from labkit.panels.words import WORDS
from labkit.panels.words.figures import number

Statistics: TypeAlias = Any
"""What `statistics()` of a call's media returns."""
Details: TypeAlias = tuple[tuple[str, str], ...]
UNKNOWN = "–"


def details(earlier: Statistics, later: Statistics) -> Details:
    """Names and values in words; rates are those between the two snapshots."""
    video, audio = later.video, later.audio
    seconds = later.time - earlier.time
    picture = video.inbound if video is not None else None
    size = UNKNOWN
    if picture is not None and picture.frameWidth:
        size = f"{picture.frameWidth} × {picture.frameHeight}"
    values = {
        WORDS["detail_size"]: size,
        WORDS["detail_rate"]: UNKNOWN
        if picture is None
        else f"{picture.framesPerSecond:.0f}",
        WORDS["detail_freezes"]: UNKNOWN
        if picture is None
        else f"{picture.freezeCount}",
        WORDS["detail_video"]: UNKNOWN if video is None else video.codec,
        WORDS["detail_audio"]: UNKNOWN if audio is None else audio.codec,
        WORDS["detail_received"]: _rate(earlier, later, seconds, received=True),
        WORDS["detail_sent"]: _rate(earlier, later, seconds, received=False),
        WORDS["detail_opinion"]: UNKNOWN
        if audio is None or audio.labkit.opinion is None
        else number(audio.labkit.opinion, 1),
    }
    return tuple(values.items())


def _rate(
    earlier: Statistics, later: Statistics, seconds: float, received: bool
) -> str:
    """kbit/s of video + audio."""
    if seconds <= 0:
        return UNKNOWN
    pairs = ((earlier.video, later.video), (earlier.audio, later.audio))
    more = (
        _bytes(new, received) - _bytes(old, received)
        for old, new in pairs
        if new is not None
    )
    return " + ".join(f"{max(0, 8 * each) / seconds / 1000:.0f}" for each in more)


def _bytes(line: Any, received: bool) -> int:
    if line is None:
        return 0
    return int(line.inbound.bytesReceived if received else line.outbound.bytesSent)
