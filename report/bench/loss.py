"""A bad network: what of a call survives it, with the kit and with programs of others.

    python report/bench/loss.py            a table
    python report/bench/loss.py --json     one object
    python report/bench/loss.py --only signalling playout

Two kinds of figures. In real time, over the same link: the kit, aiortc (VP8 and Opus,
UDP) and vidstream (JPEG over the kernel's TCP), each as it is, between two network
namespaces (`loss_live.py`, `cable.py`; needs root). On virtual time, the same seed
giving the same figure: whole calls (`loss_sound.py`, `loss_pictures.py`), playout rules
(`loss_playout.py`) and set-up (`loss_signalling.py`).

Each figure is the median over the seeds. What cannot be measured here is told as
absent, and why.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cable
import common
import loss_live
import loss_pictures
import loss_playout
import loss_signalling
import loss_sound
import peers
from peers import AIORTC, VIDSTREAM

SIMULATED = {
    "sound": loss_sound,
    "pictures": loss_pictures,
    "playout": loss_playout,
    "signalling": loss_signalling,
}
GROUPS = (*SIMULATED, "live")
TO_REACH = {
    **loss_sound.TO_REACH,
    **loss_pictures.TO_REACH,
    **loss_live.TO_REACH,
    **loss_playout.TO_REACH,
    **loss_signalling.TO_REACH,
}


def main() -> None:
    parser = common.arguments("What of a call survives a bad network?", runs=3)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS)
    parser.add_argument(
        "--treatments",
        default=json.dumps(loss_live.TREATMENTS),
        help="the kit's, in real time: the fields of Treatments (default %(default)s)",
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # take the cable away first
    seeds = range(1, options.runs + 1)
    measured: dict[str, list[float]] = {}
    absent: dict[str, str] = {}
    for found, without in simulations(seeds, options.only):
        for key, values in found.items():
            measured.setdefault(key, []).extend(values)
        absent |= without
    if "live" in options.only:
        why = cable.missing()
        if why is None:
            kit = ("--treatments", options.treatments)
            absent |= peers.absent((AIORTC, VIDSTREAM))
            measured |= loss_live.measure(seeds, loss_live.rivals(kit))
        else:
            absent["live"] = f"real time is left out: {why}"
    first = sorted(measured, key=lambda key: key not in TO_REACH)
    result = common.result(
        "loss",
        {key: measured[key] for key in first},
        runs=options.runs,
        to_reach=TO_REACH,
        seeds=seeds,
        packages=("aiortc", "av", "numpy", "opencv-python-headless"),
        others=peers.versions([VIDSTREAM]),
        absent=absent,
        settings={
            "treatments": json.loads(options.treatments),
            "congestion_control": cable.CONGESTION_CONTROL,
        },
    )
    common.report(result, options.json)


def simulations(
    seeds: Sequence[int], only: Sequence[str]
) -> Iterator[tuple[dict[str, list[float]], dict[str, str]]]:
    """What is simulated, in the order of the seeds; all cores take part, for on virtual
    time nobody's business is felt."""
    work = [(name, seed) for seed in seeds for name in SIMULATED if name in only]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        yield from pool.map(simulated, *zip(*work, strict=True)) if work else ()


def simulated(name: str, seed: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """One group's figures for one seed, and what could not be measured."""
    found = SIMULATED[name].measure([seed])
    return found if isinstance(found, tuple) else (found, {})


if __name__ == "__main__":
    main()
