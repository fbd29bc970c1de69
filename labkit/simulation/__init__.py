"""A whole call on virtual time: `simulate`.

Begin with `call`. Each phone (`phone`) has the real machines and, in place of the
outside world, a clock (`world`), a link (`wire`), and devices (`devices`) that say and
film what the `scene` has; `signalling` and `media` run the machines with these.

Requirements A15, A16. Notebook: 05-latency.
"""

from labkit.simulation.call import SimulatedCall, simulate
from labkit.simulation.phone import SimulatedPhone

__all__ = ["SimulatedCall", "SimulatedPhone", "simulate"]
