"""How fast the registry answers, and how many idle clients it holds.

    python report/bench/registry.py            a table
    python report/bench/registry.py --json     one JSON object

The server runs in a process of its own, at its defaults, its trace on. What a query
costs is that process's own processor time: the load generator's does not count. Each of
30 clients has one query under way, as people's programs do; they ask for each other,
again and again. Thousands of further
connections then register a user each and are idle. Redis, where it is installed, does
the like (GET, PING) for the same load generator in the same run.
"""

from __future__ import annotations

import itertools
import selectors
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import common
import peers
from registry_servers import (
    PER_HOST,
    Server,
    ask,
    connected,
    raise_file_limit,
    the_redis,
    the_registry,
)

CLIENTS = 30
IDLE = 9_500
TO_REACH = {
    "queries_per_s": "≥ 40,000",
    "cpu_us_per_query": "≤ 15",
    "idle_connections": "≥ 9,000",
    "kib_per_connection": "≤ 6",
}


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one run")
    options = parser.parse_args()
    idle = min(IDLE, raise_file_limit() - 256)
    if sys.platform != "linux":  # whole 127.0.0.0/8 is ours on Linux only
        idle = min(PER_HOST, idle)
    measured: dict[str, list[float]] = {}
    for run in range(options.runs):
        common.say(f"run {run + 1} of {options.runs}")
        with the_registry() as server:
            common.note(measured, measure(server, options.seconds, idle, KIT))
        if peers.is_here(peers.REDIS):
            with the_redis() as server:
                found = measure(server, options.seconds, idle, REDIS)
            common.note(measured, {f"redis_{key}": found[key] for key in found})
    result = common.result(
        "registry",
        measured,
        runs=options.runs,
        to_reach=TO_REACH,
        packages=["psutil"],
        others=peers.versions([peers.REDIS]),
        absent=peers.absent([peers.REDIS]),
        settings={"clients": CLIENTS, "seconds": options.seconds},
    )
    common.report(result, options.json)


# --- what is measured


@dataclass
class Dialect:
    """What the load generator says: by the client's number, from its own host."""

    enter: Callable[[int, str], bytes]
    look_up: Callable[[int], bytes]
    settle: Callable[[int, str], bytes]


KIT = Dialect(
    enter=lambda n, host: f"REGISTER user{n} {host} {6000 + n}\n".encode(),
    look_up=lambda n: f"QUERY user{n}\n".encode(),
    settle=lambda n, host: f"REGISTER idle{n} {host} {6100 + n}\n".encode(),
)
REDIS = Dialect(
    enter=lambda n, host: f"SET user{n} {host}:{6000 + n}\r\n".encode(),
    look_up=lambda n: f"*2\r\n$3\r\nGET\r\n${len(f'user{n}')}\r\nuser{n}\r\n".encode(),
    settle=lambda n, host: f"SET idle{n} {host}:{6100 + n}\r\n".encode(),
)


def measure(
    server: Server, seconds: float, idle: int, say: Dialect
) -> dict[str, float]:
    """One run: the rate and cost of queries, then the memory of idle connections."""
    with connected(server.address, CLIENTS) as clients:
        for number, client in enumerate(clients):
            ask(client, say.enter(number, client.getsockname()[0]))
        drive(clients, say, seconds / 4)  # warm: the allocator, the trace's ring
        before = server.cpu_seconds()
        answered, took = drive(clients, say, seconds)
        cpu = server.cpu_seconds() - before
        resident = server.resident()
        with connected(server.address, idle) as sleepers:
            for number, client in enumerate(sleepers):
                ask(client, say.settle(number, client.getsockname()[0]))
            grown = server.resident() - resident
            for client in sleepers:  # all of them are still there and are answered
                ask(client, say.look_up(0))
    values = (answered / took, cpu / answered * 1e6, idle, grown / idle / 1024)
    return dict(zip(TO_REACH, values, strict=True))


def drive(
    clients: Sequence[socket.socket], say: Dialect, seconds: float
) -> tuple[int, float]:
    """One query under way for each client; returns the answers and the seconds."""
    answered = 0
    with selectors.DefaultSelector() as selector:
        for number, client in enumerate(clients):
            others = [say.look_up((number + step) % CLIENTS) for step in range(CLIENTS)]
            queries = itertools.cycle(others)
            selector.register(client, selectors.EVENT_READ, queries)
            client.sendall(next(queries))
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            for key, _ in selector.select():
                client = key.fileobj  # type: ignore[assignment]
                if not client.recv(4096).endswith(b"\n"):
                    raise SystemExit("an answer came in pieces, or not at all")
                client.send(next(key.data))
                answered += 1
        took = time.perf_counter() - began
    for client in clients:  # the last answers, not counted
        client.recv(4096)
    return answered, took


if __name__ == "__main__":
    main()
