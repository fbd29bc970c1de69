r"""Bursts of loss: the model of Gilbert (1960) and Elliott (1963).

The link is in one of two states and may change it at every packet:

             p                     in GOOD a packet passes with probability k,
     GOOD ------> BAD              in BAD with probability h.
          <------
             r                     Gilbert's model is k = 1; the simplest has h = 0.

A share p/(p + r) of the packets meets BAD, for 1/r packets at a stretch. With k = 1 and
h = 0 these are the mean loss and the mean burst, and can be asked for: `from_mean`.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.errors import LocalError
from labkit.link.chance import Chance
from labkit.link.impairment import Packet


class BurstLoss:
    """Loses packets in rows. `p`, `r`, `h` and `k` may be changed while it runs."""

    cause = "burst"

    def __init__(
        self,
        change: Chance,
        loss: Chance,
        p: float = 0.0,
        r: float = 1.0,
        h: float = 0.0,
        k: float = 1.0,
    ) -> None:
        self.p, self.r, self.h, self.k = p, r, h, k
        self.bad = False
        self._change, self._loss = change, loss

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, or nothing."""
        draw = self._change.at(packet.number)
        self.bad = draw >= self.r if self.bad else draw < self.p
        passes = self.h if self.bad else self.k
        return (packet,) if self._loss.at(packet.number) < passes else ()


def from_mean(loss: float, burst: float) -> tuple[float, float]:
    """The p and r that lose a share `loss` of all packets, `burst` in a row on average.

    Raises LocalError for what cannot be: between two bursts at least one packet
    passes, so that a burst of 3 loses at most 3 of 4.
    """
    if loss >= 1.0:
        return 1.0, 0.0
    r = 1.0 / burst
    p = r * loss / (1.0 - loss)
    if p > 1.0:
        raise LocalError(
            f"{loss:.0%} cannot be lost in bursts of {burst:g}: at least one packet "
            f"passes after each, so that at most {burst / (burst + 1):.0%} are lost; "
            "ask for longer bursts or less loss"
        )
    return p, r
