"""SIP addresses: `sip:bob@127.0.0.3:5060;transport=udp`.

RFC 3261 section 19.1. A user's name may hold any letters; on the wire those beyond
ASCII are percent-escaped, and `user` keeps them as they came.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from labkit.effects import Address
from labkit.errors import LocalError, RemoteError
from labkit.signalling.messages.parameters import NO_PARAMETERS, Parameters
from labkit.signalling.wire import grammar

DEFAULT_PORT = 5060
_USER_MARKS = "-_.!~*'()&=+$,;?/"


@dataclass(frozen=True, slots=True)
class Uri:
    """One SIP URI; of other schemes (`tel:`) only the text behind the colon is kept."""

    host: str = ""
    """A host name, an IPv4 address, or an IPv6 address without its brackets."""
    port: int | None = None
    user: str = ""
    """As written, escapes and all; empty if there is none."""
    scheme: str = "sip"
    parameters: Parameters = NO_PARAMETERS
    headers: str = ""
    """What follows a question mark, as written."""
    opaque: str = ""
    """For schemes other than sip and sips: everything behind the colon."""

    @classmethod
    def of(cls, name: str, address: Address) -> Uri:
        """The URI of a person at an address; `name` may hold any letters."""
        return cls(address.host, address.port, quote(name, safe=_USER_MARKS))

    @classmethod
    def typed(cls, text: str, address: Address) -> Uri:
        """The URI that a person means by `bob` or `sip:bob@host`; `address` is where
        it leads if no host is written.

        Letters that a URI may not hold are escaped. Raises LocalError.
        """
        if not text.lower().startswith(("sip:", "sips:")):
            return cls.of(text, address)
        scheme, _, rest = text.partition(":")
        user, at, host = rest.rpartition("@")
        escaped = quote(user, safe=_USER_MARKS + ":%")
        try:
            return replace(cls.parse(f"{scheme}:{escaped}{at}{host}"), headers="")
        except RemoteError as error:
            raise LocalError(str(error)) from None

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read one URI without angle brackets; raises RemoteError."""
        match = grammar.SIP_URI.fullmatch(text)
        if match is None:
            return cls._parse_other(text)
        port = match["port"]
        return cls(
            host=match["host"].strip("[]"),
            port=_port(port, text) if port else None,
            user=match["user"] or "",
            scheme=match["scheme"].lower(),
            parameters=Parameters.parse(match["parameters"]),
            headers=match["headers"] or "",
        )

    @classmethod
    def _parse_other(cls, text: str) -> Uri:
        match = grammar.absoluteURI.fullmatch(text)
        if match is None or match["scheme"].lower() in ("sip", "sips"):
            raise RemoteError(
                f"{_short(text)} is not an address like sip:bob@host:5060"
            )
        return cls(scheme=match["scheme"].lower(), opaque=match["opaque"])

    @property
    def name(self) -> str:
        """The user's name as people write it, without the password if one is there."""
        return unquote(self.user.partition(":")[0], errors="replace")

    @property
    def address(self) -> Address:
        """Host and port, with SIP's own port where none is written."""
        return Address(self.host, self.port or DEFAULT_PORT)

    def without_parameters(self) -> Uri:
        """The bare address, as it stands in From and To."""
        return replace(self, parameters=NO_PARAMETERS, headers="")

    def __str__(self) -> str:
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        headers = f"?{self.headers}" if self.headers else ""
        return f"{self.scheme}:{user}{host}{port}{self.parameters}{headers}"


def _port(digits: str, where: str) -> int:
    port = int(digits)
    if not 0 < port <= 65_535:
        raise RemoteError(f"the port in {_short(where)} is not between 1 and 65535")
    return port


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")
