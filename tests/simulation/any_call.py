"""Any network and any treatment, for tests that want every one of them."""

from __future__ import annotations

from hypothesis import strategies as st

from labkit.link import Conditions, DelayTrace
from labkit.media.treatments import CHOICES, SWITCHES, Treatments

TRACE = DelayTrace((0.0, 0.02, 0.04), (0.001, 0.030, 0.004))
shares = st.sampled_from([0.0, 0.05, 0.3])
conditions = st.builds(
    Conditions,
    loss=shares,
    burst=st.sampled_from([0, 2, 4]),
    lose=st.integers(0, 2),
    every=st.integers(4, 10),
    corrupt=shares,
    rate=st.sampled_from([0, 100_000, 1e6]),
    queue=st.sampled_from([0.0, 0.1, 1.0]),
    queue_bytes=st.sampled_from([0, 3000]),
    delay=st.sampled_from([0.0, 0.01, 0.2]),
    jitter=st.sampled_from([0.0, 0.05]),
    jitter_kind=st.sampled_from(["uniform", "normal", "pareto", "spikes"]),
    in_order=st.booleans(),
    trace=st.sampled_from([None, TRACE]),
    reorder=shares,
    duplicate=shares,
)
treatments = st.builds(
    Treatments,
    red=st.integers(0, 3),
    parity=st.sampled_from([0, 2, 4]),
    reed_solomon=st.sampled_from([0, 2]),
    interleaving=st.sampled_from([1, 2, 4]),
    copies=st.integers(1, 3),
    playout_delay=st.sampled_from([0.0, 0.06, 0.3]),
    playout_most=st.sampled_from([0.1, 0.5]),
    **{name: st.sampled_from(choices) for name, choices in CHOICES.items()},
    **{name: st.booleans() for name in SWITCHES},
)
