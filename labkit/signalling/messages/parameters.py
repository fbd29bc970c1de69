"""The `;name=value` parameters that follow URIs, addresses and Via.

RFC 3261 section 7.3.1. Names compare without regard to case; the order and the values
stay as they came, quotes included, so that a header can be given back as it was.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.errors import RemoteError
from labkit.signalling.wire import grammar

_BETWEEN_QUOTES = re.compile(rf"(?:{grammar.quoted_string}|[^\";])*")


@dataclass(frozen=True, slots=True)
class Parameters:
    """An ordered set of parameters; one without a value has None."""

    items: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Parameters:
        """Read `;branch=z9hG4bK1;rport`; raises RemoteError."""
        if not text:
            return NO_PARAMETERS
        items: list[tuple[str, str | None]] = []
        for part in _parts(text):
            if not part or part.isspace():
                continue
            match = grammar.parameter.fullmatch(part)
            if match is None:
                raise RemoteError(f"{part.strip()!r} is not a ;name=value parameter")
            items.append((match["name"], match["value"]))
        return cls(tuple(items))

    def __contains__(self, name: str) -> bool:
        return any(key.lower() == name for key, _ in self.items)

    def get(self, name: str) -> str | None:
        """The value of the parameter with this (lower-case) name, or None."""
        for key, value in self.items:
            if key.lower() == name:
                return value
        return None

    def having(self, name: str, value: str | None) -> Parameters:
        """The same parameters, with this one set."""
        if name in self:
            return Parameters(
                tuple(
                    (key, value if key.lower() == name else old)
                    for key, old in self.items
                )
            )
        return Parameters((*self.items, (name, value)))

    def __bool__(self) -> bool:
        return bool(self.items)

    def __str__(self) -> str:
        return "".join(
            f";{name}" if value is None else f";{name}={value}"
            for name, value in self.items
        )


def _parts(text: str) -> list[str]:
    """Cut at the semicolons outside quotes; raises RemoteError for an open quote."""
    if '"' not in text:
        return text.split(";")
    parts, position = [], 0
    while (match := _BETWEEN_QUOTES.match(text, position)) is not None:
        parts.append(match.group())
        position = match.end()
        if position == len(text):
            return parts
        if text[position] != ";":  # look no further: the rest may be full of quotes
            break
        position += 1
    raise RemoteError(f"{text[:60]!r} has a quote that nobody closes")


NO_PARAMETERS = Parameters()
