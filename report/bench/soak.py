"""What many calls in one kernel leave behind: threads, descriptors, memory.

    python report/bench/soak.py --calls 200          a table
    python report/bench/soak.py --calls 30 --json    one JSON object

One kernel has a registry, a phone and an echo. The phone calls, sees and hears itself,
and hangs up, again and again, the ways to end a call taking turns. Traces keep what
they keep (a bounded number of messages and packets), so memory rises while they fill:
its growth is counted over the second half of the calls.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from dataclasses import dataclass

import common
import psutil

from labkit import CallState, Echo, Phone, Registry

SETTLE = 3.0
"""Seconds after a call's end within which its threads and sockets are gone."""
PICTURES = 3
"""Pictures of its own that the phone waits for in each call."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds between two calls."""

    threads: int
    descriptors: int
    memory_mb: float


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=1)
    parser.add_argument("--calls", type=int, default=100, help="how many (default 100)")
    options = parser.parse_args()
    held, seconds = soak(options.calls)
    first, middle, last = held[0], held[len(held) // 2], held[-1]
    growth = (last.memory_mb - middle.memory_mb) / max(1, len(held) - len(held) // 2)
    figures = {
        "threads_grown": last.threads - first.threads,
        "descriptors_grown": last.descriptors - first.descriptors,
        "memory_first_mb": first.memory_mb,
        "memory_middle_mb": middle.memory_mb,
        "memory_last_mb": last.memory_mb,
        "memory_grown_kb_a_call": growth * 1000,
        "call_s": seconds / options.calls,
    }
    found = common.result(
        "soak",
        {key: [value] for key, value in figures.items()},
        runs=1,
        to_reach={"threads_grown": "0", "descriptors_grown": "0"},
        packages=("av", "numpy"),
        settings={"calls": options.calls},
    )
    common.report(found, options.json)


def soak(calls: int) -> tuple[list[Held], float]:
    """What was held after each call, and how long all of them took, in seconds."""
    held = []
    with (
        Registry("127.0.0.1", 0) as registry,
        Echo("echo", registry) as echo,
        Phone("alice", registry, camera="test", microphone="tone:440") as alice,
    ):
        echo.register()
        alice.register()
        begun = time.monotonic()
        for number in range(calls):
            one_call(alice, echo, number)
            held.append(after_a_call(held))
            if number % 20 == 0:
                common.say(f"call {number + 1} of {calls}: {held[-1]}")
        seconds = time.monotonic() - begun
    return held, seconds


def one_call(alice: Phone, echo: Echo, number: int) -> None:
    """Begin, see pictures, end; raises when that does not come about."""
    seen = threading.Semaphore(0)
    stop = alice.peer.watch(lambda shown: seen.release())
    call = alice.call("echo").wait("accepted", 30)
    if call.state is not CallState.ACCEPTED:
        sys.exit(f"call {number + 1} was not accepted: {call}")
    for _ in range(PICTURES):
        if not seen.acquire(timeout=30):
            sys.exit(f"call {number + 1} shows no pictures: {call}")
    stop()
    (echo if number % 3 == 2 else alice).hang_up()
    call.wait("over", 30)
    deadline = time.monotonic() + 30
    while echo.state.busy and time.monotonic() < deadline:
        time.sleep(0.01)


def after_a_call(before: list[Held]) -> Held:
    """What is held once the call's threads and sockets are gone, or do not go."""
    deadline = time.monotonic() + SETTLE
    while True:
        now = holding()
        most = before[0] if before else now
        gone = now.threads <= most.threads and now.descriptors <= most.descriptors
        if (before and gone) or time.monotonic() > deadline:
            return now
        time.sleep(0.02)


def holding() -> Held:
    """What this process holds at this moment."""
    gc.collect()
    process = psutil.Process()
    descriptors = process.num_fds() if hasattr(process, "num_fds") else 0
    memory = process.memory_info().rss / 1e6
    return Held(threading.active_count(), descriptors, round(memory, 1))


if __name__ == "__main__":
    main()
