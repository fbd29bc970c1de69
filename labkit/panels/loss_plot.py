"""Loss before and after repair, live: what a treatment buys is the gap between the two.

    LossPlot(bob)                     the sound that bob hears

Requirements D3, A16. Notebook: 06-loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.panels.drawn import DrawnPanel
from labkit.phone import Phone

if TYPE_CHECKING:
    from labkit.plots import LossOverTime

RATE = 2.0
"""Pictures a second: there is a new point only once a second."""


class LossPlot(DrawnPanel):
    """What the network loses of a phone's sound, and what is missing after repair."""

    _title = "loss_of"

    def __init__(self, phone: Phone, window: float = 28.0) -> None:
        """`window`: how many seconds back the plot reaches; half a minute is known."""
        from labkit.plots import LiveLoss

        super().__init__(phone, LiveLoss(window), RATE)

    def _data(self) -> LossOverTime:
        from labkit.studies import losses

        return losses(self.phone)
