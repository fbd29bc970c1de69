"""What may stand in a field: words, addresses, numbers, times, bytes.

Each kind reads and writes its value as text and as JSON. What is wrong is a ValueError
in words, whoever is to blame: `Language` knows who it is.

Notebook: 08-voice-room.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from labkit.errors import LocalError
from labkit.registry.messages import checked_host, checked_name, quoted

Value: TypeAlias = str | int | float | bytes | tuple[Mapping[str, object], ...]
MOST_DIGITS = 18
MOST_TEXT = 400
LATEST = 1e11
"""Seconds since 1970: some time in the year 5138."""


class Kind:
    """One kind of value; the base reads and writes plain text."""

    binary = False
    """Whether it is bytes, which are text only in base64."""

    def check(self, value: object) -> Value:
        """The value in its usual form; ValueError when it is not of this kind."""
        raise NotImplementedError

    def read(self, raw: bytes) -> Value:
        """The value of these bytes."""
        return self.check(raw.decode())

    def write(self, value: Value) -> bytes:
        """The bytes of a value that was checked."""
        return str(value).encode()

    def from_json(self, value: object) -> Value:
        """The value of what stood in JSON: a string, or the thing itself."""
        return (
            self.read(value.encode()) if isinstance(value, str) else self.check(value)
        )

    def to_json(self, value: Value) -> object:
        """The checked value as JSON has it."""
        return value


@dataclass(frozen=True, slots=True)
class Word(Kind):
    """Signs without a space among them, in Unicode's normal form C."""

    most: int

    def check(self, value: object) -> str:
        """A str of 1 to `most` characters."""
        if not isinstance(value, str):
            raise ValueError(f"{quoted(repr(value))} is no text")
        if self.most == 64:
            return _in_words(checked_name, value)
        if not 1 <= len(value) <= self.most or " " in value or not value.isprintable():
            raise ValueError(f"{quoted(value)} is no word of 1 to {self.most} signs")
        return value


@dataclass(frozen=True, slots=True)
class Protocols(Kind):
    """Versions of a protocol, as `V0` or `V0#V1`."""

    def check(self, value: object) -> str:
        """A str."""
        if not isinstance(value, str) or not re.fullmatch(
            "V[0-9]{1,3}(#V[0-9]{1,3}){0,15}", value, re.ASCII
        ):
            raise ValueError(f"{quoted(str(value))} is not like V0 or V0#V1")
        return value


@dataclass(frozen=True, slots=True)
class Host(Kind):
    """An IP address."""

    def check(self, value: object) -> str:
        """A str in the address' usual spelling."""
        if not isinstance(value, str):
            raise ValueError(f"{quoted(repr(value))} is no IP address")
        return _in_words(checked_host, value)


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """A whole number from `least` to `most`, written in decimal digits."""

    least: int = 0
    most: int = 10**MOST_DIGITS - 1

    def check(self, value: object) -> int:
        """An int."""
        if isinstance(value, str):
            digits = value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
            value = int(value) if digits else value
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{quoted(str(value))} is no whole number")
        if not self.least <= value <= self.most:
            raise ValueError(f"{value} is not from {self.least} to {self.most}")
        return value


class Port(Whole):
    """A port of UDP or TCP."""

    def __init__(self) -> None:
        super().__init__(1, 65_535)


@dataclass(frozen=True, slots=True)
class Rate(Kind):
    """Pictures a second: a whole number of at least 1, for some peers divide by it."""

    def check(self, value: object) -> int:
        """An int from 1 to 1000; what came as 29.97 or 0 is brought there."""
        if isinstance(value, str):
            if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{0,9})?", value, re.ASCII):
                raise ValueError(f"{quoted(value)} is no number of pictures a second")
            value = float(value)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise ValueError(f"{quoted(repr(value))} is no number of pictures a second")
        if not 0 <= value <= 1000:
            raise ValueError("pictures a second are from 1 to 1000")
        return max(1, round(value))


@dataclass(frozen=True, slots=True)
class Time(Kind):
    """Seconds since 1970, whole or not; also read as `2023-05-24 13:43:03.1`."""

    def check(self, value: object) -> float:
        """A float, to the microsecond; a date is taken as UTC."""
        if isinstance(value, str):
            value = _seconds(value)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise ValueError(f"{quoted(repr(value))} is no time")
        if not (math.isfinite(value) and 0 <= value <= LATEST):
            raise ValueError("a time is in seconds since 1970")
        return round(float(value), 6)

    def write(self, value: Value) -> bytes:
        """Always with a point: some peers split there."""
        return f"{float(str(value)):.6f}".encode()


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """Anything that prints on one line; it may be empty."""

    def check(self, value: object) -> str:
        """A str of at most 400 characters."""
        if not isinstance(value, str) or len(value) > MOST_TEXT:
            raise ValueError(f"not a text of at most {MOST_TEXT} characters")
        if not value.isprintable():
            raise ValueError("a text with signs that do not print")
        return value


@dataclass(frozen=True, slots=True)
class Raw(Kind):
    """Bytes as they are: sound, a picture. In JSON they are base64."""

    binary = True

    def check(self, value: object) -> bytes:
        """Bytes."""
        if not isinstance(value, bytes):
            raise ValueError("not bytes")
        return value

    def read(self, raw: bytes) -> bytes:
        """These very bytes."""
        return raw

    def write(self, value: Value) -> bytes:
        """These very bytes."""
        return value if isinstance(value, bytes) else b""

    def from_json(self, value: object) -> bytes:
        """What the base64 stands for."""
        if not isinstance(value, str):
            raise ValueError("not a text in base64")
        return base64.b64decode(value.encode(), validate=True)

    def to_json(self, value: Value) -> str:
        """Base64."""
        return base64.b64encode(self.write(value)).decode()


@dataclass(frozen=True, slots=True)
class Base64(Raw):
    """`{data:base64}`: bytes as letters, where raw bytes cannot stand."""

    binary = False

    def read(self, raw: bytes) -> bytes:
        """What the base64 stands for."""
        return base64.b64decode(raw, validate=True)

    def write(self, value: Value) -> bytes:
        """Base64."""
        return base64.b64encode(value if isinstance(value, bytes) else b"")


@dataclass(frozen=True, slots=True)
class InQuotes(Kind):
    """`{port:text}`: a number that stands in JSON as a string."""

    kind: Kind

    def check(self, value: object) -> Value:
        """As the kind itself."""
        return self.kind.check(value)

    def to_json(self, value: Value) -> object:
        """A string."""
        return self.kind.write(value).decode()


def formatted(kind: Kind, how: str) -> Kind:
    """`{data:base64}`, `{port:text}`; ValueError for another word behind the colon."""
    if not how:
        return kind
    if how == "base64" and isinstance(kind, Raw):
        return Base64()
    if how == "text" and not isinstance(kind, Raw):
        return InQuotes(kind)
    raise ValueError(
        f"nothing can be written as {quoted(how)}; there are {{data:base64}}, and in "
        "JSON {port:text} for a number between quotes"
    )


def _in_words(check: object, value: str) -> str:
    try:
        return check(value)  # type: ignore[operator,no-any-return]
    except LocalError as error:
        raise ValueError(str(error)) from None


def _seconds(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{0,20})?", text, re.ASCII):
        return float(text)
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"{quoted(text)} is no time in seconds")
