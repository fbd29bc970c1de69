"""Conditions that a class asks for by name.

The numbers are the kit's own choice, of the size one measures in such places; no
standard fixes them. Only "classic" is given: the course in Spain from which it comes
set delay 10 ms, jitter 100 ms, loss 10 %, corruption 5 %.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.errors import LocalError
from labkit.link.conditions import Conditions

PRESETS: dict[str, Conditions] = {
    "perfect": Conditions(),
    "classic": Conditions(delay=0.010, jitter=0.100, loss=0.10, corrupt=0.05),
    "good wifi": Conditions(
        delay=0.002, jitter=0.006, jitter_kind="pareto", in_order=True, loss=0.002
    ),
    "bad wifi": Conditions(
        delay=0.005, jitter=0.150, jitter_kind="spikes", loss=0.05, burst=3
    ),
    "mobile": Conditions(
        delay=0.040,
        jitter=0.030,
        jitter_kind="pareto",
        in_order=True,
        loss=0.01,
        burst=4,
        rate=5e6,
        queue=0.5,
    ),
    "train": Conditions(
        delay=0.060,
        jitter=0.600,
        jitter_kind="spikes",
        loss=0.08,
        burst=12,
        rate=1e6,
        queue=1.0,
    ),
    "home upload": Conditions(delay=0.012, rate=1e6, queue=0.4),
    "transatlantic": Conditions(delay=0.045, jitter=0.002, in_order=True, loss=0.001),
    "satellite": Conditions(
        delay=0.270, jitter=0.010, in_order=True, loss=0.005, burst=2, rate=10e6
    ),
}


def preset(name: str) -> Conditions:
    """The conditions of this name; `bad-wifi` is `bad wifi`. Raises LocalError."""
    found = PRESETS.get(name.strip().lower().replace("-", " ").replace("_", " "))
    if found is None:
        raise LocalError(
            f"no preset is called {name[:40]!r}; there are: {', '.join(PRESETS)}"
        )
    return found
