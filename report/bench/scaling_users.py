"""How the registry grows with its users, Redis beside it: 10², 10³, 10⁴, 10⁵.

The lease of a name is its connection, and a process has no hundred thousand of them to
give. So each connection here registers NAMES users, on made-up loopback hosts, and the
registry's limits are raised for it; everything goes over real sockets. In Redis the
users are fields of one hash (HSET, HGET, HGETALL). Both answer the same client, one
request after the other: its own time is in each figure, the same for both.
"""

from __future__ import annotations

import itertools
import socket
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import common
import peers
from registry_servers import Server, ask, connected, the_redis, the_registry

USERS = (100, 1_000, 10_000, 100_000)
NAMES = 100
"""Users a connection."""
LOOKS, LISTS = 500, 5
"""How many queries and lists are timed at each number of users."""
MEASURES = {
    "register_us": ("time of a register, median", "µs"),
    "query_us": ("time of a query, median", "µs"),
    "list_ms": ("time of a list, median", "ms"),
    "kib_per_user": ("memory of the server a user", "KiB"),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is said to a server, by the user's number, and how a list ends."""

    serve: Callable[[], AbstractContextManager[Server]]
    register: Callable[[int], bytes]
    query: Callable[[int], bytes]
    list: bytes
    lines: Callable[[int], int]
    """How many lines the list of so many users has."""


def address(number: int) -> tuple[str, int]:
    """A user's own place: no two may have the same."""
    return f"127.2.{number // 50_000}.1", 10_000 + number % 50_000


def kit() -> AbstractContextManager[Server]:
    return the_registry(
        users=2 * USERS[-1], names_per_connection=NAMES, requests_per_second=10**6
    )


def redis_words(*words: str) -> bytes:
    """A command as Redis reads it fastest: counted."""
    told = "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
    return f"*{len(words)}\r\n{told}".encode()


DIALECTS = {
    "kit": Dialect(
        kit,
        lambda n: "REGISTER user{} {} {}\n".format(n, *address(n)).encode(),
        lambda n: f"QUERY user{n}\n".encode(),
        b"LIST\n",
        lambda users: users + 2,  # `200 5 users`, the users, a dot
    ),
    "Redis": Dialect(
        the_redis,
        lambda n: redis_words("HSET", "users", f"user{n}", "{}:{}".format(*address(n))),
        lambda n: redis_words("HGET", "users", f"user{n}"),
        redis_words("HGETALL", "users"),
        lambda users: 1 + 4 * users,  # how many, then length and text of each
    ),
}


def grow(say: Dialect) -> dict[str, dict[int, float]]:
    """Fill one server; at each number of users, what it takes."""
    found: dict[str, dict[int, float]] = {what: {} for what in MEASURES}
    with (
        say.serve() as server,
        connected(server.address, USERS[-1] // NAMES) as clients,
        connected(server.address, 1) as (asker,),
    ):
        ask(asker, say.query(0), b"24*+$")  # nobody yet: 404, or Redis's nothing
        empty, registered = server.resident(), 0
        for users in USERS:
            took = []
            for number in range(registered, users):
                client = clients[number // NAMES]
                took.append(timed(ask, client, say.register(number)))
            registered = users
            found["register_us"][users] = 1e6 * statistics.median(took)
            if users >= 1_000:  # less is lost among the pages
                grown = server.resident() - empty
                found["kib_per_user"][users] = grown / users / 1024
            step = max(1, users // LOOKS)
            looks = itertools.islice(itertools.cycle(range(0, users, step)), LOOKS)
            queries = [timed(ask, asker, say.query(number)) for number in looks]
            found["query_us"][users] = 1e6 * statistics.median(queries)
            lines = say.lines(users)
            lists = [timed(read_list, asker, say.list, lines) for _ in range(LISTS)]
            found["list_ms"][users] = 1e3 * statistics.median(lists)
    return found


def timed(work: Callable[..., None], *arguments: object) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


def read_list(client: socket.socket, request: bytes, lines: int) -> None:
    """Ask for all users, and take every line."""
    client.sendall(request)
    while lines > 0:
        data = client.recv(1 << 20)
        if not data:
            raise RuntimeError("the server has gone in the middle of a list")
        lines -= data.count(b"\n")


def measure(runs: int) -> dict[str, object]:
    """The curves; the servers take turns."""
    points: dict[str, dict[str, dict[int, list[float]]]] = {}
    for run in range(1, runs + 1):
        for name, say in DIALECTS.items():
            if name == "Redis" and not peers.is_here(peers.REDIS):
                continue
            common.say(f"run {run} of {runs}: users, {name}")
            for what, by_users in grow(say).items():
                for users, value in by_users.items():
                    line = points.setdefault(what, {}).setdefault(name, {})
                    line.setdefault(users, []).append(value)
    return {
        f"users_{what}": common.curve("registered users", "", *MEASURES[what], lines)
        for what, lines in points.items()
    }
