"""Encrypted media: what leaves one line and what comes to it (SRTP, RFC 3711).

    secret = Srtp(own=key, peer=their_key)      # as the session descriptions have them
    sent = secret.protect(packets)
    packet = secret.unprotect(data)

The header stays readable, so an eavesdropper sees who sends how much and when, and
nothing of what. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pylibsrtp import Error, Policy, Session

from labkit.errors import RemoteError

if TYPE_CHECKING:
    from random import Random

WINDOW = 1024
"""Packets that may overtake one another; a copy of an older one is refused."""


def new_key(random: Random) -> str:
    """Master key and salt that nobody had before, 30 octets in base 64."""
    return b64encode(random.randbytes(30)).decode()


class Srtp:
    """The keys of both directions of one line; from any thread."""

    def __init__(self, own: str, peer: str) -> None:
        self.keys = (own, peer)
        self._lock = threading.Lock()
        self._out = Session(_policy(own, Policy.SSRC_ANY_OUTBOUND))
        self._in = Session(_policy(peer, Policy.SSRC_ANY_INBOUND))

    def protect(self, packets: Iterable[bytes]) -> list[bytes]:
        """RTP packets of ours, ready to leave; some may leave again."""
        with self._lock:
            return [self._out.protect(packet) for packet in packets]

    def unprotect(self, data: bytes) -> bytes:
        """A packet of the peer; RemoteError for what the peer did not make, or made
        before."""
        with self._lock:
            try:
                return self._in.unprotect(data)
            except Error as error:
                raise RemoteError(
                    f"not encrypted with the key agreed: {error}"
                ) from None

    def protect_report(self, data: bytes) -> bytes:
        """An RTCP packet of ours."""
        with self._lock:
            return self._out.protect_rtcp(data)

    def unprotect_report(self, data: bytes) -> bytes:
        """An RTCP packet of the peer; RemoteError as above."""
        with self._lock:
            try:
                return self._in.unprotect_rtcp(data)
            except Error as error:
                raise RemoteError(
                    f"not encrypted with the key agreed: {error}"
                ) from None


def _policy(key: str, whose: int) -> Policy:
    policy = Policy(b64decode(key), whose)
    policy.window_size = WINDOW
    policy.allow_repeat_tx = True
    return policy
