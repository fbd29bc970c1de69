"""Who we are: the name, the address and the habits that all our messages share.

Notebook: 02-signalling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.signalling.machine.destination import Transport
from labkit.signalling.machine.timing import Timing
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.parameters import Parameters
from labkit.signalling.messages.uri import Uri
from labkit.signalling.messages.via import MAGIC_COOKIE, Via

if TYPE_CHECKING:
    from random import Random


class Profile:
    """One user's identity, and the source of tags, branches and Call-IDs."""

    def __init__(
        self,
        name: str,
        contact: Address,
        *,
        random: Random,
        timing: Timing,
        transport: Transport = "UDP",
        ring_for: float = 60.0,
        display_name: str = "",
        password: str = "",
    ) -> None:
        for text in (name, display_name):
            if not text.isprintable():
                raise LocalError(
                    f"the name {text!r} holds line breaks or control characters; "
                    "take one that can be printed"
                )
        self.name = name
        self.contact = contact
        self.random = random
        self.timing = timing
        self.transport: Transport = transport
        self.ring_for = ring_for
        self.password = password
        """What we prove to know where somebody asks who we are; empty: nothing."""
        self.uri = Uri.of(name, contact)
        shown = display_name or ("" if self.uri.user == name else name)
        self.address = NameAddress(self.uri, shown)
        """For From, and for To in what we answer."""

    def contact_for(self, transport: Transport) -> NameAddress:
        """Where later requests shall come, by the transport that the call uses."""
        if transport == "UDP":
            return NameAddress(self.uri)
        parameters = Parameters((("transport", transport.lower()),))
        return NameAddress(
            Uri(self.uri.host, self.uri.port, self.uri.user, parameters=parameters)
        )

    def via(self, transport: Transport) -> Via:
        """A Via with a branch that nobody had before (section 8.1.1.7)."""
        return Via.of(transport, self.contact, f"{MAGIC_COOKIE}{self._unique()}")

    def new_tag(self) -> str:
        """A tag for our end of a dialog (section 19.3)."""
        return self._unique()[:12]

    def new_call_id(self) -> str:
        """A Call-ID that nobody had before (section 20.8).

        80 random bits need no "@host" behind them, which would tell a private address.
        """
        return self._unique()

    def _unique(self) -> str:
        return f"{self.random.getrandbits(80):020x}"
