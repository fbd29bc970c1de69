"""A bad network: what of a call survives it, with the kit and with programs of others.

    python report/bench/loss.py            a table
    python report/bench/loss.py --json     one object
    python report/bench/loss.py --only signalling playout

Two kinds of figures. In real time, over the same link: the kit, aiortc (VP8 and Opus,
UDP) and vidstream (JPEG over the kernel's TCP), each as it is, between two network
namespaces (`loss_live.py`, `cable.py`; needs root). On virtual time, the same seed
giving the same figure: whole calls (`loss_sound.py`, `loss_pictures.py`), playout rules
(`loss_playout.py`) and set-up (`loss_signalling.py`).

Each figure is the median over the seeds. What cannot be measured here is null, and
`absent` says why. vidstream wants opencv-python beside the headless one, so it lives in
a virtual environment of its own, with the kit's dependencies:

    python -m venv VENV
    VENV/bin/pip install -e .
    VENV/bin/pip install --no-deps vidstream
    python report/bench/loss.py --vidstream-python VENV/bin/python
"""

from __future__ import annotations

import json
import signal
import sys

import cable
import common
import loss_live
import loss_pictures
import loss_playout
import loss_signalling
import loss_sound

GROUPS = ("sound", "pictures", "playout", "signalling", "live")
TO_REACH = {
    **loss_sound.TO_REACH,
    **loss_pictures.TO_REACH,
    **loss_live.TO_REACH,
    **loss_playout.TO_REACH,
    **loss_signalling.TO_REACH,
}


def main() -> None:
    parser = common.arguments("What of a call survives a bad network?")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS)
    parser.add_argument(
        "--vidstream-python", help="the Python of the environment that has vidstream"
    )
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
    told: dict[str, object] = {}
    for name, group in (("sound", loss_sound), ("pictures", loss_pictures)):
        if name in options.only:
            found, without = group.measure(seeds)
            measured |= found
            absent |= without
    if "playout" in options.only:
        measured |= loss_playout.measure(seeds)
    if "signalling" in options.only:
        measured |= loss_signalling.measure(seeds)
    if "live" in options.only:
        why = cable.missing()
        if why is None:
            kit = ("--treatments", options.treatments)
            programs = loss_live.rivals(options.vidstream_python, kit)
            absent |= loss_live.absent(programs)
            found, told = loss_live.measure(seeds, programs)
            measured |= found
        else:
            absent["live"] = f"real time is left out: {why}"
    spreads = {key: common.spread(values) for key, values in measured.items()}
    missing = dict.fromkeys(TO_REACH.keys() - spreads.keys())
    common.report(
        f"A bad network, medians of {options.runs} seeds",
        rows(spreads, absent),
        {
            **{key: spread["median"] for key, spread in spreads.items()},
            **missing,
            "spread": spreads,
            "runs": options.runs,
            "absent": absent,
            "treatments": json.loads(options.treatments),
            "congestion_control": cable.CONGESTION_CONTROL,
            **told,
            **common.circumstances("aiortc", "av", "numpy", "opencv-python-headless"),
        },
        options.json,
    )


def rows(
    spreads: dict[str, dict[str, float]], absent: dict[str, str]
) -> list[dict[str, str]]:
    """The table's lines: those with a figure to reach first."""
    ordered = sorted(spreads, key=lambda key: key not in TO_REACH)
    lines = []
    for key in ordered:
        spread = spreads[key]
        sign, bound = TO_REACH.get(key, ("", 0.0))
        lines.append(
            {
                "figure": key,
                "median": f"{spread['median']:.4g}",
                "from … to": f"{spread['min']:.4g} … {spread['max']:.4g}",
                "to reach": f"{sign} {bound:g}" if sign else "",
            }
        )
    for name, why in absent.items():
        lines.append({"figure": name, "median": why, "from … to": "", "to reach": ""})
    return lines


if __name__ == "__main__":
    main()
