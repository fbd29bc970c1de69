"""Two machines on one cable, made of Linux network namespaces: addresses of their own,
and ways between them that can be killed one at a time."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tests.programs import Program, program

_numbers = itertools.count()


class Host:
    """One of the two."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.runs = ("ip", "netns", "exec", name)
        """What starts a program on this host."""

    def ip(self, *arguments: str) -> None:
        ip("-n", self.name, *arguments)

    @contextmanager
    def deaf(self, *selector: str) -> Iterator[None]:
        """Drop what arrives here and matches, as `ip rule` selects: `ipproto udp`."""
        rule = ("iif", "cable", *selector, "priority", "5", "blackhole")
        self.ip("rule", "add", *rule)
        try:
            yield
        finally:
            self.ip("rule", "del", *rule)

    def labkit(self, *arguments: str) -> AbstractContextManager[Program]:
        """`labkit …` on this host, killed at the end."""
        return program(*arguments, on=self.runs)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=10)


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts, joined by a virtual cable. Raises OSError or CalledProcessError where
    the system does not allow that."""
    if shutil.which("ip") is None:
        raise OSError("there is no `ip` (iproute2)")
    mark = f"labkit-{os.getpid()}-{next(_numbers)}"
    hosts = Host(f"{mark}-a", "10.77.0.1"), Host(f"{mark}-b", "10.77.0.2")
    with ExitStack() as undo:
        for host in hosts:
            ip("netns", "add", host.name)
            undo.callback(ip, "netns", "del", host.name)
        a, b = hosts
        ip(
            *("link", "add", "cable", "netns", a.name, "type", "veth"),
            *("peer", "name", "cable", "netns", b.name),
        )
        for host in hosts:
            host.ip("addr", "add", f"{host.address}/24", "dev", "cable")
            host.ip("link", "set", "lo", "up")
            host.ip("link", "set", "cable", "up")
            # Rules are read in order: ours have to come before "this is for us".
            host.ip("rule", "add", "priority", "100", "lookup", "local")
            host.ip("rule", "del", "priority", "0")
        yield a, b
