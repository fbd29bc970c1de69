"""How cost and latency grow: with the picture, its rate, loss, calls, and users.

    python report/bench/scaling.py                       tables
    python report/bench/scaling.py --only size users     some of them

Curves, not points. Each call has sound and pictures both ways; a line is a program and
its codec. Told of each are the processor time of one party, the median and the 95th
percentile of the pictures' latency, the pictures a second that were shown, and how much
of the sound was heard:

    size    320×240 … 1280×720 at 30 pictures a second, two processes
    fps     10 … 60 pictures a second of 640×480, two processes
    phones  1 … 20 phones in one kernel, two and two in a call (one alone: with a phone
            in another process), 640×480 at 30; 10 phones are 5 calls
    loss    0 … 20 % lost each way at an RTT of 40 ms, the kit's treatments on,
            between two network namespaces (`cable.py`; needs root)
    users   10² … 10⁵ registered users: the time of a register, a query, a list, and the
            memory a user (`scaling_users.py`), Redis beside the registry

A picture that is later than the film is long (1 s, with phones in one kernel 4 s)
cannot be told from one in time: where a line's pictures a second fall, its latency is a
lower bound.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator

import cable
import common
import loss_live
import peers
import scaling_users
from latency import KIT, call
from peers import AIORTC, GSTREAMER, REDIS

from labkit.link import Conditions

SECONDS = 3.0
LOSS_SECONDS = 6.0
WARM_UP = 1.0
SIZES = ("320x240", "640x480", "800x600", "1280x720")
RATES = (10, 20, 30, 60)
PHONES = (1, 2, 4, 10, 20)
LOSSES = (0.0, 0.02, 0.05, 0.10, 0.20)
LINES = {
    "kit JPEG": (KIT, ()),
    "kit VP8": (KIT, ("--video", "VP8")),
    "aiortc VP8": (AIORTC, ()),
    "GStreamer JPEG": (GSTREAMER, ()),
}
"""Name of a line → whose program, and its options."""
MEASURES = {
    "cores": ("processor time of a party", "cores"),
    "p50_ms": ("latency of the pictures, median", "ms"),
    "p95_ms": ("latency of the pictures, 95th percentile", "ms"),
    "fps": ("pictures shown", "1/s"),
    "heard": ("tones heard", "%"),
}
KINDS = {
    "size": ("pixels of a picture", ""),
    "fps": ("pictures sent", "1/s"),
    "phones": ("phones in one kernel", ""),
    "loss": ("packets lost", "%"),
}
Points = dict[str, dict[str, dict[float, list[float]]]]
"""What was measured → line → x → the values, run by run."""
Samples = Iterator[tuple[str, float, Callable[[], dict[str, float]]]]
"""Line, x, and how to measure it."""


def one_call(program: str, *options: tuple[str, ...]) -> dict[str, float]:
    """A call in which nothing is lost."""
    timing = ("--seconds", str(SECONDS), "--warm-up", str(WARM_UP))
    found = call(program, *((*each, *timing) for each in options))
    return {
        "cores": common.percentile(found["cores"], 1.0),
        "p50_ms": common.percentile(found["video"], 0.50),
        "p95_ms": common.percentile(found["video"], 0.95),
        "fps": found["fps"][0],
        "heard": 100 * found["heard"][0],
    }


def here(*names: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Those lines whose program is here."""
    for name in names:
        program, options = LINES[name]
        if program == KIT or peers.is_here(program):
            yield name, program, options


def size(_: int) -> Samples:
    for size in SIZES:
        width, height = map(int, size.split("x"))
        for name, program, options in here(*LINES):
            both = (*options, "--size", size)
            yield name, width * height, lambda p=program, o=both: one_call(p, o, o)


def fps(_: int) -> Samples:
    for rate in RATES:
        for name, program, options in here("kit JPEG", "kit VP8", "aiortc VP8"):
            both = (*options, "--fps", str(rate))
            yield name, rate, lambda p=program, o=both: one_call(p, o, o)


def phones(_: int) -> Samples:
    for count in PHONES:
        for name, program, options in here("kit JPEG", "aiortc VP8"):
            one = (*options, "--pairs", str(count // 2))
            each = [options] * 2 if count == 1 else [one]
            yield name, count, lambda p=program, e=each: one_call(p, *e)


def loss(seed: int) -> Samples:
    treated = ("--treatments", json.dumps(loss_live.TREATMENTS))
    for share in LOSSES:
        for name, program, options in here("kit JPEG", "aiortc VP8"):
            more = treated if program == KIT else ()
            rival = loss_live.Rival("", program, (*options, *more))
            yield name, 100 * share, lambda r=rival, s=share: lossy(r, s, seed)


def lossy(rival: loss_live.Rival, share: float, seed: int) -> dict[str, float]:
    """A call between two namespaces."""
    conditions = Conditions(loss=share, delay=loss_live.RTT / 2)
    results, _, _ = loss_live.call(rival, conditions, seed, LOSS_SECONDS)
    found = loss_live.figures(results)
    return {
        "cores": found["cores"],
        "p50_ms": found["video_p50_ms"],
        "p95_ms": found["video_p95_ms"],
        "fps": found["video_fps"],
    }


GROUPS = {"size": size, "fps": fps, "phones": phones, "loss": loss}


def measure(runs: int, kinds: list[str]) -> tuple[dict[str, object], dict[str, str]]:
    """The curves of these kinds, and the points that did not come about, and why.

    The lines take turns, so all share the weather.
    """
    points: dict[str, Points] = {kind: {} for kind in kinds}
    failed: dict[str, str] = {}
    for run in range(1, runs + 1):
        for kind in kinds:
            for line, x, sample in GROUPS[kind](run):
                common.say(f"run {run} of {runs}: {kind} {x:g}, {line}")
                try:
                    found = sample()
                except (RuntimeError, queue.Empty, KeyError, IndexError) as error:
                    failed[f"{kind} {x:g}, {line}"] = f"failed in run {run}: {error!r}"
                    common.say(f"{line} failed: {error!r}")
                    continue
                for what, value in found.items():
                    lines = points[kind].setdefault(what, {})
                    lines.setdefault(line, {}).setdefault(x, []).append(value)
    curves = {
        f"{kind}_{what}": common.curve(
            *KINDS[kind],
            *MEASURES[what],
            {line: lines[line] for line in LINES if line in lines},
        )
        for kind in kinds
        for what, lines in points[kind].items()
    }
    return curves, failed


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=3)
    kinds = [*GROUPS, "users"]
    parser.add_argument("--only", nargs="+", choices=kinds, default=kinds)
    options = parser.parse_args()
    absent = peers.absent((AIORTC, GSTREAMER, REDIS))
    wanted = [kind for kind in options.only if kind in GROUPS]
    why = cable.missing()
    if "loss" in wanted and why is not None:
        absent["loss"] = why
        wanted.remove("loss")
    curves, failed = measure(options.runs, wanted)
    if "users" in options.only:
        curves |= scaling_users.measure(options.runs)
    found = common.result(
        "scaling",
        {},
        runs=options.runs,
        seeds=range(1, options.runs + 1),
        packages=("aiortc", "av", "numpy", "opencv-python-headless"),
        others=peers.versions((GSTREAMER, REDIS)),
        absent=absent | failed,
        curves=curves,
        settings={
            "sizes": SIZES,
            "seconds": SECONDS,
            "treatments": loss_live.TREATMENTS,
            "names_per_connection": scaling_users.NAMES,
        },
    )
    common.report(found, options.json)


if __name__ == "__main__":
    main()
