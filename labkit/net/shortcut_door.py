"""Where shortcuts begin: a port of 127.0.0.1, open only while a page is expected.

    invitation = DOOR.invite(guest)
    # the page is told invitation.port and .token by Jupyter's own way, and comes to
    # ws://127.0.0.1:PORT/TOKEN

Whoever comes must know a token that is good once, for some seconds, and be a page of
this machine: other programs of this machine know none, other sites' pages have another
Origin. The door is closed when nobody is expected any more.

Notebook: 03-media.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from labkit.net import clock
from labkit.net.shortcut import Guest, Shortcut

HERE = "127.0.0.1"
EXPECTED = 10.0
"""Seconds for which an invitation is good."""
MOST_INVITED = MOST_TALKING = 64
LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a page must know to come."""

    port: int
    token: str
    guest: Guest
    until: float


class ShortcutDoor:
    """All shortcuts of one process."""

    def __init__(self, now: Callable[[], float] = clock.now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._invited: list[Invitation] = []
        self._talking: set[Shortcut] = set()

    def invite(self, guest: Guest) -> Invitation:
        """Expect a page for this guest. Raises OSError when no port can be had."""
        with self._lock:
            listener = self._listener or self._open()
            invitation = Invitation(
                listener.getsockname()[1],
                secrets.token_urlsafe(32),
                guest,
                self._now() + EXPECTED,
            )
            self._invited = [*self._invited, invitation][-MOST_INVITED:]
        return invitation

    @property
    def is_open(self) -> bool:
        """Whether anybody is expected."""
        return self._listener is not None

    @property
    def talking(self) -> int:
        """Pages that have come and not left, and strangers not yet sent away."""
        return len(self._talking)

    # --- inside ---

    def _open(self) -> socket.socket:
        listener = socket.create_server((HERE, 0))
        listener.settimeout(LOOK_EVERY)
        self._listener = listener
        threading.Thread(
            target=self._keep, args=(listener,), name="labkit-shortcuts", daemon=True
        ).start()
        return listener

    def _keep(self, listener: socket.socket) -> None:
        with listener:
            while self._is_anybody_expected():
                try:
                    sock, _ = listener.accept()
                except OSError:  # nobody came, or he left again at once
                    continue
                with self._lock:
                    if len(self._talking) >= MOST_TALKING:
                        sock.close()
                    else:
                        self._talking.add(Shortcut(sock, self._admit, self._ended))

    def _is_anybody_expected(self) -> bool:
        now = self._now()
        with self._lock:
            self._invited = [one for one in self._invited if one.until > now]
            if not self._invited:
                self._listener = None
            return bool(self._invited)

    def _admit(self, path: str) -> Guest | None:
        with self._lock:
            for one in self._invited:
                if hmac.compare_digest(path.encode(), f"/{one.token}".encode()):
                    self._invited.remove(one)
                    return one.guest if one.until > self._now() else None
        return None

    def _ended(self, shortcut: Shortcut) -> None:
        with self._lock:
            self._talking.discard(shortcut)


DOOR = ShortcutDoor()
"""This process's."""
