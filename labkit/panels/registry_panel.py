"""The registry on the page: where it listens, who is registered, what is said.

    RegistryPanel(registry)

Requirements A4-A6, B1, B2, B5, B10, D7. Notebook: 01-registry.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from labkit.net.registry import Registry
from labkit.panels.live import LivePanel, script
from labkit.panels.words import WORDS, say
from labkit.trace import Record, full_text, summary
from labkit.trace.describe import clock_text

MOST_LINES = 200
MOST_USERS = 500


class RegistryPanel(LivePanel):
    """One registry's live table and log, both directions."""

    _esm = script("registry.js")

    def __init__(self, registry: Registry) -> None:
        super().__init__(str(registry.address))
        self.registry = registry
        self._seen = 0
        self._lines: deque[dict[str, Any]] = deque(maxlen=MOST_LINES)
        self._event = ""
        self._stop = registry.subscribe(self._happened)
        self._open()

    def _happened(self, event: object) -> None:
        self._event = str(event)
        self._channel.wake()

    def _scene(self) -> dict[str, Any]:
        registry = self.registry
        for record in registry.trace.since(self._seen):
            self._seen = record.number
            self._lines.append(_line(record))
        users = registry.users
        word = "users_one" if len(users) == 1 else "users_many"
        where = ", ".join(str(address) for address in registry.addresses)
        scene = {
            "where": WORDS["listens"].format(address=where),
            "count": WORDS[word].format(count=len(users)),
            "users": [
                [user.name, user.host, str(user.port), _since(user.since)]
                for user in users[:MOST_USERS]
            ],
            "lines": list(self._lines),
            "event": say(self._event),
        }
        closed = {} if registry.is_open else {"closed": WORDS["registry_closed"]}
        return {**scene, **closed}

    def _let_go(self) -> None:
        self._stop()


def _line(record: Record) -> dict[str, Any]:
    """One message as a line of the log, and in full."""
    sent = record.direction == "sent"
    return {
        "number": record.number,
        "time": clock_text(record.time),
        "sent": sent,
        "who": str(record.target if sent else record.source),
        "text": summary(record),
        "note": record.note,
        "full": full_text(record),
    }


def _since(since: float | None) -> str:
    return "" if since is None else clock_text(since)[:8]
