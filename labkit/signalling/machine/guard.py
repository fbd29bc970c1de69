"""The guard at a door: asks for a digest, and knows its own questions again.

    guard = Guard("lab", {"bob": "secret"}, random)
    guard.admits(request, "bob", now)       # None, or the challenge to send back

It remembers nothing of those whom it asked: the time and a seal stand in the question
itself, so a flood of strangers costs no memory. RFC 2617, section 3.2.1.

Notebook: 02-signalling.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from labkit.errors import RemoteError
from labkit.signalling.messages.digest import Challenge, Credentials
from labkit.signalling.messages.request import Request

if TYPE_CHECKING:
    from random import Random

VALID_FOR = 60.0
"""Seconds in which a question may be answered."""


class Guard:
    """Knows the passwords; an empty mapping lets everybody in."""

    def __init__(
        self,
        realm: str,
        passwords: Mapping[str, str],
        random: Random,
        algorithm: str = "MD5",
    ) -> None:
        self.realm = realm
        self.algorithm = algorithm
        self._passwords = passwords
        self._key = random.randbytes(32)

    def admits(self, request: Request, name: str, now: float) -> Challenge | None:
        """None if the request proves to come from `name`, else what to ask."""
        if not self._passwords:
            return None
        try:
            shown = Credentials.parse(request.header("Authorization"))
        except RemoteError:
            return self._challenge(now)
        password = self._passwords.get(name)
        proved = (
            password is not None
            and shown.username == name
            and shown.realm == self.realm
            and shown.algorithm == self.algorithm
            and self._is_ours(shown.nonce)
            and shown.proves(request.method, password)
        )
        if not proved:
            return self._challenge(now)
        if not 0 <= now - self._asked_at(shown.nonce) <= VALID_FOR:
            return self._challenge(now, stale=True)
        return None

    def _challenge(self, now: float, stale: bool = False) -> Challenge:
        when = f"{int(now * 1000):x}"
        nonce = f"{when}-{self._seal(when)}"
        return Challenge(self.realm, nonce, self.algorithm, stale=stale)

    def _seal(self, when: str) -> str:
        return hmac.new(self._key, when.encode(), hashlib.sha256).hexdigest()[:32]

    def _is_ours(self, nonce: str) -> bool:
        when, _, seal = nonce.partition("-")
        return hmac.compare_digest(seal.encode(), self._seal(when).encode())

    def _asked_at(self, nonce: str) -> float:
        return int(nonce.partition("-")[0], 16) / 1000
