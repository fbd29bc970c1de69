"""What a page may say of its devices, and the only way in: `parse`.

    parse({"kind": "frame", "page": "k3x", "number": 7, "at": 5021.4, ...}, [jpeg])

Whoever can write to the kernel's comm can send anything: a wrong type, a huge buffer, a
number out of range is refused here, before it is copied or decoded. Times are the
page's `performance.now()`, milliseconds since it was loaded.

Notebook: 03-media.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from labkit.errors import RemoteError

DEVICES = ("camera", "screen", "microphone", "speaker")
STATES = (
    "off",  # not asked for
    "asking",  # the browser asks the person, or opens the device
    "on",
    "click",  # the browser wants a click first
    "refused",  # the person, or a policy, said no
    "missing",  # there is none
    "busy",  # another program has it, or it failed
    "insecure",  # http on a host name: browsers give no devices there
    "unsupported",  # this browser cannot
    "ended",  # unplugged, or sharing was stopped in the browser's own bar
)
"""How a device in the page is."""

LARGEST_FRAME = 1 << 21
"""Bytes of one coded picture."""
RATES = (8_000, 96_000)
"""Samples a second, least and most."""
LONGEST_SOUND = 0.5
"""Seconds of sound in one message."""
LONGEST_LABEL = 120
LARGEST_NUMBER = 1 << 53
_PAGE = re.compile(r"[a-z0-9]{1,32}", re.ASCII)

Buffer: TypeAlias = bytes | bytearray | memoryview
Format: TypeAlias = Literal["jpeg", "vp8"]
Source: TypeAlias = Literal["camera", "screen"]
FORMATS: Mapping[str, Format] = {"jpeg": "jpeg", "vp8": "vp8"}
SOURCES: Mapping[str, Source] = {"camera": "camera", "screen": "screen"}


@dataclass(frozen=True, slots=True)
class Here:
    """The page is there: its answer to a ping, and how its devices are."""

    page: str
    ping: int
    """The ping that it answers; 0 for the first word of a page."""
    at: float
    states: Mapping[str, str]
    """Each of DEVICES → one of STATES."""
    label: str = ""
    """The name of the camera, as the browser has it."""
    hidden: bool = False
    """Whether its tab is behind another."""
    underruns: int = 0
    """How often the page's player had nothing to play."""
    played: int = 0
    """The number of the last stretch of sound that has come to the page's player."""
    waiting: float = 0.0
    """Seconds of sound that wait there."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the page's camera, or of its screen."""

    page: str
    device: Source
    number: int
    at: float
    """When it was captured."""
    format: Format
    key: bool
    """Whether it can be decoded alone."""
    data: memoryview
    played: int = 0
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Voice:
    """A stretch of the page's microphone: int16, little-endian, mono."""

    device: ClassVar[Literal["microphone"]] = "microphone"
    page: str
    number: int
    at: float
    """When its last sample was there."""
    rate: int
    data: memoryview
    played: int = 0
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Played:
    """Sound has come to the page's player; said alone when nothing else is."""

    page: str
    played: int
    waiting: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The person wants this page, of several, to be the one with the devices."""

    page: str


@dataclass(frozen=True, slots=True)
class Bye:
    """The page goes."""

    page: str


Message: TypeAlias = Here | Frame | Voice | Played | Claim | Bye


def parse(content: object, buffers: Sequence[object] = ()) -> Message:
    """The message that a page sent. Raises RemoteError for anything else."""
    if not isinstance(content, Mapping):
        raise RemoteError(f"a page's message is not a table: {type(content).__name__}")
    page, kind = content.get("page"), content.get("kind")
    if not (isinstance(page, str) and _PAGE.fullmatch(page)):
        raise RemoteError("a page's message does not say from which page")
    match kind:
        case "here":
            return _here(page, content)
        case "frame":
            return _frame(page, content, buffers)
        case "voice":
            return _voice(page, content, buffers)
        case "played":
            return Played(page, *_played(content))
        case "claim":
            return Claim(page)
        case "bye":
            return Bye(page)
    raise RemoteError("a page's message is of no known kind")


def _here(page: str, content: Mapping[Any, Any]) -> Here:
    states = content.get("states")
    if not isinstance(states, Mapping):
        raise RemoteError("a page does not say how its devices are")
    known = {device: states.get(device, "off") for device in DEVICES}
    for device, state in known.items():
        if not (isinstance(state, str) and state in STATES):
            raise RemoteError(f"a page's {device} is in no known state")
    label = content.get("label", "")
    if not isinstance(label, str):
        raise RemoteError("the name of a page's camera is no text")
    return Here(
        page,
        _number(content, "ping", least=0),
        _milliseconds(content, "at"),
        known,
        "".join(sign for sign in label[:LONGEST_LABEL] if sign.isprintable()),
        content.get("hidden") is True,
        _number(content, "underruns", least=0) if "underruns" in content else 0,
        *_played(content),
    )


def _frame(page: str, content: Mapping[Any, Any], buffers: Sequence[object]) -> Frame:
    source = SOURCES.get(str(content.get("device")))
    coding = FORMATS.get(str(content.get("format")))
    if source is None or coding is None:
        raise RemoteError("a page's picture is of no known source or format")
    data = _only(buffers, LARGEST_FRAME)
    return Frame(
        page,
        source,
        _number(content, "number"),
        _milliseconds(content, "at"),
        coding,
        coding == "jpeg" or content.get("key") is True,
        data,
        *_played(content),
    )


def _voice(page: str, content: Mapping[Any, Any], buffers: Sequence[object]) -> Voice:
    rate = content.get("rate")
    least, most = RATES
    if type(rate) is not int or not least <= rate <= most:
        raise RemoteError(f"a page's sound has no rate from {least} to {most}")
    data = _only(buffers, 2 * int(rate * LONGEST_SOUND))
    if len(data) % 2:
        raise RemoteError("a page's sound ends in the middle of a sample")
    return Voice(
        page,
        _number(content, "number"),
        _milliseconds(content, "at"),
        rate,
        data,
        *_played(content),
    )


def _only(buffers: Sequence[object], most: int) -> memoryview:
    """The one buffer of a message, as bytes."""
    if len(buffers) != 1 or not isinstance(buffers[0], Buffer):
        raise RemoteError("a page's picture or sound comes in one buffer")
    data = memoryview(buffers[0])
    if not data.contiguous or not 0 < data.nbytes <= most:
        raise RemoteError(f"a page sent {data.nbytes} bytes where 1 to {most} may be")
    return data.cast("B")


def _number(content: Mapping[Any, Any], key: str, least: int = 1) -> int:
    value = content.get(key)
    if type(value) is not int or not least <= value <= LARGEST_NUMBER:
        raise RemoteError(f"a page's {key} is no number from {least} on")
    return value


def _milliseconds(content: Mapping[Any, Any], key: str, default: Any = None) -> float:
    value = content.get(key, default)
    if type(value) not in (int, float) or not math.isfinite(value):
        raise RemoteError(f"a page's {key} is no time")
    if not 0 <= value <= 1e12:
        raise RemoteError(f"a page's {key} is no time that can be")
    return float(value)


def _played(content: Mapping[Any, Any]) -> tuple[int, float]:
    waiting = _milliseconds(content, "waiting", 0.0) / 1000
    played = 0 if "played" not in content else _number(content, "played", least=0)
    return played, min(waiting, 10.0)
