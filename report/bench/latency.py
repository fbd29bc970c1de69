"""How late are picture and sound? Two phones in two processes, both ways, with sound.

    python report/bench/latency.py            a table
    python report/bench/latency.py --json     one object

640×480 at 30 pictures a second (a moving test card, about 26 kB as JPEG q50), Opus in
stretches of 20 ms. Picture: camera callback → decoded and ready to show. Sound: capture
of a stretch's first sample → handed to the loudspeaker, so 20 ms of it are the stretch
itself. Both are read from what was really shown and played (`latency_party.py`).

Busy cell: a pure-Python loop spins on the main thread of alice's process, as a
notebook's cell would; counted are the pictures that she sends and those that she sees.
`both_busy` is the same with such a loop in both processes.

Each figure is the median over the runs of that run's percentile. Programs of others are
measured in the same runs if they are installed (`pip install labkit[bench]`). vidstream
unpickles what the network sends: it is run on loopback only, against itself.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import common

HERE = Path(__file__).parent
LONGEST = 0.24
"""Seconds: tones come every 0.24 s, so a greater latency of sound cannot be told."""
PATIENCE = 60.0

KIT, AIORTC, VIDSTREAM = "party", "aiortc", "vidstream"
CALLS: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {
    "jpeg": (KIT, (), ()),
    "vp8": (KIT, ("--video", "VP8"), ("--video", "VP8")),
    "busy": (KIT, ("--spin",), ()),
    "both_busy": (KIT, ("--spin",), ("--spin",)),
    "aiortc": (AIORTC, (), ()),
    "vidstream": (VIDSTREAM, (), ()),
}
"""What is measured in each run: whose program, and alice's and bob's options."""


class Process:
    """One party in a process of its own; its lines go into a common queue."""

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        lines: queue.Queue,
        before: Sequence[str] = (sys.executable,),
    ) -> None:
        """`before` is the command that runs a Python program."""
        command = [*before, str(HERE / f"latency_{program}.py"), *arguments]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": common.THE_KIT},
        )
        self.pid = self._process.pid
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def _read(self, lines: queue.Queue) -> None:
        for line in self._process.stdout:
            if line.startswith("{"):
                lines.put((self, json.loads(line)))
            else:
                common.say(line.rstrip())  # a word of a program of others
        lines.put((self, None))

    def tell(self, message: object) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        try:
            self._process.stdin.close()
            self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()


def call(program: str, *options: Sequence[str]) -> dict[str, list[float]]:
    """One call between two processes: all latencies in ms, and the cores a party."""
    lines: queue.Queue = queue.Queue()
    parties = [
        Process(program, ("--name", name, *arguments), lines)
        for name, arguments in zip(("alice", "bob"), options, strict=True)
    ]
    return latencies(converse(program, parties, lines))


def converse(
    program: str,
    parties: Sequence[Process],
    lines: queue.Queue,
    when_up: Callable[[], None] = lambda: None,
) -> list[dict]:
    """Hand the parties' words over, and end them; what they measured, in their order.

    `when_up` is called once, when both say that the call is up. Raises RuntimeError
    when a party dies, queue.Empty when both say nothing for long.
    """
    results: dict[Process, dict] = {}
    up: set[Process] = set()
    try:
        while len(results) < len(parties):
            party, line = lines.get(timeout=PATIENCE)
            if line is None:
                raise RuntimeError(f"{program}: a party died; its words are above")
            if "to_peer" in line:
                parties[party is parties[0]].tell(line["to_peer"])
            elif "up" in line:
                up.add(party)
                if len(up) == len(parties):
                    when_up()
            else:
                results[party] = line["result"]
        for party in parties:
            party.tell({})
    finally:
        for party in parties:
            party.end()
    return [results[party] for party in parties]


def latencies(results: Sequence[Mapping]) -> dict[str, list[float]]:
    """What each saw and heard, against what the other one sent."""
    told = [result["parties"][0] for result in results]
    video: list[float] = []
    audio: list[float] = []
    for seer, sender in (told, reversed(told)):
        for bears, at in seer["seen"]:
            taken = [
                time for mark, time in sender["sent"] if mark == bears and time < at
            ]
            if taken:
                video.append((at - taken[-1]) * 1e3)
        for at in seer["heard"]:
            before = [when for when in sender["spoken"] if when < at]
            if before and at - before[-1] < LONGEST:
                audio.append((at - before[-1]) * 1e3)
    return {
        "video": video,
        "audio": audio,
        "cores": [result["cores"] for result in results],
    }


FIGURES = {
    "video_p50_ms": ("jpeg", "video", 0.50, 2.5),
    "video_p95_ms": ("jpeg", "video", 0.95, 5.0),
    "video_vp8_p50_ms": ("vp8", "video", 0.50, 5.0),
    "audio_p50_ms": ("jpeg", "audio", 0.50, 45.0),
    "cpu_cores_per_party": ("jpeg", "cores", 1.00, 0.10),
    "busy_cell_p50_ms": ("busy", "video", 0.50, 5.0),
    "busy_cell_p99_ms": ("busy", "video", 0.99, 20.0),
    "both_busy_p50_ms": ("both_busy", "video", 0.50, None),
    "both_busy_p99_ms": ("both_busy", "video", 0.99, None),
}
"""Key → whose call, which list, which share of it, what is to be reached."""
for other in (AIORTC, VIDSTREAM):
    FIGURES |= {
        f"{other}_video_p50_ms": (other, "video", 0.50, None),
        f"{other}_video_p95_ms": (other, "video", 0.95, None),
        f"{other}_audio_p50_ms": (other, "audio", 0.50, None),
        f"{other}_cores_per_party": (other, "cores", 1.00, None),
    }


def measure(runs: int, timing: Sequence[str]) -> dict[str, list[float]]:
    """Each figure, run by run; the programs take turns, so all share the weather."""
    measured: dict[str, list[float]] = {}
    for run in range(runs):
        for name, (program, alice, bob) in CALLS.items():
            if program != KIT and importlib.util.find_spec(program) is None:
                continue
            common.say(f"run {run + 1} of {runs}: {name}")
            try:
                found = call(program, (*alice, *timing), (*bob, *timing))
            except (RuntimeError, queue.Empty) as error:
                common.say(f"{name} failed: {error!r}")
                continue
            for key, (whose, what, share, _) in FIGURES.items():
                if whose == name and found[what]:
                    value = common.percentile(found[what], share)
                    measured.setdefault(key, []).append(value)
    return measured


def main() -> None:
    parser = common.arguments("How late are picture and sound?", runs=3)
    parser.add_argument("--seconds", default="10", help="of each call (default 10)")
    options = parser.parse_args()
    measured = measure(options.runs, ("--seconds", options.seconds))
    spreads = {key: common.spread(values) for key, values in measured.items()}
    rows = [
        {
            "figure": key,
            "median": f"{spread['median']:.3g}",
            "from … to": f"{spread['min']:.3g} … {spread['max']:.3g}",
            "to reach": "" if FIGURES[key][3] is None else f"≤ {FIGURES[key][3]:g}",
        }
        for key, spread in spreads.items()
    ]
    absent = {
        name: "not installed"
        for name in (AIORTC, VIDSTREAM)
        if importlib.util.find_spec(name) is None
    }
    absent["gstreamer"] = "not measured: its Python bindings are no PyPI package"
    for name, why in absent.items():
        rows.append({"figure": name, "median": why, "from … to": "", "to reach": ""})
    common.report(
        f"Latency, medians of {options.runs} runs of {options.seconds} s",
        rows,
        {
            **{key: spread["median"] for key, spread in spreads.items()},
            "spread": spreads,
            "runs": options.runs,
            "absent": absent,
            **common.circumstances(
                "aiortc", "vidstream", "av", "numpy", "opencv-python-headless"
            ),
        },
        options.json,
    )


if __name__ == "__main__":
    main()
