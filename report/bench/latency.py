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

Each figure is the median over the runs of that run's percentile. Programs of others do
the same work in the same runs where they are here (`peers.py`); the processor time is
that of one party, its own picture and sound sent, the other's shown. vidstream
unpickles what the network sends: it is run on loopback only, against itself.
`gstreamer_pipes_p50_ms` is what of GStreamer's latency the bench's pipes take.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import common
import latency_gstreamer
from marks import FPS, HEIGHT, WIDTH
from peers import AIORTC, GSTREAMER, VIDSTREAM, absent, is_here, versions

HERE = Path(__file__).parent
LONGEST = 0.24
"""Seconds: tones come every 0.24 s, so a greater latency of sound cannot be told."""
PATIENCE = 60.0

KIT = "party"
CALLS: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {
    "jpeg": (KIT, (), ()),
    "vp8": (KIT, ("--video", "VP8"), ("--video", "VP8")),
    "busy": (KIT, ("--spin",), ()),
    "both_busy": (KIT, ("--spin",), ("--spin",)),
    "aiortc": (AIORTC, (), ()),
    "vidstream": (VIDSTREAM, (), ()),
    "gstreamer": (GSTREAMER, (), ()),
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
    """One call: all latencies in ms, the cores a party, the pictures a second, and the
    share of the tones due that were heard.

    Between two processes, each with its options, or within one (`--pairs`).
    """
    lines: queue.Queue = queue.Queue()
    parties = [
        Process(program, ("--name", name, *arguments), lines)
        for name, arguments in zip(("alice", "bob"), options, strict=False)
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
    told = [party for result in results for party in result["parties"]]
    video: list[float] = []
    audio: list[float] = []
    stretches = [result["ended"] - result["begun"] for result in results]
    seconds = sum(stretches) / len(stretches)
    pairs = list(zip(told[::2], told[1::2], strict=True))
    for seer, sender in [*pairs, *((bob, alice) for alice, bob in pairs)]:
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
        "fps": [len(video) / len(told) / seconds],
        "heard": [len(audio) / len(told) / seconds * LONGEST],
    }


RIVALS = (AIORTC, VIDSTREAM, GSTREAMER)
FIGURES = {
    "video_p50_ms": ("jpeg", "video", 0.50),
    "video_p95_ms": ("jpeg", "video", 0.95),
    "video_vp8_p50_ms": ("vp8", "video", 0.50),
    "audio_p50_ms": ("jpeg", "audio", 0.50),
    "cpu_cores_per_party": ("jpeg", "cores", 1.00),
    "vp8_cpu_cores_per_party": ("vp8", "cores", 1.00),
    "busy_cell_p50_ms": ("busy", "video", 0.50),
    "busy_cell_p99_ms": ("busy", "video", 0.99),
    "both_busy_p50_ms": ("both_busy", "video", 0.50),
    "both_busy_p99_ms": ("both_busy", "video", 0.99),
}
"""Key → whose call, which list, which share of it."""
for rival in RIVALS:
    FIGURES |= {
        f"{rival}_video_p50_ms": (rival, "video", 0.50),
        f"{rival}_video_p95_ms": (rival, "video", 0.95),
        f"{rival}_audio_p50_ms": (rival, "audio", 0.50),
        f"{rival}_cpu_cores_per_party": (rival, "cores", 1.00),
    }
TO_REACH = {
    "video_p50_ms": "≤ 2.5",
    "video_p95_ms": "≤ 5",
    "video_vp8_p50_ms": "≤ 5",
    "audio_p50_ms": "≤ 45",
    "cpu_cores_per_party": "≤ 0.1",
    "busy_cell_p50_ms": "≤ 5",
    "busy_cell_p99_ms": "≤ 20",
}


def measure(runs: int, timing: Sequence[str]) -> dict[str, list[float]]:
    """Each figure, run by run; the programs take turns, so all share the weather."""
    measured: dict[str, list[float]] = {}
    for run in range(runs):
        for name, (program, alice, bob) in CALLS.items():
            if program != KIT and not is_here(program):
                continue
            common.say(f"run {run + 1} of {runs}: {name}")
            try:
                found = call(program, (*alice, *timing), (*bob, *timing))
                if program == GSTREAMER:
                    pipes = latency_gstreamer.pipes(WIDTH, HEIGHT, FPS)
                    common.note(measured, {"gstreamer_pipes_p50_ms": pipes})
            except (RuntimeError, queue.Empty) as error:
                common.say(f"{name} failed: {error!r}")
                continue
            for key, (whose, what, share) in FIGURES.items():
                if whose == name and found[what]:
                    value = common.percentile(found[what], share)
                    common.note(measured, {key: value})
    return measured


def main() -> None:
    parser = common.arguments("How late are picture and sound?", runs=3)
    parser.add_argument("--seconds", type=float, default=6, help="of each call")
    options = parser.parse_args()
    timing = ("--seconds", str(options.seconds), "--warm-up", "2")
    found = common.result(
        "latency",
        measure(options.runs, timing),
        runs=options.runs,
        to_reach=TO_REACH,
        packages=("aiortc", "av", "numpy", "opencv-python-headless"),
        others=versions((VIDSTREAM, GSTREAMER)),
        absent=absent(RIVALS),
        settings={
            "picture": f"{WIDTH}x{HEIGHT}",
            "fps": FPS,
            "seconds": options.seconds,
        },
    )
    common.report(found, options.json)


if __name__ == "__main__":
    main()
