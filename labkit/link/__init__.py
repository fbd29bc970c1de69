"""A bad network on purpose: loss, delay, jitter, rate and order, seeded, without I/O.

One impairment a file, each a function of a packet, the time and a seed; `Path` chains
them for one direction, `Link` joins two. `labkit.net.link` puts them on real sockets.

Requirements A15, A16. Notebook: 06-loss.
"""

from labkit.link.burst_loss import BurstLoss
from labkit.link.chain import Chain
from labkit.link.chance import Chance
from labkit.link.conditions import JITTER_KINDS, Conditions, JitterKind
from labkit.link.corruption import Corruption
from labkit.link.delay import Delay
from labkit.link.duplication import Duplication
from labkit.link.exact_loss import ExactLoss
from labkit.link.impairment import Impairment, Packet
from labkit.link.in_order import InOrder
from labkit.link.jitter import Jitter
from labkit.link.link import Link
from labkit.link.path import Delivery, Path
from labkit.link.presets import PRESETS, preset
from labkit.link.random_loss import RandomLoss
from labkit.link.rate import Rate
from labkit.link.record import Fate, PathRecord
from labkit.link.reordering import Reordering
from labkit.link.spikes import Spikes
from labkit.link.trace import DelayTrace, TraceJitter
from labkit.link.trace_file import parse_trace, write_trace

__all__ = [
    "JITTER_KINDS",
    "PRESETS",
    "BurstLoss",
    "Chain",
    "Chance",
    "Conditions",
    "Corruption",
    "Delay",
    "DelayTrace",
    "Delivery",
    "Duplication",
    "ExactLoss",
    "Fate",
    "Impairment",
    "InOrder",
    "Jitter",
    "JitterKind",
    "Link",
    "Packet",
    "Path",
    "PathRecord",
    "RandomLoss",
    "Rate",
    "Reordering",
    "Spikes",
    "TraceJitter",
    "parse_trace",
    "preset",
    "write_trace",
]
