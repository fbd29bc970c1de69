"""Three programs in real time over the same bad network: the kit, aiortc, vidstream.

Each call runs between two network namespaces (`cable.py`), both ways, with sound, whole
pictures of 640×480 at 30 a second. It is set up on a good network (`loss_signalling.py`
measures set-up), then the network turns bad. Figures, each over both directions:

    video_p95_ms        camera → ready to show, of the pictures that brought news
    video_fps           such pictures a second
    video_new           share of each picture that was new (old pixels may be kept)
    audio_undelivered   share of the frames of 20 ms that were never played
    audio_p50_ms        capture of a frame's first sample → handed to the loudspeaker
    cores               processor time of one party, the treatments' included

After a stall: the receiver's process is stopped for 5 s while two spinning processes
keep both cores busy, then it goes on. Recovered is it when half a second's latencies
are, in the median, within 20 ms of what was usual before: pictures and sound, the later
of the two. 7,000 ms means that the call ended first. aiortc's and vidstream's sound is
taken at once, as fast as it is given out: a real loudspeaker, which takes no more than
a second's sound in a second, would leave them seconds behind for good.
"""

from __future__ import annotations

import json
import queue
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import kill

import cable
import common
import numbered
from latency import KIT, Process, converse
from peers import AIORTC, VIDSTREAM, is_here

from labkit.link import Conditions

RTT = 0.040
LOSSES = (0.05, 0.10)
WARM_UP = 2.0
SECONDS = 9.0
LAST_SENT = 3.0
"""Seconds before the end from which on what is sent may come after it: not counted."""
STALL, STALL_AFTER, STALL_CALL = 5.0, 3.0, 15.0
NOT_WITHIN_THE_CALL = (STALL_CALL - STALL_AFTER - STALL) * 1e3
"""Milliseconds that are noted where the call ended before all was as usual again."""
WITHIN = 0.020
"""Seconds: closer than this to the usual latency is recovered …"""
STEADY = 0.5
"""… if so many seconds are."""

TREATMENTS = {"restart_intervals": True, "red": 3}
"""The kit's: each packet of a picture decodes alone, sound is sent four times."""
TO_REACH = {
    "video_p95_ms_rtt40_loss5": "≤ 35",
    "video_fps_rtt40_loss5": "≥ 29",
    "recovery_after_stall_ms": "≤ 1,000",
}


@dataclass(frozen=True, slots=True)
class Rival:
    """A program, and what its figures' keys begin with."""

    name: str
    program: str
    options: tuple[str, ...] = ()


def rivals(kit: Sequence[str] = ()) -> list[Rival]:
    """The kit with these options, and those that are here."""
    others = [name for name in (AIORTC, VIDSTREAM) if is_here(name)]
    return [
        Rival("", KIT, tuple(kit)),
        *(Rival(f"{name}_", name) for name in others),
    ]


def call(
    rival: Rival,
    conditions: Conditions,
    seed: int,
    seconds: float = SECONDS,
    stall: bool = False,
) -> tuple[list[dict], float | None, dict[str, object]]:
    """What both parties measured, when bob went on, and the words of the cable.

    Raises RuntimeError or queue.Empty when the call does not come about.
    """
    lines: queue.Queue = queue.Queue()
    went_on: list[float] = []
    with cable.Cable(seed) as way, busy_cores(2 if stall else 0):
        way.set(Conditions(delay=RTT / 2))
        parties = [
            Process(
                rival.program,
                [
                    *("--name", name, "--host", cable.ADDRESSES[end], "--numbered"),
                    *("--warm-up", str(WARM_UP)),
                    *("--seconds", str(seconds)),
                    *rival.options,
                ],
                lines,
                (*way.inside(end), sys.executable),
            )
            for end, name in enumerate(("alice", "bob"))
        ]

        def stop_for_a_while() -> None:
            time.sleep(WARM_UP + STALL_AFTER)
            kill(parties[1].pid, signal.SIGSTOP)
            time.sleep(STALL)
            went_on.append(time.perf_counter())
            kill(parties[1].pid, signal.SIGCONT)

        def up() -> None:
            way.set(conditions)
            if stall:
                threading.Thread(target=stop_for_a_while, daemon=True).start()

        results = converse(rival.program, parties, lines, up)
    return results, went_on[0] if went_on else None, way.told


SPIN = """
import time
end = time.monotonic() + 60
while time.monotonic() < end: pass
"""


@contextmanager
def busy_cores(number: int) -> Iterator[None]:
    """So many processes that do nothing but keep a core busy; never for long."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(number)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


# --- what was seen and heard --------------------------------------------------------


def news(seer: Mapping, sender: Mapping) -> list[tuple[float, float, float]]:
    """Each picture that brought news: when, how late (s), and what share was new."""
    taken = dict(sender["parties"][0]["sent"])
    found, known = [], set()
    for number, at, bands in seer["parties"][0]["seen"]:
        if number in taken and number not in known:
            known.add(number)
            share = bands / len(numbered.BANDS)
            found.append((at, at - taken[number], share))
    return found


def sounds(
    hearer: Mapping, speaker: Mapping, until: float
) -> tuple[list[tuple[float, float]], int]:
    """Each frame that was played: when, how late; how many were sent till `until`."""
    sent = [
        (number, at)
        for number, at in speaker["parties"][0]["spoken"]
        if hearer["begun"] <= at < until
    ]
    played = numbered.beside(sent, hearer["parties"][0]["heard"])
    found = [
        (played[number], played[number] - at) for number, at in sent if number in played
    ]
    return sorted(found), len(sent)


def figures(results: Sequence[Mapping]) -> dict[str, float]:
    """Both directions of a call in figures; one that cannot be told is left out."""
    late: list[float] = []
    shares: list[float] = []
    heard: list[float] = []
    spoken, seconds = 0, 0.0
    for seer, sender in (results, tuple(reversed(results))):
        for _, latency, share in news(seer, sender):
            late.append(latency * 1e3)
            shares.append(share)
        seconds += seer["ended"] - seer["begun"]
        played, sent = sounds(seer, sender, seer["ended"] - LAST_SENT)
        heard += [latency * 1e3 for _, latency in played]
        spoken += sent
    found = {
        "video_fps": len(late) / seconds,
        "cores": statistics.fmean(result["cores"] for result in results),
    }
    if late:
        found["video_p50_ms"] = common.percentile(late, 0.50)
        found["video_p95_ms"] = common.percentile(late, 0.95)
        found["video_new"] = statistics.fmean(shares)
    if spoken:
        found["audio_undelivered"] = 1 - len(heard) / spoken
    if heard:
        found["audio_p50_ms"] = common.percentile(heard, 0.50)
        found["audio_p95_ms"] = common.percentile(heard, 0.95)
    return found


def recovery(events: Sequence[tuple[float, float]], went_on: float) -> float | None:
    """Milliseconds from `went_on` until the latency is as usual; None if it never is.

    `events` are (when, how late) in order of time, in seconds.
    """
    usual = [latency for at, latency in events if at < went_on - STALL]
    after = [(at, latency) for at, latency in events if at >= went_on]
    if not usual:
        return None
    bound = statistics.median(usual) + WITHIN
    for first, (begin, latency) in enumerate(after):
        if latency > bound:
            continue
        steady = [late for at, late in after[first:] if at < begin + STEADY]
        whole = after[-1][0] >= begin + STEADY
        if whole and statistics.median(steady) <= bound:
            return (begin - went_on) * 1e3
    return None


def recovered(results: Sequence[Mapping], went_on: float) -> dict[str, float]:
    """How long bob's pictures and sound took to be as usual after his stall."""
    alice, bob = results
    seen = [(at, latency) for at, latency, _ in news(bob, alice)]
    heard, _ = sounds(bob, alice, bob["ended"])
    parts = [
        NOT_WITHIN_THE_CALL if (value := recovery(events, went_on)) is None else value
        for events in (seen, heard)
    ]
    return {
        "recovery_after_stall_ms": max(parts),
        "recovery_after_stall_video_ms": parts[0],
        "recovery_after_stall_audio_ms": parts[1],
    }


# --- all calls ----------------------------------------------------------------------


def measure(seeds: Sequence[int], programs: Sequence[Rival]) -> dict[str, list[float]]:
    """Each figure, seed by seed, the programs taking turns; and how late the cable was,
    in the 99th percentile of each call."""
    measured: dict[str, list[float]] = {}

    def note(found: Mapping[str, float], prefix: str, suffix: str = "") -> None:
        common.note(measured, {f"{prefix}{k}{suffix}": v for k, v in found.items()})

    for seed in seeds:
        for rival in programs:
            name = rival.program
            try:
                for loss in LOSSES:
                    common.say(f"seed {seed}: {name}, {loss:.0%} lost")
                    conditions = Conditions(loss=loss, delay=RTT / 2)
                    results, _, told = call(rival, conditions, seed)
                    note({"cable_late_p99_ms": told["late_ms_p99"]}, "")
                    suffix = f"_rtt{RTT * 1e3:.0f}_loss{loss * 100:.0f}"
                    note(figures(results), rival.name, suffix)
                common.say(f"seed {seed}: {name}, a stall")
                results, went_on, _ = call(
                    rival, Conditions(delay=RTT / 2), seed, STALL_CALL, stall=True
                )
                note(recovered(results, went_on), rival.name)
            except (RuntimeError, queue.Empty, json.JSONDecodeError) as error:
                common.say(f"{name} failed: {error!r}")
    return measured
