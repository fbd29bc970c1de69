"""Via: the way back for the answer, one line for each hop that a request took.

RFC 3261 sections 18.2 and 20.42, RFC 3581 (`rport`). Its branch names the transaction.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.signalling.messages.parameters import Parameters
from labkit.signalling.messages.uri import DEFAULT_PORT
from labkit.signalling.wire import grammar

MAGIC_COOKIE = "z9hG4bK"
"""What every branch of RFC 3261 begins with (section 8.1.1.7)."""


@dataclass(frozen=True, slots=True)
class Via:
    """One hop: who sent the request, and where it wants the answer."""

    transport: str
    """`UDP` or `TCP`."""
    host: str
    """Without brackets, if it is an IPv6 address."""
    port: int | None
    parameters: Parameters

    @classmethod
    def of(cls, transport: str, address: Address, branch: str) -> Via:
        """Our own Via for a new request; asks for `rport`."""
        parameters = Parameters((("branch", branch), ("rport", None)))
        return cls(transport, address.host, address.port, parameters)

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one Via; raises RemoteError."""
        match = grammar.via_parm.fullmatch(text.strip())
        if match is None:
            raise RemoteError(
                f"Via says {text[:60]!r}, not SIP/2.0/UDP host:port;branch=…"
            )
        port = match["port"]
        if port is not None and not 0 < int(port) <= 65_535:
            raise RemoteError(
                f"Via names port {port}, which is not between 1 and 65535"
            )
        return cls(
            match["transport"].upper(),
            match["host"].strip("[]"),
            int(port) if port else None,
            Parameters.parse(match["parameters"]),
        )

    @property
    def branch(self) -> str:
        """The transaction's name; empty if there is none."""
        return self.parameters.get("branch") or ""

    @property
    def sent_by(self) -> str:
        """Host and port as the sender wrote them: part of a transaction's name."""
        return f"{self.host.lower()}:{self.port or DEFAULT_PORT}"

    def seen_from(self, source: Address) -> Via:
        """The same Via with what the receiver saw: `received` and `rport`."""
        if "rport" in self.parameters:
            parameters = self.parameters.having("rport", str(source.port))
        elif self.host == source.host and "received" not in self.parameters:
            return self
        else:
            parameters = self.parameters
        return replace(self, parameters=parameters.having("received", source.host))

    @property
    def answer_to(self) -> Address:
        """Where an answer goes over UDP (section 18.2.2, RFC 3581 section 4)."""
        host = self.parameters.get("received") or self.host
        rport = self.parameters.get("rport")
        if rport and rport.isascii() and rport.isdigit() and 0 < int(rport) <= 65_535:
            return Address(host, int(rport))
        return Address(host, self.port or DEFAULT_PORT)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port is not None else ""
        return f"SIP/2.0/{self.transport} {host}{port}{self.parameters}"
