"""Who may send to a media socket, and what is noted about those who may not.

Media is sent to the address in the peer's session description. It is accepted from that
*host* only, but from any port there. The address in the agreement is all that tells the
peer from a stranger; the port that packets leave from may be another than the one they
are wanted at (RFC 4961 asks for the same one, not everybody obeys). All of 127.0.0.0/8
is one host.

Refused datagrams are counted, all of them, and noted in the trace, a few a second:
notes about a flood must not become one. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections import Counter

from labkit.effects import Address
from labkit.trace import Trace

NOTES = 2
"""A second, for each gate."""
MOST_REASONS = 40
OTHER = "for other reasons"


class RateLimit:
    """Lets `most` events pass each second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._passed = 0

    def allows(self, now: float) -> bool:
        """Whether one more may pass at `now`; it then counts."""
        if int(now) != self._second:
            self._second, self._passed = int(now), 0
        self._passed += 1
        return self._passed <= self._most


class Gate:
    """Stands before the two sockets of one media line."""

    def __init__(self, trace: Trace) -> None:
        self.refused: Counter[str] = Counter()
        """How many, for which reason."""
        self._trace = trace
        self._lock = threading.Lock()
        self._notes = RateLimit(NOTES)

    def count(self, reason: str) -> None:
        """Count one more; reasons may carry details, so their number is bounded too."""
        with self._lock:  # devices, the loop and whoever receives all count here
            known = reason in self.refused or len(self.refused) < MOST_REASONS
            self.refused[reason if known else OTHER] += 1

    @property
    def so_far(self) -> dict[str, int]:
        """A copy of the counts, taken in one step: other threads go on counting."""
        return dict(self.refused)

    def refuse(
        self,
        reason: str,
        data: bytes,
        source: Address,
        here: Address,
        now: float,
        details: str = "",
    ) -> None:
        """Count a datagram that is not accepted; note it, unless there are too many."""
        self.count(reason)
        if self._notes.allows(now):
            note = f"dropped, {reason}: {details}" if details else f"dropped, {reason}"
            self._trace.record(
                now, "media", "UDP", "received", source, here, data, note
            )


def is_peer(source: Address, remote: Address | None) -> bool:
    """Whether a datagram from `source` may come from who is wanted at `remote`."""
    if remote is None:
        return False
    if source.host == remote.host:
        return True
    return source.host.startswith("127.") and remote.host.startswith("127.")
