"""CSeq: the number of a request in its dialog, and its method.

RFC 3261 section 20.16. An answer repeats it, so both know what is being answered.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.errors import RemoteError
from labkit.signalling.wire import grammar


@dataclass(frozen=True, slots=True)
class CSeq:
    """`CSeq: 1 INVITE`."""

    number: int
    """Below 2**31; rises by one with each new request of a dialog."""
    method: str
    """The request's; that of a CANCEL's target is not repeated here."""

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read one CSeq; raises RemoteError."""
        match = grammar.CSeq.fullmatch(text)
        if match is None:
            raise RemoteError(f"CSeq says {text[:40]!r}, not a number and a method")
        digits = match["number"]
        if len(digits) > 10 or int(digits) >= 2**31:
            raise RemoteError(
                f"CSeq {digits[:20]} is too large: it must be below 2**31"
            )
        return cls(int(digits), match["method"])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
