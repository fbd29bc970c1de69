"""A bad network between two computers that are not there, for anybody's programs.

    with Cable() as cable:
        subprocess.Popen([*cable.inside(0), "python", "alice.py"])    # on 10.77.0.1
        subprocess.Popen([*cable.inside(1), "python", "bob.py"])      # on 10.77.0.2
        cable.set(Conditions(loss=0.05, delay=0.020))                 # there and back

Two network namespaces of Linux have each an address and a TUN device, and nothing else;
what one sends, a process of its own reads as whole IP packets and carries through a
`labkit.link.Path` to the other. So the kernel's TCP and others' ICE suffer the very
same losses and delays as the kit, all of them as they are. Needs root.

The carrier runs before all other processes if it may: a network does not get slower
because a computer is busy. How late it was is measured and told.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import heapq
import json
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path as File

import common

from labkit.link import Conditions, Path

ADDRESSES = ("10.77.0.1", "10.77.0.2")
PREFIX = "labkit-bench"
MTU = 1500
CONGESTION_CONTROL = "cubic"
"""Of the kernel's TCP at both ends."""
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLOCK = time.perf_counter


def missing() -> str | None:
    """Why there can be no cable on this machine; None if there can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are a thing of Linux"
    if os.geteuid() != 0:
        return "network namespaces and TUN devices need root"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"no TUN devices here ({error.strerror})"
    try:
        run("ip", "netns", "list")
    except (OSError, subprocess.CalledProcessError):
        return "the program `ip` (iproute2) is missing"
    return None


def run(*command: str) -> str:
    """What a command prints; raises CalledProcessError when it fails."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


class Cable:
    """Two namespaces and the process that carries packets between them."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self.names = [f"{PREFIX}-{os.getpid()}-{end}" for end in "ab"]
        self._carrier: subprocess.Popen[str] | None = None
        self.told: dict[str, object] = {}
        """What the carrier counted, once the cable is taken away."""

    def __enter__(self) -> Cable:
        """Raises OSError or CalledProcessError where it cannot be laid."""
        sweep()
        atexit.register(self._remove)
        tuns: list[int] = []
        try:
            for name, address in zip(self.names, ADDRESSES, strict=True):
                run("ip", "netns", "add", name)
                tuns.append(lay(name, address, f"lkb{os.getpid() % 10**7}{name[-1]}"))
            self._carrier = subprocess.Popen(
                [sys.executable, __file__, str(self._seed), *map(str, tuns)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=tuns,
                text=True,
                env=os.environ | {"PYTHONPATH": common.THE_KIT},
            )
        except BaseException:
            self._remove()
            raise
        finally:
            for tun in tuns:
                os.close(tun)
        return self

    def inside(self, end: int) -> tuple[str, ...]:
        """What to put before a command that is to run at this end of the cable."""
        return ("ip", "netns", "exec", self.names[end])

    def set(self, conditions: Conditions) -> None:
        """From now on this holds, in both directions."""
        if self._carrier is None or self._carrier.stdin is None:
            raise RuntimeError("the cable is not laid: use it in a with statement")
        self._carrier.stdin.write(json.dumps(asdict(conditions)) + "\n")
        self._carrier.stdin.flush()

    def __exit__(self, *_: object) -> None:
        carrier = self._carrier
        try:
            if carrier is not None:
                words, _ = carrier.communicate(timeout=5)  # closes its input: it ends
                self.told = json.loads(words or "{}")
        except subprocess.TimeoutExpired:
            common.say("the cable's carrier did not end by itself")
        finally:
            self._remove()

    def _remove(self) -> None:
        atexit.unregister(self._remove)
        if self._carrier is not None:
            self._carrier.kill()  # this very process; nothing if it is over
            self._carrier.wait()
        for name in self.names:
            forget(name)


def lay(namespace: str, address: str, device: str) -> int:
    """Put a TUN device into a namespace; the file descriptor of our end of it."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        wish = struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI)
        fcntl.ioctl(tun, TUNSETIFF, wish)
        run("ip", "link", "set", device, "netns", namespace)
        there = ("ip", "-n", namespace)
        run(*there, "link", "set", "lo", "up")
        run(*there, "link", "set", device, "addrgenmode", "none", "mtu", str(MTU))
        run(*there, "address", "add", f"{address}/24", "dev", device)
        run(*there, "link", "set", device, "up")
        # What Linux does unless told otherwise; this machine may have been.
        network = ("10.77.0.0/24", "dev", device, "src", address)
        run(*there, "route", "replace", *network, "congctl", CONGESTION_CONTROL)
    except BaseException:
        os.close(tun)  # and with it the device is gone
        raise
    return tun


def forget(namespace: str) -> None:
    """Remove a namespace, and with it its devices, if it is there."""
    with contextlib.suppress(subprocess.CalledProcessError, OSError):
        run("ip", "netns", "del", namespace)


def sweep() -> None:
    """Remove what benches left behind that were killed and could not."""
    for line in run("ip", "netns", "list").splitlines():
        name = line.split()[0]
        if name.startswith(PREFIX + "-"):
            process = name.split("-")[2]
            if not File(f"/proc/{process}").exists():
                forget(name)


# --- the carrier, a process of its own ----------------------------------------------


class Carrier:
    """Reads packets from two TUN devices; writes each to the other when it is due."""

    def __init__(self, tuns: list[int], seed: int) -> None:
        self._tuns = tuns
        self._paths = [Path(Conditions(), seed, way) for way in ("there", "back")]
        self._due: list[tuple[float, int, int, bytes]] = []
        self._counted = 0
        self._late: list[float] = []

    def run(self) -> None:
        """Carry until standard input is closed; a line there changes the conditions."""
        commands = sys.stdin.fileno()
        while True:
            self._deliver()
            wait = self._due[0][0] - CLOCK() if self._due else 1.0
            ready, _, _ = select.select([*self._tuns, commands], [], [], max(0, wait))
            for end, tun in enumerate(self._tuns):
                if tun in ready:
                    self._take(end)
            if commands in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                conditions = Conditions(**json.loads(line))
                for path in self._paths:
                    path.set(conditions)

    def _take(self, end: int) -> None:
        for packet in packets(self._tuns[end]):
            for delivery in self._paths[end].offer(packet, CLOCK()):
                self._counted += 1
                entry = (delivery.at, self._counted, 1 - end, delivery.data)
                heapq.heappush(self._due, entry)
            self._deliver()

    def _deliver(self) -> None:
        while self._due and self._due[0][0] <= (now := CLOCK()):
            at, _, end, packet = heapq.heappop(self._due)
            with contextlib.suppress(OSError):  # nobody there, as on any network
                os.write(self._tuns[end], packet)
            self._late.append(now - at)

    def told(self) -> dict[str, object]:
        """How many packets each way, how many of them lost, and how late we were."""
        records = [path.record(CLOCK()) for path in self._paths]
        late = sorted(self._late) or [0.0]
        return {
            "packets": [record.offered for record in records],
            "lost": [sum(record.lost.values()) for record in records],
            "late_ms_p50": 1e3 * common.percentile(late, 0.50),
            "late_ms_p99": 1e3 * common.percentile(late, 0.99),
            "late_ms_most": 1e3 * late[-1],
        }


def packets(tun: int) -> Iterator[bytes]:
    """The packets that wait at a device just now, at most a handful of them."""
    for _ in range(16):
        try:
            yield os.read(tun, 65_536)
        except BlockingIOError:
            return


def main() -> None:
    seed, *tuns = map(int, sys.argv[1:])
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    carrier = Carrier(tuns, seed)
    carrier.run()
    print(json.dumps(carrier.told()))


if __name__ == "__main__":
    main()
