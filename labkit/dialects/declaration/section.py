"""One table of a dialect's file: what it has, what it may have, what is wrong with it.

Notebook: 08-voice-room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

_Kind = TypeVar("_Kind", str, bool, int, float)
_WORDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


class Mistake(ValueError):
    """Something is wrong at `path` (tables and key) of the file."""

    def __init__(self, path: tuple[str, ...], words: str) -> None:
        super().__init__(words)
        self.path = path


class Section:
    """Hands out the values of one table, each checked, and minds what is left over."""

    def __init__(self, table: Mapping[str, object], path: tuple[str, ...] = ()) -> None:
        self.path = path
        self._table = dict(table)
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def wrong(self, words: str, *keys: str) -> Mistake:
        """The error to raise about this table, or one key of it."""
        return Mistake((*self.path, *keys), words)

    def get(self, key: str, otherwise: _Kind) -> _Kind:
        """The value of a key, of the same type as `otherwise`."""
        self._asked.append(key)
        value = self._table.pop(key, otherwise)
        wanted = type(otherwise)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not wanted:
            raise self.wrong(f"here stands {_WORDS[wanted]}, not {value!r}", key)
        return value

    def number(self, key: str, otherwise: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.get(key, otherwise)
        if not least <= value <= most:
            raise self.wrong(f"{value} is not from {least} to {most}", key)
        return value

    def seconds(self, key: str, otherwise: float) -> float:
        """A time of at most an hour."""
        value = self.get(key, otherwise)
        if not 0 <= value <= 3600:
            raise self.wrong(f"{value:g} is not from 0 to 3600 seconds", key)
        return value

    def one_of(self, key: str, *choices: str) -> str:
        """One of these words; the first where none stands."""
        value = self.get(key, choices[0])
        if value not in choices:
            there = ", ".join(f'"{choice}"' for choice in choices)
            raise self.wrong(f'"{value}" is not known; there are {there}', key)
        return value

    def section(self, key: str) -> Section:
        """A table within this one; empty where there is none."""
        value = self.any(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"here stands a table, [{key}], not {value!r}", key)
        return Section(value, (*self.path, key))

    def any(self, key: str, otherwise: object = None) -> object:
        """The value of a key, whatever it is."""
        self._asked.append(key)
        return self._table.pop(key, otherwise)

    def holds_text(self, key: str) -> bool:
        """Whether a text stands there, where mostly a table does."""
        return isinstance(self._table.get(key), str)

    def set_default(self, key: str, value: object) -> None:
        """What a key is where the file says nothing."""
        self._table.setdefault(key, value)

    def copy(self, *keys: str) -> Section:
        """These keys alone, which can then be asked for twice."""
        kept = {key: self._table[key] for key in keys if key in self._table}
        return Section(kept, self.path)

    def drop(self, *keys: str) -> None:
        """These keys were asked for elsewhere."""
        for key in keys:
            self.any(key)

    def rest(self) -> dict[str, object]:
        """All that nobody has asked for yet."""
        rest, self._table = self._table, {}
        return rest

    def end(self) -> None:
        """Raise Mistake for a key that nobody has asked for."""
        for key in self._table:
            there = ", ".join(self._asked)
            raise self.wrong(f"this is not known; there are {there}", key)


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line on which the thing with this path stands, or the nearest above it."""
    best, found, table = 0, 1, tuple[str, ...]()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if header := re.match(r"\[{1,2}([^\[\]]+)\]", stripped):
            here = table = _keys(header[1])
        elif assigned := re.match(r"([\w.\"' -]+?)\s*=", stripped):
            here = (*table, *_keys(assigned[1]))
        else:
            continue
        if here == path[: len(here)] and len(here) > best:
            best, found = len(here), number
    return found


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip().strip("\"'") for key in dotted.split("."))
