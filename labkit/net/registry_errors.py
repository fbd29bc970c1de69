"""What the registry's refusals are called in Python, with advice for a student.

Notebook: 01-registry.
"""

from __future__ import annotations

from typing import ClassVar

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.registry.messages import Refused


class RequestRefused(RemoteError):
    """The registry said no; `refusal` is what it said, the text what to do now."""

    advice: ClassVar[str] = "Wait a moment and try again."

    def __init__(self, server: Address, refusal: Refused, more: str = "") -> None:
        self.server = server
        self.refusal = refusal
        super().__init__(
            f"The registry at {server} answered {refusal.status}: {refusal.text}. "
            f"{self.advice}{more}"
        )


class NameTaken(RequestRefused):
    """409: somebody has this name (B6)."""

    advice = "Choose another name, or close the phone that has this one."
    suggestion = ""
    """A name like it that is free; empty where the registry did not say who is."""

    def suggesting(self, name: str) -> NameTaken:
        """The same with a name that is free."""
        suggesting = NameTaken(self.server, self.refusal, f" {name!r} is free.")
        suggesting.suggestion = name
        return suggesting


class AddressTaken(RequestRefused):
    """409: somebody takes calls at this address (A1)."""

    advice = "Choose another port; with exclusive IP addresses, another address."


class UnknownUser(RequestRefused):
    """404: nobody of this name is registered (B7)."""

    advice = "Check the spelling, or look at the list of users."


class AddressRefused(RequestRefused):
    """403: the registry does not believe that this is your address, or your name."""

    advice = "Register the address from which you reach the registry."


class BadRequest(RequestRefused):
    """400: the registry could not read the request."""

    advice = "Compare the line that was sent, in the trace, with the protocol."


def error_for(server: Address, refusal: Refused) -> RequestRefused:
    """The exception that a refusal deserves."""
    kind = _KINDS.get(refusal.status, RequestRefused)
    if refusal.status == 409 and refusal.text.startswith("name"):
        kind = NameTaken
    return kind(server, refusal)


_KINDS: dict[int, type[RequestRefused]] = {
    400: BadRequest,
    403: AddressRefused,
    404: UnknownUser,
    409: AddressTaken,
}
