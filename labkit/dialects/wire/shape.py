"""A message as a JSON value with holes: `{"nome": "{name}", "tipo-pedido": "r"}`.

What the shape names must be there; what else stands in the object is passed over, for
other groups add fields of their own. A string that is one field takes the value as JSON
has it (a number stays a number; bytes are base64).

Notebook: 08-voice-room.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from labkit.dialects.wire.kinds import Kind, Value
from labkit.dialects.wire.template import Template


class Shape:
    """Reads and writes one message; raises ValueError, in words, for what is wrong."""

    begins = b""

    def __init__(self, shape: object, kinds: Mapping[str, Kind]) -> None:
        """`shape` is a table, a list, or what else JSON and TOML both have."""
        self._names: list[str] = []
        self._shape = self._compiled(shape, kinds)
        twice = {name for name in self._names if self._names.count(name) > 1}
        if twice:
            raise ValueError(f"{{{min(twice)}}} stands in it twice")

    @property
    def names(self) -> tuple[str, ...]:
        """The fields it has, in order."""
        return tuple(self._names)

    @property
    def weight(self) -> int:
        """How much it asks for: of two shapes that fit, the one that asks for more is
        meant."""
        return _leaves(self._shape)

    def read(self, data: bytes) -> dict[str, Value]:
        """The fields of a message."""
        return self.read_value(parsed(data))

    def read_value(self, value: object) -> dict[str, Value]:
        """The fields of what stood in JSON."""
        fields: dict[str, Value] = {}
        _match(self._shape, value, "the message", fields)
        return fields

    def write(self, fields: Mapping[str, object]) -> bytes:
        """The message, on one line."""
        return json.dumps(self.value(fields), ensure_ascii=False).encode()

    def value(self, fields: Mapping[str, object]) -> object:
        """What is to stand in JSON."""
        return _filled(self._shape, fields)

    def _compiled(self, shape: object, kinds: Mapping[str, Kind]) -> object:
        match shape:
            case dict():
                return {key: self._compiled(each, kinds) for key, each in shape.items()}
            case list():
                return [self._compiled(each, kinds) for each in shape]
            case str():
                template = Template(shape, kinds)
                self._names += template.names
                if len(template.holes) != 1 or _is_one_field(template) is None:
                    for hole in template.holes:
                        if hole.kind.binary:
                            raise ValueError("bytes in a text: write {data:base64}")
                return template
            case bool() | int() | float():
                return shape
        raise ValueError(f"JSON has no {type(shape).__name__}")


def parsed(data: bytes) -> object:
    """The JSON value of these bytes; ValueError when it is none, or nested absurdly."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("JSON, nested absurdly") from None
    except ValueError:
        raise ValueError("it is not JSON") from None


def _leaves(shape: object) -> int:
    if isinstance(shape, dict):
        return sum(1 + _leaves(each) for each in shape.values())
    return sum(map(_leaves, shape)) if isinstance(shape, list) else 1


def _is_one_field(template: Template) -> Kind | None:
    if len(template.holes) == 1 and not template.begins and not template.holes[0].then:
        return template.holes[0].kind
    return None


def _match(shape: object, value: object, where: str, fields: dict[str, Value]) -> None:
    match shape:
        case dict():
            if not isinstance(value, dict):
                raise ValueError(f"{where} is no object")
            for key, each in shape.items():
                if key not in value:
                    raise ValueError(f"{key!r} is missing")
                _match(each, value[key], repr(key), fields)
        case list():
            if not isinstance(value, list) or len(value) != len(shape):
                raise ValueError(f"{where} is no list of {len(shape)}")
            for each, one in zip(shape, value, strict=True):
                _match(each, one, where, fields)
        case Template():
            fields.update(_said(shape, value, where))
        case _:
            if value != shape or isinstance(value, bool) != isinstance(shape, bool):
                raise ValueError(f"{where} is not {shape}")


def _said(template: Template, value: object, where: str) -> dict[str, Value]:
    kind = _is_one_field(template)
    if kind is not None:
        return {template.names[0]: kind.from_json(value)}
    if not isinstance(value, str):
        raise ValueError(f"{where} is no text")
    return template.read(value.encode())


def _filled(shape: object, fields: Mapping[str, object]) -> object:
    match shape:
        case dict():
            return {key: _filled(each, fields) for key, each in shape.items()}
        case list():
            return [_filled(each, fields) for each in shape]
        case Template():
            kind = _is_one_field(shape)
            if kind is None:
                return shape.write(fields).decode()
            name = shape.names[0]
            if name not in fields:
                raise ValueError(f"it needs {{{name}}}")
            return kind.to_json(kind.check(fields[name]))
    return shape
