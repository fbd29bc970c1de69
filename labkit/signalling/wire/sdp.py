"""Session descriptions as bytes, and back (RFC 8866).

Lines that the kit has no use for are ignored, as the RFC says. `parse` and `write` are
inverses on what a `SessionDescription` can hold.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from labkit.errors import LocalError, RemoteError
from labkit.signalling.messages.crypto import Crypto
from labkit.signalling.messages.recording import Recording, RecordingPreference
from labkit.signalling.messages.sdp import (
    Direction,
    Format,
    MediaDescription,
    Origin,
    SessionDescription,
)
from labkit.signalling.messages.text import shown

MOST_LINES = 500
MOST_MEDIA = 16

STATIC = {
    format.payload_type: format
    for format in (
        Format(0, "PCMU", 8000),
        Format(3, "GSM", 8000),
        Format(4, "G723", 8000),
        Format(8, "PCMA", 8000),
        Format(9, "G722", 8000),
        Format(10, "L16", 44_100, 2),
        Format(11, "L16", 44_100),
        Format(14, "MPA", 90_000),
        Format(15, "G728", 8000),
        Format(18, "G729", 8000),
        Format(26, "JPEG", 90_000),
        Format(31, "H261", 90_000),
        Format(34, "H263", 90_000),
    )
}
"""Payload numbers that mean a codec without any `a=rtpmap` (RFC 3551 section 6)."""

_line_end = re.compile(r"\r\n|\r|\n")
# m=  media SP port ["/" integer] SP proto 1*(SP fmt)
_media = re.compile(r"(\S+) (\d{1,5})(?:/\d{1,5})? (\S+) (\S.*)")
# o=  username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address
_origin = re.compile(r"(\S+) (\d{1,20}) (\d{1,20}) IN IP[46] (\S+)", re.IGNORECASE)
# c=  nettype SP addrtype SP connection-address
_connection = re.compile(r"IN IP[46] ([^\s/]+)(?:/\S+)?", re.IGNORECASE)
# a=rtpmap:  payload SP encoding-name "/" clock-rate [ "/" encoding-params ]
_rtpmap = re.compile(r"(\d{1,3}) +([^\s/]+)/(\d{1,9})(?:/(\d{1,3}))?")
_directions = {direction.value: direction for direction in Direction}
# a=fmtp:  fmt SP format-specific-params
_fmtp = re.compile(r"(\d{1,3}) +(\S.*)")
# a=rtcp-fb:  ( fmt / "*" ) SP rtcp-fb-val            RFC 4585 section 4.2
_feedback = re.compile(r"rtcp-fb: *(?:\d{1,3}|\*) +(\S.*)", re.IGNORECASE)

# a=record:  "on" / "off" / "paused"                  RFC 7866 section 7.1.2
# a=recordpref:  "on" / "off" / "pause" / "nopreference"            section 7.1.3
_RECORD, _PREFERENCE = "record", "recordpref"
_Word = TypeVar("_Word", bound=StrEnum)


def parse(data: bytes) -> SessionDescription:
    """Read a session description; raises RemoteError that names the line."""
    session, *media = _sections(data)
    values = dict(reversed(session))
    if values.get("v") != "0":
        raise RemoteError("the session description does not begin with v=0")
    host = _host(values["c"]) if "c" in values else ""
    direction = _direction(session) or Direction.SENDRECV
    descriptions = tuple(_parse_media(section, direction) for section in media)
    if not host and any(m.port and not m.host for m in descriptions):
        raise RemoteError("the session description has no c= line: where do media go?")
    return SessionDescription(
        origin=_parse_origin(values.get("o", "")),
        host=host,
        media=descriptions,
        name=values.get("s", "").strip() or "-",
        record=_word(session, _RECORD, Recording),
        preference=_word(session, _PREFERENCE, RecordingPreference),
    )


def _sections(data: bytes) -> list[list[tuple[str, str]]]:
    """The session's lines, then those of each medium, as (letter, value)."""
    try:
        lines = [line for line in _line_end.split(data.decode()) if line.strip()]
    except UnicodeDecodeError as error:
        raise RemoteError(
            f"byte {error.start} of the session description is not UTF-8"
        ) from None
    if len(lines) > MOST_LINES:
        raise RemoteError(f"a session description of over {MOST_LINES} lines")
    sections: list[list[tuple[str, str]]] = [[]]
    for number, line in enumerate(lines, 1):
        letter, equals, value = line.partition("=")
        if not equals or len(letter) != 1:
            raise RemoteError(
                f"line {number} of the session description, {line[:40]!r}, "
                "is not letter=value"
            )
        if letter == "m":
            sections.append([])
        sections[-1].append((letter, value.strip()))
    if len(sections) > MOST_MEDIA + 1:
        raise RemoteError(f"a session description of over {MOST_MEDIA} media")
    return sections


def _parse_origin(value: str) -> Origin:
    match = _origin.fullmatch(value)
    if match is None:
        raise RemoteError(
            f"the line o={shown(value)} of the session description is broken"
        )
    return Origin(match[1], int(match[2]), int(match[3]), match[4])


def _host(value: str) -> str:
    match = _connection.fullmatch(value)
    if match is None:
        raise RemoteError(f"the line c={shown(value)} is not IN IP4 address")
    return match[1]


def _direction(lines: list[tuple[str, str]]) -> Direction | None:
    for letter, value in lines:
        if letter == "a" and value.lower() in _directions:
            return _directions[value.lower()]
    return None


def _word(
    lines: list[tuple[str, str]], attribute: str, words: type[_Word]
) -> _Word | None:
    """The first value of an attribute that can only be one of some words."""
    known = {word.value: word for word in words}
    for letter, value in lines:
        name, _, text = value.partition(":")
        if letter == "a" and name.lower() == attribute:
            found = known.get(text.strip().lower())
            if found is not None:
                return found
    return None


def _parse_media(lines: list[tuple[str, str]], default: Direction) -> MediaDescription:
    value = lines[0][1]
    match = _media.fullmatch(value)
    if match is None or int(match[2]) > 65_535:
        raise RemoteError(f"the line m={shown(value)} is not kind port RTP/AVP numbers")
    hosts = [_host(value) for letter, value in lines if letter == "c"]
    numbers = match[4].split()
    plain = MediaDescription(
        kind=match[1].lower(),
        port=int(match[2]),
        direction=_direction(lines) or default,
        host=hosts[0] if hosts else "",
        protocol=match[3].upper(),
        feedback=_feedback_of(lines),
        record=_word(lines, _RECORD, Recording),
        preference=_word(lines, _PREFERENCE, RecordingPreference),
        crypto=_crypto_of(lines),
    )
    if "RTP/" not in plain.protocol:
        return replace(plain, other_formats=tuple(numbers))
    formats = _formats(numbers, lines)
    known = {format.payload_type for format in formats}
    unknown = tuple(number for number in numbers if int(number) not in known)
    return replace(plain, formats=formats, other_formats=unknown)


def _crypto_of(lines: list[tuple[str, str]]) -> Crypto | None:
    """The first key for a suite that we have."""
    for letter, value in lines:
        name, _, text = value.partition(":")
        if letter == "a" and name.lower() == "crypto":
            found = Crypto.parse(text)
            if found is not None:
                return found
    return None


def _feedback_of(lines: list[tuple[str, str]]) -> tuple[str, ...]:
    """What RTCP may ask for, of whichever of the medium's formats."""
    found = (_feedback.fullmatch(value) for letter, value in lines if letter == "a")
    words = (" ".join(match[1].lower().split()) for match in found if match)
    return tuple(dict.fromkeys(words))


def _formats(numbers: list[str], lines: list[tuple[str, str]]) -> tuple[Format, ...]:
    """What the numbers of one m= line stand for; unknown ones are left out."""
    maps: dict[int, Format] = {}
    parameters: dict[int, str] = {}
    for letter, value in lines:
        name, _, text = value.partition(":")
        if letter != "a":
            continue
        if name.lower() == "rtpmap" and (found := _rtpmap.fullmatch(text.strip())):
            channels = int(found[4] or 1) or 1
            number, rate = int(found[1]), int(found[3])
            maps[number] = Format(number, found[2], rate, channels)
        elif name.lower() == "fmtp" and (found := _fmtp.fullmatch(text.strip())):
            parameters[int(found[1])] = found[2].strip()
    formats = {}
    for text in dict.fromkeys(numbers):
        if not (text.isascii() and text.isdigit() and len(text) <= 3):
            raise RemoteError(f"an m= line names the payload {text[:20]!r}: no number")
        number = int(text)
        known = maps.get(number) or STATIC.get(number)
        if known is not None and number < 128:
            formats[number] = replace(known, parameters=parameters.get(number, ""))
    return tuple(formats.values())


def write(description: SessionDescription) -> bytes:
    """The description as bytes; raises LocalError if a text holds a line break."""
    origin = description.origin
    lines = [
        "v=0",
        f"o={origin.user} {origin.session} {origin.version} {_in(origin.host)}",
        f"s={description.name}",
    ]
    if description.host:
        lines.append(f"c={_in(description.host)}")
    lines.append("t=0 0")
    lines += _recording_lines(description.record, description.preference)
    for media in description.media:
        lines += _media_lines(media)
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        raise LocalError("a text of the session description holds a line break")
    return text.encode() + b"\r\n"


def _media_lines(media: MediaDescription) -> list[str]:
    numbers = [str(format.payload_type) for format in media.formats]
    payloads = " ".join((*numbers, *media.other_formats)) or "0"
    lines = [f"m={media.kind} {media.port} {media.protocol} {payloads}"]
    if media.host:
        lines.append(f"c={_in(media.host)}")
    for format in media.formats:
        channels = f"/{format.channels}" if format.channels != 1 else ""
        lines.append(
            f"a=rtpmap:{format.payload_type} "
            f"{format.name}/{format.clock_rate}{channels}"
        )
        if format.parameters:
            lines.append(f"a=fmtp:{format.payload_type} {format.parameters}")
    if media.crypto is not None:
        lines.append(f"a=crypto:{media.crypto}")
    lines += (f"a=rtcp-fb:* {feedback}" for feedback in media.feedback)
    lines.append(f"a={media.direction}")
    return lines + _recording_lines(media.record, media.preference)


def _recording_lines(
    record: Recording | None, preference: RecordingPreference | None
) -> list[str]:
    lines = [f"a={_RECORD}:{record}"] if record is not None else []
    if preference is not None:
        lines.append(f"a={_PREFERENCE}:{preference}")
    return lines


def _in(host: str) -> str:
    return f"IN IP{6 if ':' in host else 4} {host}"
