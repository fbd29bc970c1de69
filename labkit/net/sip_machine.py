"""What the SIP sockets ask of whatever they serve, without knowing what it is.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from labkit.effects import Address, Effect
from labkit.signalling.machine.destination import Transport


class Machine(Protocol):
    """What an endpoint carries the bytes to: a phone's user agent, or a registrar."""

    def received(
        self,
        data: bytes,
        source: Address,
        now: float,
        transport: Transport = "UDP",
        connection: Hashable = None,
    ) -> list[Effect]:
        """One datagram, or one message of a connection, came."""

    def timeout(self, key: Hashable, now: float) -> list[Effect]:
        """A timer fired."""

    def unreachable(self, to: Hashable, now: float) -> list[Effect]:
        """Something could not be delivered there."""
