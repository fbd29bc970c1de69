"""One short call of sound alone, and what it came to: the unit of the sweeps.

Notebook: 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.quality import e_model
from labkit.media.treatments import Treatments
from labkit.simulation import SimulatedCall, SimulatedPhone, simulate


@dataclass(frozen=True, slots=True)
class Trial:
    """What both directions of one call, or of several, came to."""

    expected: int
    """Frames of sound that were sent, as the listeners' turns have it."""
    missing: int
    """Of these, not there when their turn came."""
    sent: int
    """Packets of media, by their numbers."""
    lost: int
    """Of these, lost by the network."""
    octets: int
    """Of the media's packets, headers too."""
    repair: int
    """Octets sent besides."""
    opinions: tuple[float, ...] = ()
    """What listeners would say, by the E-model, 1 to 4.5."""

    def __add__(self, other: Trial) -> Trial:
        return Trial(
            self.expected + other.expected,
            self.missing + other.missing,
            self.sent + other.sent,
            self.lost + other.lost,
            self.octets + other.octets,
            self.repair + other.repair,
            self.opinions + other.opinions,
        )

    @property
    def before(self) -> float:
        """The share that the network lost."""
        return self.lost / self.sent if self.sent else 0.0

    @property
    def after(self) -> float:
        """The share that was missing when its turn came."""
        return self.missing / self.expected if self.expected else 0.0

    @property
    def overhead(self) -> float:
        """Octets of repair, over the media's."""
        return self.repair / self.octets if self.octets else 0.0

    @property
    def opinion(self) -> float | None:
        """Of the listeners, in the mean; None when there was none."""
        return sum(self.opinions) / len(self.opinions) if self.opinions else None


def trial(
    conditions: Conditions, treatments: Treatments, *, seconds: float, seed: int
) -> Trial:
    """Call, talk, count: both directions meet these conditions, each its own chance.

    Raises LocalError when the call was never accepted.
    """
    call = simulate(seconds, conditions, treatments, seed=seed, formats=("PCMU",))
    return tried(call)


def tried(call: SimulatedCall) -> Trial:
    """What a simulated call came to."""
    if call.set_up_seconds is None:
        raise LocalError("the call was never accepted: try another seed, or less loss")
    return _heard(call.alice) + _heard(call.bob)


def opinion_of(who: SimulatedPhone) -> float | None:
    """What a listener would say of the whole call, by the E-model, 1 to 4.5.

    The phone's own statistics tell of the last ten seconds. None while the latency is
    not known.
    """
    sound = who.sound
    latencies = [seconds for kind, _, seconds in who.latencies if kind == "audio"]
    if sound is None or sound.setup is None or not latencies:
        return None
    turns = sound.receiver.runs.counts
    return e_model.score(
        sound.setup.format.name,
        delay=max(fmean(latencies), 0.0),
        loss=turns.share,
        burst_ratio=max(turns.burst_ratio, 1.0),
        concealment=sound.treatments.concealment != "silence",
    ).opinion


def _heard(who: SimulatedPhone) -> Trial:
    sound, peer = who.sound, who.peer
    assert sound is not None
    assert peer is not None
    line, sent = who.statistics().audio, peer.statistics().audio
    assert line is not None
    assert sent is not None
    totals, turns = sound.sources.totals, sound.receiver.runs.counts
    opinion = opinion_of(who)
    return Trial(
        turns.expected,
        turns.lost,
        totals.received - totals.duplicates + totals.missing,
        totals.missing,
        sent.outbound.bytesSent - sent.outbound.retransmittedBytesSent,
        sent.labkit.bytesOfRepairSent,
        () if opinion is None else (opinion,),
    )
