"""Whoever can be watched: a phone in a call, or one that was simulated.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from math import inf
from typing import TypeAlias

from labkit.errors import LocalError
from labkit.media.machine.playout.view import PlayoutView
from labkit.net import clock
from labkit.phone import Phone
from labkit.simulation import SimulatedCall, SimulatedPhone

Watched: TypeAlias = Phone | SimulatedPhone | SimulatedCall
"""Of a simulated call, bob is meant: to him goes what `there` does to packets."""


def playout_view(who: Watched, seconds: float = inf) -> PlayoutView:
    """What is remembered of the playout buffer of `who`: of a phone in a call the last
    `seconds`, half a minute at most; of a simulated one all.

    Raises LocalError without a call, or without sound.
    """
    if isinstance(who, Phone):
        if who.media is None:
            raise LocalError(f"{who.name} is in no call: let somebody call first")
        view = who.media.playout_view(clock.now(), seconds)
    else:
        phone = who.bob if isinstance(who, SimulatedCall) else who
        if phone.sound is None:
            raise LocalError("this call was simulated without sound")
        view = phone.sound.playout_view(phone.clock.now())
    if not view.records:
        raise LocalError("nothing has been played yet: wait a second and look again")
    return view
