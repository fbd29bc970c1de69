"""A whole call on virtual time: `simulate`.

Requirements A15, A16. Notebook: 05-latency.
"""

from labkit.simulation.call import SimulatedCall, simulate
from labkit.simulation.phone import SimulatedPhone

__all__ = ["SimulatedCall", "SimulatedPhone", "simulate"]
