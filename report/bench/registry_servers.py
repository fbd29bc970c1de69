"""The registry and Redis, each in a process of its own, and connections to them.

with the_registry() as server, connected(server.address, 30) as clients:
    ask(clients[0], b"LIST\\n")
    server.cpu_seconds()
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import common
import psutil

from labkit.net.registry import Registry
from labkit.registry.machine import Limits

BIND_ADDRESS_NO_PORT = 24  # linux/in.h; Python has no name for it before 3.12
PER_HOST = 900  # the registry's default limit is 1,000 connections a host
Address = tuple[str, int]


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


def ask(client: socket.socket, request: bytes, good: bytes = b"2+$:") -> None:
    """One request and its answer, which must begin as a good one does."""
    client.sendall(request)
    answer = client.recv(4096)
    if not answer.endswith(b"\n") or answer[:1] not in good:
        raise SystemExit(f"{request!r} was answered {answer!r}")


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


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us; returns how many."""
    if sys.platform == "win32":
        return 8_192
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def serve(limits: Limits) -> None:
    """Be the server process: say where, stay until standard input ends."""
    raise_file_limit()
    with Registry("127.0.0.1", 0, limits=limits) as registry:
        print(registry.address.port, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def the_registry(**limits: int) -> Iterator[Server]:
    """The kit's, at its defaults but for these limits."""
    process = subprocess.Popen(
        [sys.executable, __file__, json.dumps(limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": common.THE_KIT},
    )
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
    """Redis on loopback, which keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--protected-mode", "no", "--dir", folder,
             "--maxclients", str(raise_file_limit() - 256)],
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


if __name__ == "__main__":
    serve(Limits(**json.loads(sys.argv[1])))
