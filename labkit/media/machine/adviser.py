"""The adviser: which treatments, at this round trip and this loss, and why.

Every treatment trades. Redundancy (RED) costs bytes and a frame's length of waiting for
each copy; asking again (NACK) costs hardly a byte but a round trip of waiting for each
time. What loss and waiting cost the listener, the E-model says, on one scale. So for
each combination we reckon

    what stays lost     chance × (a copy lost too)^copies × (asking failed)^times
    how long it waits   until the last copy, or the last answer, can be there
    what it costs       R of the E-model, less 2 points for each 100 % of bytes

and take the best. The crossover between asking and redundancy is not put in, it comes
out: asking wins while the round trip is short, and where it is long there is nothing to
ask for in time. Checked against what was measured (G.711, 20 ms, playout 150 ms at
most): 30 % loss and RTT 20 ms, both together leave 0.24 %; RTT 100 ms, RED-2 leaves
2.15 % and asking repairs nothing; 10 %, RED-1, 2, 3 leave PESQ 4.05, 4.51, 4.54.

Pictures need no sum: restart intervals and old pixels cost no redundancy and no time,
and take a picture of 28 packets from 24 % whole at 5 % loss to one without a freeze.
Interleaving is never chosen: it repairs nothing and waits for it.

Chance and bursts: after a lost packet the next is lost by chance `1 - 1 / burst`
(Gilbert), or by the plain chance if that is greater. Answers to questions asked a round
trip apart count as independent, which long bursts make untrue.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from labkit.errors import LocalError
from labkit.media.machine.durations import USUAL
from labkit.media.quality.e_model import score
from labkit.media.treatments import LONGEST_PLAYOUT, MOST_COPIES, MOST_RED, Treatments

BOTHERS = 0.005
"""Loss from which on anything but asking is considered."""
MOST_WAIT = 0.150
"""Seconds that sound may wait for repair: with it 150 ms mouth to ear are gone."""
MOST_TIMES = 6
"""How often a packet is asked for."""
NOTICE = USUAL
"""Seconds until the next packet shows that one is missing."""
MARGIN = 0.010
"""Seconds beyond a round trip that an answer may take."""
JITTERS = 3
"""Times the mean jitter that sound waits in any case."""
PRICE = 2.0
"""Points of R that sending everything twice must bring to be worth it."""
GAIN = 1.0
"""Points of R that a change must bring."""
PACE = 3.0
"""Seconds between two changes."""
PARITY = 4
"""The group where parity must do for want of RED."""

EVERYTHING = frozenset({"red", "parity", "nack", "restart_intervals"})
"""What a kit takes of what is chosen from, by the names of `Treatments`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How the network is, over the last few seconds."""

    round_trip: float | None
    """Seconds; None until measured."""
    loss: float
    """Before repair, 0 to 1."""
    burst: float = 1.0
    """Packets lost in a row, on average (`LossRuns`)."""
    jitter: float = 0.0
    """Seconds, as RFC 3550 counts."""

    def __post_init__(self) -> None:
        trip = 0.0 if self.round_trip is None else self.round_trip
        if not (
            0 <= self.loss <= 1 and self.burst >= 0 and min(trip, self.jitter) >= 0
        ):
            raise LocalError(f"no network can be so: {self!r}")


@dataclass(frozen=True, slots=True)
class Plan:
    """One combination for the sound, and what it would do."""

    red: int = 0
    parity: int = 0
    times: int = 0
    """How often there is time to ask again."""
    copies: int = 1
    left: float = 0.0
    """Loss after repair, 0 to 1."""
    wait: float = 0.0
    """Seconds in the playout buffer."""
    overhead: float = 0.0
    """Bytes on top, as a share of those without."""
    rating: float = 0.0
    """R of the E-model."""

    @property
    def worth(self) -> float:
        """R less what the bytes cost."""
        return self.rating - PRICE * self.overhead


@dataclass(frozen=True, slots=True)
class Advice:
    """What to switch on, and a sentence that says why. Print it."""

    treatments: Treatments
    why: str
    plan: Plan

    def __str__(self) -> str:
        return self.why


class Adviser:
    """Gives advice at most every few seconds, and only when it is worth a change.

    `base` has all that auto leaves alone; `takes` names what the peer accepts.
    """

    def __init__(
        self, base: Treatments | None = None, takes: frozenset[str] = EVERYTHING
    ) -> None:
        self.takes = takes
        """May be set at any time."""
        self._base = base or Treatments()
        self._advice: Advice | None = None
        self._changed = 0.0

    def advise(self, measured: Measured, now: float) -> Advice:
        """The treatments to use from now on; often those of before."""
        plans = _plans(measured, self.takes)
        best = max(plans, key=lambda plan: plan.worth)
        before = self._advice
        if before is not None and not self._is_worth_it(before.plan, best, plans, now):
            return before
        treatments = self._treatments(best, measured)
        if before is None or treatments != before.treatments:
            self._changed = now
        self._advice = Advice(treatments, _why(best, measured, treatments), best)
        return self._advice

    def _is_worth_it(
        self, before: Plan, best: Plan, plans: list[Plan], now: float
    ) -> bool:
        if now - self._changed < PACE:
            return False
        today = next((plan for plan in plans if _same(plan, before)), None)
        # Not among them any more: the peer does not take it, or there is no time.
        return today is None or best.worth - today.worth >= GAIN

    def _treatments(self, plan: Plan, measured: Measured) -> Treatments:
        chosen = replace(
            self._base,
            red=plan.red,
            parity=plan.parity,
            reed_solomon=0,
            interleaving=1,
            nack="nack" in self.takes,
            copies=plan.copies,
            restart_intervals="restart_intervals" in self.takes
            and measured.loss >= BOTHERS,
        )
        if plan.red or plan.parity or plan.times:
            # So long for the repair, and longer if the network asks for it. Not a fixed
            # delay: that one dies when the way gets longer, or a clock runs slow.
            return replace(
                chosen,
                playout="quantile",
                playout_least=min(plan.wait, chosen.playout_most, LONGEST_PLAYOUT),
            )
        return chosen


def _plans(measured: Measured, takes: frozenset[str]) -> list[Plan]:
    """Every combination that the peer takes and that there is time for."""
    plans = [_plan(measured)]
    if measured.loss < BOTHERS:
        return plans
    reds = range(MOST_RED + 1) if "red" in takes else (0,)
    parities = (0, PARITY) if "parity" in takes and "red" not in takes else (0,)
    asks = "nack" in takes and measured.round_trip is not None
    questions = [(0, 1)]
    if asks:
        questions += product(range(1, MOST_TIMES + 1), range(1, MOST_COPIES + 1))
    plans += [
        _plan(measured, red, parity, times, copies)
        for red in reds
        for parity in parities
        for times, copies in questions
        if red or parity or times
    ]
    return [plan for plan in plans if plan.wait <= MOST_WAIT or plan == plans[0]]


def _plan(
    measured: Measured, red: int = 0, parity: int = 0, times: int = 0, copies: int = 1
) -> Plan:
    """What this combination would do."""
    loss, trip = measured.loss, measured.round_trip or 0.0
    again = max(loss, 1 - 1 / max(measured.burst, 1.0))
    """The chance that the next is lost as well."""
    failed = 1 - (1 - loss) * (1 - loss * again ** (copies - 1))
    """The chance that a question, or all copies of its answer, are lost."""
    left = loss * again**red * failed**times
    if parity:
        left *= 1 - (1 - again) * (1 - loss) ** (parity - 1)
    asked = loss * again**red * sum(failed**before for before in range(times))
    overhead = red + (1 / parity if parity else 0.0) + asked * copies
    repair = max(
        red * USUAL,
        parity * USUAL,
        NOTICE + times * (trip + MARGIN) if times else 0.0,
    )
    wait = JITTERS * measured.jitter + repair
    rating = score("PCMU", delay=USUAL + trip / 2 + wait, loss=left).rating
    return Plan(red, parity, times, copies, left, wait, overhead, rating)


def _same(plan: Plan, other: Plan) -> bool:
    """Whether they switch the same things, whatever they would do."""
    return all(
        getattr(plan, name) == getattr(other, name)
        for name in ("red", "parity", "times", "copies")
    )


def _why(plan: Plan, measured: Measured, treatments: Treatments) -> str:
    """The advice as a sentence or three."""
    loss, trip = measured.loss, measured.round_trip
    rtt = "round trip unknown" if trip is None else f"round trip {trip * 1000:.0f} ms"
    row = f", {measured.burst:.1f} in a row" if measured.burst > 1.5 else ""
    asking = "asking again is on" if treatments.nack else "the peer is not asked again"
    facts = f"{loss:.1%} lost{row}, {rtt}"
    if loss < BOTHERS:
        return f"{facts}: hardly worth repair; {asking}, for what comes in time."
    means = []
    if plan.times:
        often = "once" if plan.times == 1 else f"{plan.times} times"
        answers = f", {plan.copies} copies of each answer" if plan.copies > 1 else ""
        means.append(f"time to ask {often}{answers}")
    if plan.red:
        frames = "frame" if plan.red == 1 else "frames"
        means.append(f"{plan.red} earlier {frames} in each packet (RED)")
    if plan.parity:
        means.append(f"a parity packet after every {plan.parity}")
    if not means:
        sound = "repair would cost more than it brings"
    else:
        sound = (
            f"{' and '.join(means)}: {plan.left:.2%} stay lost, for "
            f"{plan.wait * 1000:.0f} ms of waiting and {plan.overhead:.0%} more bytes"
        )
    pictures = (
        " Pictures: each packet decodable alone, which costs nothing."
        if treatments.restart_intervals
        else ""
    )
    return f"{facts}: {sound}.{pictures}"
