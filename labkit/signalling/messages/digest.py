"""Digest: proving that one knows a password without sending it (RFC 2617, 8760).

    challenge = Challenge.parse('Digest realm="lab", nonce="1a2b", algorithm=SHA-256')
    str(challenge.answered("REGISTER", "sip:127.0.0.1", "bob", "secret", cnonce="77"))
    # Digest username="bob", realm="lab", nonce="1a2b", …, response="…"

MD5 is what real phones answer; SHA-256 is what one should ask for where one can.
Notebook: 02-signalling.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace

from labkit.errors import RemoteError

ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
MOST_LETTERS = 2000
_FIELD = re.compile(r'\s*([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """`WWW-Authenticate: Digest …`: who are you?"""

    realm: str
    """For which password the question is, in words."""
    nonce: str
    """A text that no two questions share; the answer holds only for it."""
    algorithm: str = "MD5"
    qop: str = "auth"
    """How much is protected; empty in questions older than RFC 2617."""
    opaque: str = ""
    """To be repeated as it is."""
    stale: bool = False
    """The former answer was right, but its question too old: no need to ask a user."""

    @classmethod
    def parse(cls, text: str) -> Challenge:
        """Read one challenge; raises RemoteError for one that we cannot answer."""
        fields = _fields(text)
        offered = [each.strip() for each in fields.get("qop", "").split(",")]
        if offered != [""] and "auth" not in offered:
            raise RemoteError(f"a digest with qop {fields['qop'][:40]!r} is not known")
        return cls(
            _needed(fields, "realm"),
            _needed(fields, "nonce"),
            _algorithm(fields),
            "auth" if "auth" in offered else "",
            fields.get("opaque", ""),
            fields.get("stale", "").lower() == "true",
        )

    def answered(
        self, method: str, uri: str, username: str, password: str, cnonce: str
    ) -> Credentials:
        """The proof; `cnonce` is a text that nobody can foresee."""
        unsigned = Credentials(
            username=username,
            realm=self.realm,
            nonce=self.nonce,
            uri=uri,
            response="",
            algorithm=self.algorithm,
            qop=self.qop,
            cnonce=cnonce if self.qop else "",
            nc="00000001" if self.qop else "",
            opaque=self.opaque,
        )
        return replace(unsigned, response=unsigned.proof(method, password))

    def __str__(self) -> str:
        fields = {"realm": self.realm, "nonce": self.nonce, "opaque": self.opaque}
        words = [f"{name}={_quoted(text)}" for name, text in fields.items() if text]
        words.append(f"algorithm={self.algorithm}")
        words += [f'qop="{self.qop}"'] if self.qop else []
        words += ["stale=true"] if self.stale else []
        return f"Digest {', '.join(words)}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`Authorization: Digest …`: it is me."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    """The proof, in hexadecimal digits."""
    algorithm: str = "MD5"
    qop: str = ""
    cnonce: str = ""
    nc: str = ""
    opaque: str = ""

    @classmethod
    def parse(cls, text: str) -> Credentials:
        """Read one proof; raises RemoteError."""
        fields = _fields(text)
        needed = ("username", "realm", "nonce", "uri", "response")
        others = ("qop", "cnonce", "nc", "opaque")
        return cls(
            algorithm=_algorithm(fields),
            **{name: _needed(fields, name) for name in needed},
            **{name: fields.get(name, "") for name in others},
        )

    def proof(self, method: str, password: str) -> str:
        """What `response` must be if the password is right (RFC 2617, 3.2.2)."""
        who = _hash(self.algorithm, f"{self.username}:{self.realm}:{password}")
        what = _hash(self.algorithm, f"{method}:{self.uri}")
        counted = f"{self.nc}:{self.cnonce}:{self.qop}:" if self.qop else ""
        return _hash(self.algorithm, f"{who}:{self.nonce}:{counted}{what}")

    def proves(self, method: str, password: str) -> bool:
        """Whether whoever wrote this knows the password."""
        expected = self.proof(method, password).encode()
        return hmac.compare_digest(expected, self.response.lower().encode())

    def __str__(self) -> str:
        fields = {
            "username": self.username,
            "realm": self.realm,
            "nonce": self.nonce,
            "uri": self.uri,
            "response": self.response,
            "cnonce": self.cnonce,
            "opaque": self.opaque,
        }
        words = [f"{name}={_quoted(text)}" for name, text in fields.items() if text]
        words.append(f"algorithm={self.algorithm}")
        words += [f"qop={self.qop}, nc={self.nc}"] if self.qop else []
        return f"Digest {', '.join(words)}"


def _fields(text: str) -> dict[str, str]:
    """The named values behind the word Digest; raises RemoteError."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest" or len(text) > MOST_LETTERS:
        raise RemoteError(f"{text[:40]!r} is no digest")
    fields: dict[str, str] = {}
    position = 0
    while (match := _FIELD.match(rest, position)) is not None:
        name, quoted, plain = match.groups()
        value = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
        fields.setdefault(name.lower(), value)
        position = match.end()
        if position == len(rest):
            return fields
        if rest[position] != ",":
            break
        position += 1
    said = rest[position : position + 40]
    raise RemoteError(f"{said!r} is no name=value of a digest")


def _needed(fields: dict[str, str], name: str) -> str:
    if not fields.get(name):
        raise RemoteError(f"the digest says no {name}")
    return fields[name]


def _algorithm(fields: dict[str, str]) -> str:
    name = fields.get("algorithm", "MD5").upper()
    if name not in ALGORITHMS:
        raise RemoteError(f"a digest by {name[:20]!r} is not known")
    return name


def _hash(algorithm: str, text: str) -> str:
    return ALGORITHMS[algorithm](text.encode()).hexdigest()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
