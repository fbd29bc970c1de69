"""A recorded voice over a bad network, on virtual time: what is missing, how it sounds.

`labkit.simulate` runs whole calls: SIP, G.711, repair, playout, RTCP, both ways. RTT is
20 ms, loss the same in both directions, sound waits 150 ms for repair and no longer.

    audio_unrepaired_30, _burst_10   share of sound for which nothing came in time
    audio_pesq_nb_30                 PESQ-NB of what was heard, against what was said
    drift_ms_per_min                 change of the true latency, clocks 100 ppm apart
    drift_gaps                       how often nothing could be played meanwhile
    owd_error_ms                     greatest error of the one-way delay after the first
                                     two minutes, 20 ms of jitter, clocks an hour and
                                     100 ppm apart
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import common
import numpy as np
from loss_quality import NARROW, Missing, pesq_nb, telephone, voice

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.simulation import SimulatedCall, SimulatedPhone, simulate

DELAY = 0.010
SECONDS, BEGIN, END = 60.0, 3.0, 59.0
"""How long a call lasts, and between which moments it is looked at: after the first
packets, before the last."""
BEST = Treatments(
    red=2, nack=True, copies=2, playout="fixed", playout_delay=0.150, playout_most=0.150
)
CASES = {
    "30": Conditions(loss=0.30, delay=DELAY),
    "burst_10": Conditions(loss=0.10, burst=3.0, delay=DELAY),
}
EXCERPT = 10
"""Seconds of sound that PESQ compares at a time."""
SKEW, AHEAD = 100e-6, 3600.0
DRIFTING = 1800.0
LEARNING, LEARNT = 120.0, 600.0
"""Seconds: from when on and until when the clocks' distance is to be known well."""

TO_REACH = {
    "audio_unrepaired_30": "≤ 0.005",
    "audio_pesq_nb_30": "≥ 4.2",
    "audio_unrepaired_burst_10": "≤ 0.02",
    "drift_ms_per_min": "≤ 1",
    "drift_gaps": "≤ 0",
    "owd_error_ms": "≤ 1",
}


def missing_share(before: Sequence[float], after: Sequence[float]) -> float:
    """Of two counts of (missing, played) seconds: the share missing in between."""
    missing, played = (b - a for a, b in zip(before, after, strict=True))
    return missing / (missing + played)


def counts(phone: SimulatedPhone) -> tuple[float, float]:
    """Seconds for which a phone had nothing to play, and that it played."""
    playout = phone.sound.receiver.playout
    return playout.concealed_seconds, playout.played_seconds


def lag(
    said: np.ndarray, heard: np.ndarray, at: int, near: int = 0, within: float = 8.0
) -> int:
    """By how many samples the second of sound from `at` on is later in `heard`.

    Looked for `within` so many seconds of `near`: who heard began to listen when the
    answer to the call came through, and the voice repeats itself after 20 s.
    """
    second = said[at : at + NARROW].astype(np.float64)
    around = round(within * NARROW)
    first = max(0, at + near - around)
    area = heard[first : at + near + around + NARROW].astype(np.float64)
    size = len(area) + NARROW
    spectra = np.fft.rfft(area, size) * np.conj(np.fft.rfft(second, size))
    alike = np.fft.irfft(spectra, size)[: len(area) - NARROW + 1]
    power = np.cumsum(np.r_[0.0, area**2])
    energy = power[NARROW:] - power[:-NARROW]
    likeness = alike / np.sqrt(energy + NARROW)
    return first + int(np.argmax(likeness)) - at


def heard_quality(call: SimulatedCall) -> float:
    """PESQ-NB of what bob heard, the mean of excerpts. Raises Missing."""
    said, heard = call.said(call.alice), call.heard(call.bob)
    step = EXCERPT * NARROW
    scores = []
    first = 10 * NARROW
    shift = lag(said, heard, first)
    for at in range(first, len(said) - 2 * step, step):
        shift = lag(said, heard, at + NARROW, shift, 0.3)
        scores.append(pesq_nb(said[at : at + step], heard[at + shift :][:step]))
    return statistics.fmean(scores)


def lossy(seed: int, name: str, spoken: np.ndarray) -> tuple[SimulatedCall, float]:
    """A call under one of the cases, and what share of bob's sound was missing."""
    looks: list[tuple[float, float]] = []

    def look(call: SimulatedCall) -> None:
        looks.append(counts(call.bob))

    call = simulate(
        SECONDS,
        CASES[name],
        BEST,
        seed=seed,
        formats=("PCMU",),
        voice=spoken,
        script={BEGIN: look, END: look},
    )
    return call, missing_share(*looks)


def true_drift(
    call: SimulatedCall, hearer: SimulatedPhone, speaker: SimulatedPhone
) -> float:
    """Milliseconds a minute by which sound comes later and later, in true time.

    A sample's place in what was said and heard tells when, by each one's clock.
    """
    said, heard = call.said(speaker), call.heard(hearer)
    rate = [NARROW * (1 + phone.clock.skew) for phone in (speaker, hearer)]

    def latencies(first: int) -> list[float]:
        found, near = [], lag(said, heard, first * NARROW)
        for second in range(first, first + 60, 3):
            at = second * NARROW
            near = lag(said, heard, at, near, 0.3)
            found.append((at + near) / rate[1] - at / rate[0])
        return found

    minutes = DRIFTING / 60 - 3
    begin, end = latencies(60), latencies(int(DRIFTING) - 120)
    return abs(statistics.median(end) - statistics.median(begin)) * 1e3 / minutes


def drift(seed: int, spoken: np.ndarray) -> dict[str, float]:
    """Half an hour with clocks that drift apart: latency's change, and gaps."""
    gaps: list[int] = []

    def look(call: SimulatedCall) -> None:
        gaps.append(
            sum(p.sound.receiver.playout.concealments for p in (call.alice, call.bob))
        )

    call = simulate(
        DRIFTING,
        Conditions(delay=0.020),
        Treatments(),
        seed=seed,
        formats=("PCMU",),
        voice=spoken,
        skew=SKEW,
        script={BEGIN: look, DRIFTING - 1: look},
    )
    slopes = [
        true_drift(call, call.bob, call.alice),
        true_drift(call, call.alice, call.bob),
    ]
    return {"drift_ms_per_min": max(slopes), "drift_gaps": float(gaps[1] - gaps[0])}


def one_way_delay(seed: int) -> dict[str, float]:
    """How wrong the phones' idea of the one-way delay is, with clocks far apart.

    The delay is arrival on one clock less departure on the other, so its error is that
    of the clocks' distance, which the simulation knows.
    """
    errors: list[float] = []

    def look(call: SimulatedCall) -> None:
        truth = call.bob.clock.now() - call.alice.clock.now()
        for phone, sign in ((call.alice, 1), (call.bob, -1)):
            known = phone.statistics().audio.labkit.clockOffset
            error = float("nan") if known is None else known - sign * truth
            errors.append(abs(error) * 1e3)

    moments = np.arange(LEARNING, LEARNT, 5.0)
    simulate(
        LEARNT,
        Conditions(delay=0.030, jitter=0.020),
        Treatments(),
        seed=seed,
        formats=("PCMU",),
        ahead=AHEAD,
        skew=SKEW,
        script={float(moment): look for moment in moments},
    )
    return {"owd_error_ms": max(errors), "owd_error_ms_p50": statistics.median(errors)}


def measure(seeds: Sequence[int]) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Each figure, seed by seed, and what could not be measured, and why."""
    measured: dict[str, list[float]] = {}
    absent: dict[str, str] = {}

    def note(found: dict[str, float]) -> None:
        for key, value in found.items():
            measured.setdefault(key, []).append(value)

    try:
        spoken = telephone(voice(20.0))
    except Missing as why:
        return {}, {"sound": str(why)}
    for seed in seeds:
        common.say(f"seed {seed}: a voice under loss, drifting clocks (simulated)")
        for name in CASES:
            call, share = lossy(seed, name, spoken)
            note({f"audio_unrepaired_{name}": share})
            try:
                note({f"audio_pesq_nb_{name}": heard_quality(call)})
            except Missing as why:
                absent[f"audio_pesq_nb_{name}"] = str(why)
        note(drift(seed, spoken))
        note(one_way_delay(seed))
    return measured, absent
