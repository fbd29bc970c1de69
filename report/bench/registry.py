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

import contextlib
import itertools
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import common
import psutil

from labkit.net.registry import Registry

CLIENTS = 30
IDLE = 9_500
BIND_ADDRESS_NO_PORT = 24  # linux/in.h; Python has no name for it before 3.12
PER_HOST = 900  # the registry's default limit is 1,000 connections a host
Address = tuple[str, int]


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one run")
    parser.add_argument("--serve", action="store_true", help="(the server process)")
    options = parser.parse_args()
    files = raise_file_limit()
    if options.serve:
        serve()
        return
    idle = min(IDLE, files - 256) if sys.platform == "linux" else min(PER_HOST, files)
    yardstick = shutil.which("redis-server") is not None
    if not yardstick:
        common.say("redis-server is not installed: no yardstick in this run")
    kit, redis = Measured(), Measured()
    for run in range(options.runs):
        common.say(f"run {run + 1} of {options.runs}")
        with the_registry() as server:
            measure(server, kit, options.seconds, idle, KIT)
        if yardstick:
            with the_redis() as server:
                measure(server, redis, options.seconds, idle, REDIS)
    report(kit, redis, options.json)


# --- what is measured


@dataclass
class Measured:
    """What one server did, run by run."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    kib: list[float] = field(default_factory=list)


@dataclass
class Server:
    """A server in a process of its own."""

    process: psutil.Process
    address: Address

    def cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def resident(self) -> int:
        return int(self.process.memory_info().rss)


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
    server: Server, into: Measured, seconds: float, idle: int, say: Dialect
) -> None:
    """One run: the rate and cost of queries, then the memory of idle connections."""
    with connected(server.address, CLIENTS) as clients:
        for number, client in enumerate(clients):
            ask(client, say.enter(number, client.getsockname()[0]))
        drive(clients, say, seconds / 4)  # warm: the allocator, the trace's ring
        before = server.cpu_seconds()
        answered, took = drive(clients, say, seconds)
        into.rates.append(answered / took)
        into.cpu.append((server.cpu_seconds() - before) / answered * 1e6)
        resident = server.resident()
        with connected(server.address, idle) as sleepers:
            for number, client in enumerate(sleepers):
                ask(client, say.settle(number, client.getsockname()[0]))
            into.held.append(len(sleepers))
            into.kib.append((server.resident() - resident) / len(sleepers) / 1024)
            for client in sleepers:  # all of them are still there and are answered
                ask(client, say.look_up(0))


def ask(client: socket.socket, request: bytes) -> None:
    """One request and its answer, which must be a good one."""
    client.sendall(request)
    answer = client.recv(4096)
    if not answer.endswith(b"\n") or answer[:1] not in b"2+$":
        raise SystemExit(f"{request!r} was answered {answer!r}")


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


@contextlib.contextmanager
def connected(address: Address, count: int) -> Iterator[list[socket.socket]]:
    """That many connections, from a new loopback host after every 900."""
    with contextlib.ExitStack() as stack:
        connections = []
        for number in range(count):
            connection = stack.enter_context(socket.socket())
            connection.settimeout(10)
            if count > PER_HOST:
                # The port is chosen at connect: it need only be free towards there.
                if sys.platform == "linux":
                    connection.setsockopt(socket.SOL_IP, BIND_ADDRESS_NO_PORT, 1)
                connection.bind((f"127.1.0.{number // PER_HOST}", 0))
            connection.connect(address)
            connections.append(connection)
        yield connections


# --- the servers


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us; returns how many."""
    if sys.platform == "win32":
        return 8_192
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def serve() -> None:
    """Be the server process: say where, stay until standard input ends."""
    with Registry("127.0.0.1", 0) as registry:
        print(registry.address.port, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def the_registry() -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield Server(psutil.Process(process.pid), ("127.0.0.1", port))
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@contextlib.contextmanager
def the_redis() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--protected-mode", "no", "--dir", folder,
             "--maxclients", str(IDLE + 100)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(("127.0.0.1", port))
            yield Server(psutil.Process(process.pid), ("127.0.0.1", port))
        finally:
            process.terminate()
            process.wait(10)


def wait_for(address: Address) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(address, 1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def redis_version() -> str:
    """`7.0.15`, from `Redis server v=7.0.15 sha=…`."""
    if shutil.which("redis-server") is None:
        return "not installed"
    told = subprocess.run(
        ["redis-server", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return told.partition("v=")[2].partition(" ")[0]


# --- what is reported

FIGURES = (
    ("queries_per_s", "rates", "queries per second, 30 clients", "≥ 40,000", ",.0f"),
    ("cpu_us_per_query", "cpu", "processor time a query, µs", "≤ 15", ".1f"),
    ("idle_connections", "held", "idle registered connections", "≥ 9,000", ",.0f"),
    ("kib_per_connection", "kib", "memory of each of these, KiB", "≤ 6", ".2f"),
)


def report(kit: Measured, redis: Measured, as_json: bool) -> None:
    rows, spreads = [], {}
    result: dict[str, object] = {}
    yardstick: dict[str, float] = {}
    for key, name, words, goal, form in FIGURES:
        spread = spreads[key] = common.spread(getattr(kit, name))
        result[key] = round(spread["median"], 2)
        shown = "not installed"
        if getattr(redis, name):
            yardstick[key] = round(common.spread(getattr(redis, name))["median"], 2)
            shown = f"{yardstick[key]:{form}}"
        rows.append(
            {
                "registry": words,
                "median": f"{spread['median']:{form}}",
                "least to greatest": f"{spread['min']:{form}} – {spread['max']:{form}}",
                "to reach": goal,
                "Redis": shown,
            }
        )
    result["runs"] = len(kit.rates)
    result["spread"] = spreads
    result["redis"] = yardstick or "not installed"
    result["machine"] = common.machine()
    result["versions"] = {
        **common.versions("labkit", "psutil"),
        "redis": redis_version(),
    }
    common.report(f"Registry, {len(kit.rates)} runs", rows, result, as_json)


if __name__ == "__main__":
    main()
