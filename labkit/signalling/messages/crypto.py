"""The key of encrypted media, as a session description carries it.

SDES (RFC 4568): `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:BASE64`. Who can read the
signalling can read the key; it keeps media from those who see only media.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field

SUITE = "AES_CM_128_HMAC_SHA1_80"
"""The one that every phone with SRTP has (section 6.2.1)."""
OCTETS = 30
"""16 of the master key, 14 of the salt."""
_crypto = re.compile(
    rf"(?P<tag>\d{{1,9}})[ \t]+{SUITE}[ \t]+inline:(?P<key>[A-Za-z0-9+/]{{40}}=*)"
    r"(?:\|(?:2\^)?\d+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Crypto:
    """One `a=crypto` line: what its describer encrypts with."""

    tag: str
    """The number by which an answer says which of several it takes."""
    key: str = field(repr=False)
    """Master key and salt, 30 octets in base 64."""

    @classmethod
    def parse(cls, text: str) -> Crypto | None:
        """Read the text behind `crypto:`; None for a suite that we do not have."""
        match = _crypto.fullmatch(text.strip())
        if match is None:
            return None
        try:
            octets = b64decode(match["key"], validate=True)
        except Error:
            return None
        return cls(match["tag"], match["key"]) if len(octets) == OCTETS else None

    def __str__(self) -> str:
        return f"{self.tag} {SUITE} inline:{self.key}"
