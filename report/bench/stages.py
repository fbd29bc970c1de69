"""Where the latency goes: what each stage takes, from capture to shown and heard.

    python report/bench/stages.py                 a table
    python report/bench/stages.py --seconds 20    watched for longer

Two phones of one process in a call over loopback, with test card and synthetic voice.
Each notes when each frame passed each stage, and the two halves are joined by the RTP
timestamp (`labkit.studies.breakdown`). In milliseconds: the median and the 95th
percentile of every stage, and of the whole. A stage of which nothing is told took no
time that could be seen. Beside it: what the same work costs back to back (`rested.py`).
"""

from __future__ import annotations

import time

import common
import rested

from labkit import Phone
from labkit.studies import breakdown

CODECS = {"jpeg": ("JPEG", "opus"), "vp8": ("VP8", "opus"), "h264": ("H264", "opus")}
WARM_UP = 4.0


def call(formats: tuple[str, ...], seconds: float) -> dict[str, float]:
    """One call, watched for so many seconds; key → milliseconds."""
    with (
        Phone("alice", host="127.0.0.1", formats=formats) as alice,
        Phone("bob", host="127.0.0.1", formats=formats) as bob,
    ):
        ringing = alice.call(f"sip:bob@{bob.address}")
        bob.answer()
        ringing.wait()
        time.sleep(WARM_UP + seconds)
        parts = breakdown(alice, bob, seconds)
    found = {}
    for medium, stages, whole in parts:
        for stage, times in (stages | {"whole": whole}).items():
            for share, value in (("p50", times.p50), ("p95", times.p95)):
                found[f"{medium}_{stage}_{share}_ms"] = 1000 * value
    return found


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    measured: dict[str, list[float]] = {}
    for run in range(1, options.runs + 1):
        for name, formats in CODECS.items():
            common.say(f"run {run} of {options.runs}: {name}")
            found = call(formats, options.seconds)
            common.note(measured, {f"{name}_{key}": ms for key, ms in found.items()})
        common.say(f"run {run} of {options.runs}: back to back, and rested")
        common.note(measured, rested.costs())
    found = common.result(
        "stages",
        measured,
        runs=options.runs,
        packages=("av", "numpy", "opencv-python-headless"),
        settings={"seconds": options.seconds, "picture": "640x480", "fps": 30},
    )
    common.report(found, options.json)


if __name__ == "__main__":
    main()
