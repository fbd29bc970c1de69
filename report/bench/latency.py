"""How late are picture and sound? Two phones in two processes, both ways, with sound.

    python report/bench/latency.py            a table
    python report/bench/latency.py --json     one object

640×480 at 30 pictures a second (a moving test card), Opus in stretches of 20 ms. Picture:
camera callback → decoded and ready to show. Sound: capture of a stretch's first sample →
handed to the loudspeaker, so 20 ms of it are the stretch itself. Figures are medians over
the runs; spreads are told beside them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import common

HERE = Path(__file__).parent
MOST = 0.24
"""Seconds: tones come every 0.24 s, so a greater latency of sound cannot be told."""


class Process:
    """One party in a process of its own."""

    def __init__(self, program: str, *arguments: str) -> None:
        command = [sys.executable, str(HERE / program), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, message: dict) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a party of the bench died; its words are above")
        return json.loads(line)

    def end(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def call(program: str, *arguments: str) -> dict[str, object]:
    """One call between two processes: latencies in milliseconds, cores a party."""
    parties = [Process(program, "--name", name, *arguments) for name in ("alice", "bob")]
    try:
        here, there = [party.hear() for party in parties]
        parties[0].tell(there)
        parties[1].tell(here)
        results = [party.hear() for party in parties]
        for party in parties:
            party.tell({})
    finally:
        for party in parties:
            party.end()
    told = [result["parties"][0] for result in results]
    return latencies(told, [result["cores"] for result in results])


def latencies(told: list[dict], cores: list[float]) -> dict[str, object]:
    """What each saw and heard, against what the other one sent."""
    video, audio, shown = [], [], 0.0
    for seer, sender in (told, reversed(told)):
        captured = dict(map(tuple, sender["sent"]))
        video += [(at - captured[ms]) * 1e3 for ms, at in seer["seen"] if ms in captured]
        for at in seer["heard"]:
            before = [spoken for spoken in sender["spoken"] if spoken < at]
            if before and at - before[-1] < MOST:
                audio.append((at - before[-1]) * 1e3)
    return {"video": video, "audio": audio, "cores": sum(cores) / len(cores)}


if __name__ == "__main__":
    import sys
    args = sys.argv[1:]
    r = call("latency_party.py", *args)
    p = common.percentile
    print("video n", len(r["video"]), [round(p(r["video"], q), 2) for q in (0.5, 0.95, 0.99, 1)],
      "audio n", len(r["audio"]), [round(p(r["audio"], q), 2) for q in (0.5, 0.95, 1)] if r["audio"] else "", "cores", round(r["cores"], 3))
