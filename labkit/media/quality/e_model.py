"""How people would rate the sound of this call: the E-model.

    R = 93.2 - Id - Ie,eff

From the best a telephone can be, delay takes Id and codec and loss take Ie,eff:

    Id     = 0.024 d + 0.11 (d - 177.3) [when d > 177.3]     d: ms, mouth to ear
    Ie,eff = Ie + (95 - Ie) P / (P / BurstR + Bpl)           P: % lost after all repair
    MOS    = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6

Ie is what the codec costs without loss; the greater Bpl, the better it bears loss;
BurstR is above 1 when losses come in bursts (`loss_runs`). What comes too late to be
played is lost as well. All other parameters of the model (noise, echo, room) stand at
their defaults, which give the 93.2.

ITU-T G.107, with the values of G.113, Appendix I; Id as in Cole and Rosenbluth, "Voice
over IP performance monitoring" (2001). Notebook: 05-latency, 06-loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from labkit.errors import LocalError

BEST = 93.2
WORST_IMPAIRMENT = 95.0
KNEE = 177.3
"""Milliseconds: up to here talkers hardly notice delay, then they talk at once."""


@dataclass(frozen=True, slots=True)
class CodecImpairment:
    """What G.113, Appendix I has for a codec."""

    impairment: float
    """Ie."""
    robustness: float
    """Bpl, when lost sound is concealed as in G.711, Appendix I."""
    robustness_bare: float
    """Bpl, when silence is played in its place."""


G711 = CodecImpairment(impairment=0.0, robustness=25.1, robustness_bare=4.3)
CODECS = {
    "PCMU": G711,
    "PCMA": G711,
    "opus": G711,
}
"""By name. G.113 has no values for Opus on this narrow-band scale. It is treated as
G.711: without loss it sounds no worse, and its own concealment is taken for Appendix
I's. So the score never says that Opus sounds better than a telephone, though it does.
"""

WORDS = (
    (90.0, "excellent", "users are very satisfied"),
    (80.0, "good", "users are satisfied"),
    (70.0, "fair", "some users are dissatisfied"),
    (60.0, "poor", "many users are dissatisfied"),
    (-math.inf, "bad", "nearly all users are dissatisfied"),
)
"""R from here on: in a word, and what it means (the borders are ITU-T G.109's)."""


@dataclass(frozen=True, slots=True)
class Score:
    """A rating, and what it is made of. Print it."""

    delay: float
    """Mouth to ear, in seconds."""
    loss: float
    """After repair, with what came too late: 0 to 1."""
    burst_ratio: float
    delay_impairment: float
    """Id."""
    loss_impairment: float
    """Ie,eff: the codec's own part and the loss's."""
    rating: float
    """R: 93.2 at best, below 50 is not recommended for anything."""
    opinion: float
    """MOS: the mean opinion of listeners, 1 (bad) to 4.5."""

    @property
    def word(self) -> str:
        """excellent, good, fair, poor or bad."""
        return next(word for least, word, _ in WORDS if self.rating >= least)

    @property
    def meaning(self) -> str:
        """What users think of such a call."""
        return next(text for least, _, text in WORDS if self.rating >= least)

    def __str__(self) -> str:
        return (
            f"{self.word}: {self.meaning}. R = {BEST} - {self.delay_impairment:.1f} "
            f"for {self.delay * 1000:.0f} ms of delay - {self.loss_impairment:.1f} for "
            f"codec and {self.loss:.1%} loss = {self.rating:.1f}, "
            f"MOS {self.opinion:.2f}"
        )


def score(
    codec: str,
    *,
    delay: float,
    loss: float,
    burst_ratio: float = 1.0,
    concealment: bool = True,
) -> Score:
    """Rate sound that takes `delay` seconds mouth to ear and misses `loss` of itself.

    `delay` has everything in it: frame, network, playout buffer. `loss` is a share,
    0 to 1. Raises LocalError for a codec that is not in `CODECS`, or numbers that
    cannot be.
    """
    values = CODECS.get(codec)
    if values is None:
        raise LocalError(
            f"the E-model has no values for {codec!r}, only for {', '.join(CODECS)}"
        )
    if not (0 <= delay < math.inf and 0 <= loss <= 1 and 0 < burst_ratio < math.inf):
        raise LocalError(
            "a score needs a delay of 0 s or more, a loss from 0 to 1 and a burst "
            f"ratio above 0, not {delay!r}, {loss!r} and {burst_ratio!r}"
        )
    by_delay = delay_impairment(delay)
    by_loss = loss_impairment(values, loss, burst_ratio, concealment)
    rating = BEST - by_delay - by_loss
    return Score(
        delay, loss, burst_ratio, by_delay, by_loss, rating, mean_opinion(rating)
    )


def delay_impairment(delay: float) -> float:
    """Id of so many seconds."""
    milliseconds = delay * 1000
    return 0.024 * milliseconds + 0.11 * max(milliseconds - KNEE, 0.0)


def loss_impairment(
    codec: CodecImpairment, loss: float, burst_ratio: float, concealment: bool
) -> float:
    """Ie,eff of a share lost."""
    percent = loss * 100
    robustness = codec.robustness if concealment else codec.robustness_bare
    # Long bursts take the formula beyond its scale: no loss is worse than all.
    share = min(percent / (percent / burst_ratio + robustness), 1.0)
    return codec.impairment + (WORST_IMPAIRMENT - codec.impairment) * share


def mean_opinion(rating: float) -> float:
    """MOS of R, never below 1; the cubic is meant for 0 to 100 (G.107, annex B)."""
    r = min(max(rating, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))
