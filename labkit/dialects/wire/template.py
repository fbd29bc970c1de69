"""A message as text with holes: `CALLING {name} {port}`.

A field ends where the text after it begins, and the last one takes the rest; nothing is
guessed, and no input makes it slow. Braces of one's own are written double: `{{`.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple

from labkit.dialects.wire.kinds import Kind, Value, formatted
from labkit.registry.messages import quoted


class Hole(NamedTuple):
    """One field, and the text after it."""

    name: str
    kind: Kind
    then: bytes


class Template:
    """Reads and writes one message; raises ValueError, in words, for what is wrong."""

    def __init__(self, text: str, kinds: Mapping[str, Kind]) -> None:
        """`kinds` are the fields that there are. ValueError for a text that is none."""
        self.text = text
        self.begins, holes = _parts(text, kinds)
        self.holes = tuple(holes)
        for hole, after in zip(self.holes, self.holes[1:], strict=False):
            if not hole.then:
                raise ValueError(
                    f"nothing stands between {{{hole.name}}} and {{{after.name}}}, so "
                    "nobody could tell where the first one ends"
                )

    weight = 0
    """Texts are tried in the order in which they stand."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields it has, in order."""
        return tuple(hole.name for hole in self.holes)

    def read(self, data: bytes) -> dict[str, Value]:
        """The fields of a message."""
        if not data.startswith(self.begins):
            raise ValueError(f"it does not begin with {_shown(self.begins)}")
        at, fields = len(self.begins), dict[str, Value]()
        if not self.holes and at < len(data):
            raise ValueError(f"something follows {_shown(self.begins)}")
        last = len(self.holes) - 1
        for number, (name, kind, then) in enumerate(self.holes):
            end = data.find(then, at) if then else len(data)
            if end < 0:
                raise ValueError(f"after {{{name}}}, {_shown(then)} is missing")
            if number == last and end + len(then) < len(data):
                raise ValueError(f"something follows {_shown(then)} at its end")
            fields[name] = _said(name, kind, data[at:end])
            at = end + len(then)
        return fields

    def write(self, fields: Mapping[str, object]) -> bytes:
        """The message; ValueError when a field is missing or holds what ends it."""
        written = [self.begins]
        for name, kind, then in self.holes:
            if name not in fields:
                raise ValueError(f"it needs {{{name}}}")
            try:
                text = kind.write(kind.check(fields[name]))
            except ValueError as error:
                raise ValueError(f"{{{name}}}: {error}") from None
            if then and (text + then).find(then) != len(text):
                raise ValueError(f"{{{name}}} holds {_shown(then)}, which ends it here")
            written += [text, then]
        return b"".join(written)


def _parts(text: str, kinds: Mapping[str, Kind]) -> tuple[bytes, list[Hole]]:
    begins, holes = b"", list[Hole]()
    for literal, name, how, conversion in Formatter().parse(text):
        if not holes:
            begins += literal.encode()
        else:
            holes[-1] = holes[-1]._replace(then=holes[-1].then + literal.encode())
        if name is None:
            continue
        if conversion or name not in kinds:
            raise ValueError(
                f"field {{{name}}} is not known; there are {', '.join(kinds)}"
            )
        if name in (hole.name for hole in holes):
            raise ValueError(f"{{{name}}} stands in it twice")
        holes.append(Hole(name, formatted(kinds[name], how or ""), b""))
    return begins, holes


def _said(name: str, kind: Kind, raw: bytes) -> Value:
    try:
        return kind.read(raw)
    except UnicodeDecodeError:
        raise ValueError(f"{{{name}}} is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{{{name}}}: {error}") from None


def _shown(text: bytes) -> str:
    return quoted(text.decode(errors="replace"))
