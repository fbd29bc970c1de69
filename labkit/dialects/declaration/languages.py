"""The messages of a table, and how they are framed, made into a `Language`.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from labkit.dialects.declaration.section import Section
from labkit.dialects.messages import FIELDS, Meanings
from labkit.dialects.wire.framing import Datagram, Delimited, Framing
from labkit.dialects.wire.json_values import JsonValues
from labkit.dialects.wire.kinds import Kind, Text, Value
from labkit.dialects.wire.language import Language, Pattern
from labkit.dialects.wire.lengths import BinaryHeader, DigitHeader
from labkit.dialects.wire.rows import Rows, counted
from labkit.dialects.wire.segments import Segments
from labkit.dialects.wire.shape import Shape
from labkit.dialects.wire.template import Template
from labkit.errors import LocalError

Forms = Mapping[str, Sequence[Pattern]]
LONGEST, USUAL = 1 << 20, 4096
SAMPLES: Mapping[str, object] = {
    "name": "ana",
    "me": "rui",
    "host": "10.0.0.1",
    "port": 6000,
    "password": "segredo",
    "protocols": "V0",
    "time": 1.5,
    "count": 1,
    "status": 599,
    "text": "sim",
    "order": 1,
    "width": 320,
    "height": 240,
    "fps": 20,
    "data": bytes(4),
    "users": ({"name": "ana", "host": "10.0.0.1", "port": 6000, "time": 1.5},),
}
"""With which each message is tried once, when its file is read."""


def language(
    name: str,
    messages: Section,
    meanings: Meanings,
    framing: Section,
    defaults: Mapping[str, Value],
) -> Language:
    """The messages of one table, of which only `meanings` may be there."""
    kinds = {**FIELDS, **{key: Text() for key in defaults if key not in FIELDS}}
    if "users" in meanings:
        _add_rows(messages, kinds)
    forms: dict[str, tuple[Pattern, ...]] = {}
    for meaning, declared in messages.rest().items():
        if meaning not in meanings:
            there = ", ".join(meanings)
            raise messages.wrong(f"this is no message; there are {there}", meaning)
        forms[meaning] = _forms(messages, meaning, declared, kinds)
        for needed in meanings[meaning]:
            if needed not in forms[meaning][0].names and needed not in defaults:
                words = f"it means nothing without {{{needed}}}"
                raise messages.wrong(words, meaning)
    found = Language(name, forms, _framing(framing, forms), defaults)
    for meaning in forms:
        try:
            found.write(meaning, **SAMPLES)
        except LocalError as error:
            words = str(error).partition(": ")[2]
            raise messages.wrong(
                f"nobody could understand it: {words}", meaning
            ) from None
    return found


def defaults_of(section: Section) -> dict[str, Value]:
    """Fields that are written where nobody gives them, among them a group's own."""
    found: dict[str, Value] = {}
    for key, value in section.rest().items():
        try:
            kind = FIELDS.get(key, Text())
            found[key] = kind.check(value)
        except ValueError as error:
            raise section.wrong(str(error), key) from None
    return found


def _add_rows(messages: Section, kinds: dict[str, Kind]) -> None:
    declared = messages.any("each_user")
    if declared is None:
        return
    (form,) = _forms(messages, "each_user", declared, kinds)[:1]
    rows = Rows(form)
    try:
        if isinstance(form, Template):
            _ = rows.end
    except ValueError as error:
        raise messages.wrong(str(error), "each_user") from None
    kinds["users"] = rows


def _forms(
    messages: Section, meaning: str, declared: object, kinds: Mapping[str, Kind]
) -> tuple[Pattern, ...]:
    several = declared if isinstance(declared, list) else [declared]
    if not several:
        raise messages.wrong("here stands at least one text or table", meaning)
    try:
        return tuple(
            Template(each, kinds) if isinstance(each, str) else Shape(each, kinds)
            for each in several
        )
    except ValueError as error:
        raise messages.wrong(str(error), meaning) from None


def _framing(section: Section, forms: Forms) -> Framing:
    """`framing = "line"`, or a table: `framing = { digits = 64 }`."""
    longest = section.number("longest", USUAL, 16, LONGEST)
    named = section.any("framing", "line")
    match named:
        case "line":
            return Delimited(longest=longest)
        case "datagram":
            return Datagram(min(longest, 65_507))
        case "raw":
            return Datagram(min(longest, 65_507), strip=False)
        case "json":
            return JsonValues(longest)
        case "segment":
            begins = {form.begins for each in forms.values() for form in each}
            fits = partial(_fits, forms)
            return Segments(fits, tuple(sorted(begins - {b""})), longest)
        case dict():
            inner = Section(named, (*section.path, "framing"))
            framing = _framed(inner, longest)
            inner.end()
            return framing
    raise section.wrong(
        f"{named!r} is not known; there are "
        '"line", "datagram", "segment", "json", { end = "~", begin = "~" }, '
        "{ digits = 64 } and { bytes = 4 }",
        "framing",
    )


def _framed(inner: Section, longest: int) -> Framing:
    if "digits" in inner:
        return DigitHeader(inner.number("digits", 64, 1, 256), longest)
    if "bytes" in inner:
        octets = inner.number("bytes", 4, 1, 8)
        order = inner.one_of("order", "big", "little")
        return BinaryHeader(octets, "big" if order == "big" else "little", longest)
    end, begin = inner.get("end", ""), inner.get("begin", "")
    if not end:
        raise inner.wrong('here stands end = "…", digits = … or bytes = …')
    return Delimited(end.encode(), begin.encode(), longest)


def _fits(forms: Forms, body: bytes) -> bool:
    for each in forms.values():
        for form in each:
            try:
                counted(form.read(body))
            except ValueError:
                continue
            return True
    return False
