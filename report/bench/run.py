"""All benches one after the other: tables to read, report/results/NAME.json to keep.

    make bench                             all of them, 45 minutes on two cores
    make bench BENCH="latency setup"       these
    make bench RUNS=1                      a first look: each measured once

A bench that fails, or takes longer than its limit, is told as absent in its file and
never stops the others. Whatever processes it leaves behind are ended.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import common
import peers
import psutil
import tables

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
MINUTES = {
    "setup": 5,
    "registry": 6,
    "signalling": 6,
    "latency": 10,
    "stages": 5,
    "loss": 20,
    "scaling": 25,
    "notebook": 10,
    "browser": 12,
    "interop": 8,
    "recording": 5,
    "soak": 8,
}
"""Each bench and its limit: twice what it takes on two quiet cores, or more."""
GRACE = 20.0
"""Seconds that a bench has to take its things away when its limit is reached."""
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench", nargs="*", help="which; all if none is named")
    parser.add_argument("--runs", type=int, help="how often each is measured")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder")
    parser.add_argument("--folder", type=Path, default=HERE, help="of the benches")
    parser.add_argument("--minutes", type=float, help="each bench's limit")
    options = parser.parse_args()
    adopt_orphans()
    names = options.bench or list(MINUTES)
    if {"latency", "loss"} & {*names}:
        peers.get_vidstream()
    options.results.mkdir(parents=True, exist_ok=True)
    more = ("--runs", str(options.runs)) if options.runs else ()
    failed = []
    for name in names:
        begun = time.monotonic()
        common.say(f"--- {name}")
        minutes = options.minutes or MINUTES.get(name, 10)
        program = options.folder / f"{name}.py"
        if program.is_file():
            result = run(program, more, minutes * 60)
        else:
            result = f"there is no bench of this name: {', '.join(MINUTES)}"
        if isinstance(result, str):
            common.say(f"{name} has no result: {result}")
            failed.append(name)
            result = common.result(name, {}, runs=0, absent={name: result})
        tables.show(result)
        sys.stdout.flush()
        if program.is_file():
            written = json.dumps(result, indent=1, ensure_ascii=False)
            (options.results / f"{name}.json").write_text(written + "\n", "utf-8")
        common.say(f"{name}: {time.monotonic() - begun:.0f} s")
    if failed:
        raise SystemExit(f"without a result: {', '.join(failed)}")


def run(program: Path, more: Sequence[str], limit: float) -> dict | str:
    """The result of one bench; in words why there is none."""
    process = subprocess.Popen(
        [sys.executable, str(program), "--json", *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": common.THE_KIT},
    )
    said: list[str] = []
    words: collections.deque[str] = collections.deque(maxlen=20)

    def listen() -> None:
        for line in process.stderr:
            words.append(line.strip())
            common.say(line.rstrip())

    readers = [
        threading.Thread(target=lambda: said.extend(process.stdout), daemon=True),
        threading.Thread(target=listen, daemon=True),
    ]
    for reader in readers:
        reader.start()
    in_time = True
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        in_time = False
    finally:
        end_all()
    for reader in readers:
        reader.join(5)
    if not in_time:
        return f"not done within {limit / 60:g} minutes"
    try:
        result = json.loads(said[-1])
    except (IndexError, ValueError):
        last = next((word for word in reversed(words) if word), "it said nothing")
        return f"{last} (exit status {process.returncode})"
    return result


def adopt_orphans() -> None:
    """Processes whose parent is gone become our children, so that we can end them.

    Kernels and servers begin process groups of their own: a signal to the bench's group
    would miss them. Elsewhere than on Linux they stay, if a bench is ended.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_all() -> None:
    """End the bench, which takes its own things away, then all that is left of it."""
    us = psutil.Process()
    bench = us.children()
    for process in bench:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(bench, GRACE)
    deadline = time.monotonic() + 10.0
    while (left := us.children(recursive=True)) and time.monotonic() < deadline:
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, 1.0)


if __name__ == "__main__":
    main()
