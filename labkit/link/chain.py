"""The impairments of one direction, in the order in which packets meet them.

    lost by chance, in bursts, k of n → a bit flipped → the bottleneck and its queue
    → delay → jitter → the recorded delay → no overtaking → held back → duplicated

What has nothing to do is left out of the way. Each impairment has its own chance, and
goes on where it was when the conditions change: a queue stays filled, a burst goes on.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.link.burst_loss import BurstLoss, from_mean
from labkit.link.chance import Chance
from labkit.link.conditions import Conditions
from labkit.link.corruption import Corruption
from labkit.link.delay import Delay
from labkit.link.duplication import Duplication
from labkit.link.exact_loss import ExactLoss
from labkit.link.impairment import Impairment
from labkit.link.in_order import InOrder
from labkit.link.jitter import SHAPES, Jitter
from labkit.link.random_loss import RandomLoss
from labkit.link.rate import Rate
from labkit.link.reordering import Reordering
from labkit.link.spikes import Spikes
from labkit.link.trace import TraceJitter


class Chain:
    """One of each impairment, from one seed."""

    def __init__(self, seed: int, path: str) -> None:
        def chance(name: str) -> Chance:
            return Chance(seed, f"{path}/{name}")

        self.random_loss = RandomLoss(chance("loss"))
        self.burst_loss = BurstLoss(chance("burst"), chance("loss"))
        self.exact_loss = ExactLoss(chance("k of n"))
        self.corruption = Corruption(chance("corrupt"), chance("which bit"))
        self.rate = Rate()
        self.delay = Delay()
        self.jitter = Jitter(chance("jitter"))
        self.spikes = Spikes(chance("spikes"))
        self.trace = TraceJitter()
        self.in_order = InOrder()
        self.reordering = Reordering(chance("reorder"))
        self.duplication = Duplication(chance("duplicate"))

    def tune(self, conditions: Conditions) -> tuple[Impairment, ...]:
        """Set every impairment; those that have something to do, in their order."""
        self._tune(conditions)
        spikes = conditions.jitter_kind == "spikes"
        later = bool(conditions.jitter) or conditions.trace is not None
        way: tuple[tuple[Impairment, bool], ...] = (
            (self.random_loss, conditions.loss > 0 and not conditions.burst),
            (self.burst_loss, conditions.loss > 0 and conditions.burst > 0),
            (self.exact_loss, conditions.lose > 0),
            (self.corruption, conditions.corrupt > 0),
            (self.rate, conditions.rate > 0),
            (self.delay, conditions.delay > 0),
            (self.jitter, conditions.jitter > 0 and not spikes),
            (self.spikes, conditions.jitter > 0 and spikes),
            (self.trace, conditions.trace is not None),
            (self.in_order, conditions.in_order and later),
            (self.reordering, conditions.reorder > 0),
            (self.duplication, conditions.duplicate > 0),
        )
        return tuple(impairment for impairment, has_to_do in way if has_to_do)

    def _tune(self, conditions: Conditions) -> None:
        self.random_loss.share = conditions.loss
        if conditions.burst:
            burst = self.burst_loss
            burst.p, burst.r = from_mean(conditions.loss, conditions.burst)
        self.exact_loss.set(conditions.lose, conditions.every)
        self.corruption.share = conditions.corrupt
        if conditions.rate:
            self.rate.bits_per_second = conditions.rate
        self.rate.longest, self.rate.most = conditions.queue, conditions.queue_bytes
        self.delay.seconds = conditions.delay
        self.jitter.size = self.spikes.height = conditions.jitter
        self.jitter.shape = SHAPES.get(conditions.jitter_kind, self.jitter.shape)
        self.trace.trace = conditions.trace
        self.reordering.share = conditions.reorder
        self.duplication.share = conditions.duplicate
