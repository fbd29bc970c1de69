"""A glance at a SIP message: enough to describe it, however broken it is.

A tracer must show even what a parser refuses, so this reading is tolerant: it splits at
line ends and colons, keeps what it finds and never raises. Whoever must *act* on a
message parses it with `labkit.signalling.wire`.

RFC 3261 section 7 (compact header names: section 7.3.3), RFC 8866 section 5.
Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from labkit.effects import Address
from labkit.trace.safe import decoded

_COMPACT = {
    "f": "from", "t": "to", "c": "content-type", "l": "content-length",
    "v": "via", "m": "contact", "i": "call-id",
}  # fmt: skip
_STATUS_LINE = re.compile(r"SIP/2\.0 +(\d{3})(?: +(.*))?\Z")
_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) +(\S+) +SIP/2\.0\Z")
# Bounded, or "sip:sip:sip:…" would be tried to its end from each of its starts.
_USER = re.compile(r"sips?:([^@;>\s]{1,64})@")
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) +([^/\s]+)/(\d{1,9})")
_RECORDING = re.compile(r"^a=(record(?:pref)?:[a-z]{1,12})\s*$", re.MULTILINE)
MOST_MEDIA_LINES = 16


@dataclass(slots=True)
class MLine:
    """One m-line: `audio 40000`, where its sender wants to receive."""

    kind: str
    port: int
    payload_types: list[int]
    host: str = ""
    direction: str = ""
    clock_rates: dict[int, int] = field(default_factory=dict)
    """Samples a second of the time stamps, by payload type (`a=rtpmap`)."""

    @property
    def address(self) -> Address:
        """Where the RTP packets are to go."""
        return Address(self.host, self.port)

    def __str__(self) -> str:
        where = str(self.port) if self.port else "refused"
        return f"{self.kind} {where} {self.direction}".rstrip()


@dataclass(slots=True)
class Glance:
    """What a SIP message looks like from outside."""

    method: str
    """Of a request; empty in a response."""
    target: str
    """The Request-URI; empty in a response."""
    status: int
    """Of a response; 0 in a request."""
    phrase: str
    headers: dict[str, str]
    """By lower-case long name; of a repeated header the first."""
    media: list[MLine]
    text: str = ""
    """What a MESSAGE says (RFC 3428)."""
    recording: tuple[str, ...] = ()
    """What is said of recording (RFC 7866): `record:paused`, `recordpref:on`."""

    def user(self, header: str) -> str:
        """The user part of the SIP address in `from`, `to` or `contact`; or empty."""
        found = _USER.search(self.headers.get(header, ""))
        return found[1] if found else ""

    @property
    def about(self) -> str:
        """The method of the request that a response answers (from CSeq)."""
        return self.headers.get("cseq", "").rpartition(" ")[2]


@lru_cache(maxsize=512)
def glance(data: bytes) -> Glance | None:
    """Read a SIP message tolerantly; None when its first line is not SIP's."""
    head, _, body = decoded(data).replace("\r\n", "\n").partition("\n\n")
    start, *lines = head.split("\n")
    if status := _STATUS_LINE.match(start.strip()):
        method, target = "", ""
        number, phrase = int(status[1]), status[2] or ""
    elif request := _REQUEST_LINE.match(start.strip()):
        method, target = request[1], request[2]
        number, phrase = 0, ""
    else:
        return None
    headers = _headers(lines)
    is_text = headers.get("content-type", "").lower().startswith("text/plain")
    return Glance(
        method,
        target,
        number,
        phrase,
        headers,
        media=[] if is_text else _media(body),
        text=body if is_text else "",
        recording=() if is_text else tuple(dict.fromkeys(_RECORDING.findall(body))),
    )


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon:
            headers.setdefault(_COMPACT.get(name, name), value.strip())
    return headers


def _media(body: str) -> list[MLine]:
    """The m-lines of an SDP, each with the c-line and the attributes that bind it."""
    media: list[MLine] = []
    host, direction = "", ""
    for line in body.split("\n"):
        kind, equals, value = line.strip().partition("=")
        if not equals or len(kind) != 1:
            continue
        if kind == "m" and len(media) < MOST_MEDIA_LINES:
            if found := _media_line(value, host, direction):
                media.append(found)
        elif kind == "c":
            named = value.rpartition(" ")[2].partition("/")[0]
            if media:
                media[-1].host = named
            else:  # before the first m-line: holds for all of them
                host = named
        elif kind == "a" and value in ("sendonly", "recvonly", "inactive"):
            if media:
                media[-1].direction = value
            else:
                direction = value
        elif kind == "a" and media and (entry := _RTPMAP.match(value)):
            media[-1].clock_rates[int(entry[1])] = int(entry[3])
    return media


def _media_line(value: str, host: str, direction: str) -> MLine | None:
    parts = value.split()
    if len(parts) < 3:
        return None
    port = parts[1].partition("/")[0]
    types = [int(part) for part in parts[3:] if re.fullmatch(r"[0-9]{1,3}", part)]
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        return None
    return MLine(parts[0], int(port), types, host, direction)
