"""From, To, Contact, Route: a URI with a name to show and parameters.

RFC 3261 sections 20.10, 20.20, 20.30, 20.34, 20.39.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from labkit.errors import RemoteError
from labkit.signalling.messages.parameters import NO_PARAMETERS, Parameters
from labkit.signalling.messages.uri import Uri
from labkit.signalling.wire import grammar

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')


@dataclass(frozen=True, slots=True)
class NameAddress:
    """`"Bob B." <sip:bob@host>;tag=x`."""

    uri: Uri
    display_name: str = ""
    """As people read it, without quotes and escapes."""
    parameters: Parameters = NO_PARAMETERS
    """Those outside the angle brackets: they belong to the header, not to the URI."""

    @classmethod
    def parse(cls, text: str) -> NameAddress:
        """Read one address, with or without angle brackets; raises RemoteError."""
        text = text.strip()
        match = grammar.name_addr.fullmatch(text)
        if match is not None:
            name = match["display_name"].strip()
            if name.startswith('"'):
                name = _ESCAPED.sub(r"\1", name[1:-1])
        else:
            match = grammar.addr_spec.fullmatch(text)
            name = ""
        if match is None:
            raise RemoteError(
                f'{text[:60]!r} is not an address like "Bob" <sip:bob@host>'
            )
        return cls(Uri.parse(match["uri"]), name, Parameters.parse(match["parameters"]))

    @property
    def tag(self) -> str:
        """The tag that makes this end of a dialog unique; empty if there is none."""
        return self.parameters.get("tag") or ""

    def tagged(self, tag: str) -> NameAddress:
        """The same address with a tag."""
        return replace(self, parameters=self.parameters.having("tag", tag))

    @property
    def name(self) -> str:
        """What to call them: the display name, or the name in the URI, or the host."""
        return self.display_name or self.uri.name or self.uri.host or self.uri.opaque

    def __str__(self) -> str:
        if not self.display_name:
            return f"<{self.uri}>{self.parameters}"
        quoted = _TO_ESCAPE.sub(r"\\\1", self.display_name)
        return f'"{quoted}" <{self.uri}>{self.parameters}'
