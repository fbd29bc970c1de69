"""What two people wrote to each other during one call.

    alice.say("Can you see me?")
    alice.chat        # (ChatLine(mine=True, text='Can you see me?', …, 'delivered'),)

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

MOST_LINES = 200
"""Of one call; the oldest are forgotten."""

TextState: TypeAlias = Literal["sending", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One text, ours or the peer's."""

    mine: bool
    text: str
    """Without control characters, but not escaped: show it as text, never as HTML."""
    at: float
    """When we sent it or it came, on the kit's clock (seconds since 1970)."""
    state: TextState = "delivered"
    """Of ours: whether the peer's phone has it."""
    why: str = ""
    """Why it failed, in words."""
    number: int = 0
    """Counts ours in this call; 0: the peer's."""

    def __str__(self) -> str:
        state = "" if self.state == "delivered" else f" ({self.why or self.state})"
        return f"{'>' if self.mine else '<'} {self.text}{state}"


class ChatLog:
    """The texts of one call, in order; changed on the loop's thread, read from any."""

    def __init__(self) -> None:
        self.lines: tuple[ChatLine, ...] = ()
        """A new one after each change."""

    def add(self, line: ChatLine) -> ChatLine:
        """A text was said; beyond `MOST_LINES` the oldest is forgotten."""
        self.lines = (*self.lines, line)[-MOST_LINES:]
        return line

    def settle(self, number: int, state: TextState, why: str = "") -> None:
        """It is known what became of one of ours."""
        self.lines = tuple(
            replace(line, state=state, why=why)
            if line.mine and line.number == number
            else line
            for line in self.lines
        )
