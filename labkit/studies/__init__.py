"""Studies: calls simulated or watched, made into the numbers that the figures show.

    from labkit.plots import repair_crossover
    from labkit.studies import crossover

    repair_crossover(crossover(loss=0.3))

One study a file. What is simulated comes out the same every time; what is watched is a
call of this kernel. Requirements A15, A16. Notebook: 05-latency, 06-loss,
07-jitter-buffer.
"""

from labkit.studies.breakdown import breakdown
from labkit.studies.crossover import crossover
from labkit.studies.curves import curves
from labkit.studies.depth import depth
from labkit.studies.listen import Listened, listen
from labkit.studies.losses import losses
from labkit.studies.playout_times import playout_times
from labkit.studies.quality import quality
from labkit.studies.repaired import repaired

__all__ = [
    "Listened",
    "breakdown",
    "crossover",
    "curves",
    "depth",
    "listen",
    "losses",
    "playout_times",
    "quality",
    "repaired",
]
