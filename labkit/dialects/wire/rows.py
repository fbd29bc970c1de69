"""A list within one message: `{users}`, each of which is a small message of its own.

    each_user = "{name} {host} {port} {time}#"          one after the other, to the end
    each_user = { nome = "{name}", ip = "{host}" }      a list in JSON

Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from labkit.dialects.wire.kinds import Kind, Value
from labkit.dialects.wire.shape import Shape
from labkit.dialects.wire.template import Template

MOST_ROWS = 100_000


def counted(fields: dict[str, Value]) -> dict[str, Value]:
    """These fields; ValueError when there are not as many rows as were promised."""
    users, count = fields.get("users"), fields.get("count")
    if isinstance(users, tuple) and isinstance(count, int) and len(users) != count:
        raise ValueError(f"{count} users were promised, {len(users)} came")
    return fields


@dataclass(frozen=True, slots=True)
class Rows(Kind):
    """As many rows as there are, each as `row` has it."""

    row: Template | Shape

    def check(self, value: object) -> Value:
        """A tuple of mappings."""
        if not isinstance(value, (tuple, list)) or len(value) > MOST_ROWS:
            raise ValueError("not a list of users")
        return tuple(value)

    def read(self, raw: bytes) -> Value:
        """The rows that stand here; whatever is behind the last row's end is wrong."""
        if isinstance(self.row, Shape):
            raise ValueError("rows in JSON stand in a list")
        end = self.end
        if not raw:
            return ()
        if not raw.endswith(end):
            raise ValueError("the last row is not finished")
        rows = raw[: -len(end)].split(end)
        if len(rows) > MOST_ROWS:
            raise ValueError(f"more than {MOST_ROWS} rows")
        return tuple(self.row.read(each + end) for each in rows)

    def write(self, value: Value) -> bytes:
        """One row after the other."""
        rows = cast(Iterable[dict[str, object]], value)
        return b"".join([self.row.write(each) for each in rows])

    def from_json(self, value: object) -> Value:
        """The rows of a list."""
        if not isinstance(self.row, Shape):
            return super().from_json(value)
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise ValueError("not a list of users")
        return tuple(self.row.read_value(each) for each in value)

    def to_json(self, value: Value) -> object:
        """A list of rows."""
        if not isinstance(self.row, Shape):
            return self.write(value).decode()
        rows = cast(Iterable[dict[str, object]], value)
        return [self.row.value(each) for each in rows]

    @property
    def end(self) -> bytes:
        """The text with which each row ends; ValueError where there is none."""
        holes = self.row.holes if isinstance(self.row, Template) else ()
        if not holes or not holes[-1].then:
            raise ValueError('a row must say how it ends: "{name} {host} {port}#"')
        return holes[-1].then
