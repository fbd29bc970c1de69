"""Calls with a stranger: sipp, the SIP community's test phone, as caller and callee.

PROTOCOLS section 2. Every run is bounded in calls and in time. Needs Debian's
`sip-tester`.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

import pytest

from labkit.effects import Address
from labkit.net.sip import SipEndpoint
from labkit.signalling import CallChanged, CallState, IncomingCall, MediaAgreed
from labkit.signalling.machine.agent import UserAgent
from labkit.trace.record import Trace
from tests.conftest import missing
from tests.signalling.pair import plans

SIPP = shutil.which("sipp")
HOST = "127.0.0.4"
SECONDS = 60
TCP_EACH = ("-t", "tn", "-max_socket", "100")


@pytest.fixture(autouse=True)
def _sipp() -> None:
    if SIPP is None:
        missing("sipp (Debian package sip-tester)")


class Robot:
    """A phone that answers every call, on as many lines as come, and hangs up its own
    calls as soon as they are accepted."""

    def __init__(self, transport: str = "UDP") -> None:
        self.ends: list[CallChanged] = []
        self.media = 0
        self.one_over = threading.Semaphore(0)
        self.sip = SipEndpoint(
            "127.0.0.3",
            0,
            lambda contact: UserAgent(
                "bob",
                contact,
                random=SystemRandom(),
                lines=1000,
                transport="TCP" if transport == "TCP" else "UDP",
            ),
            self._on_event,
            Trace("bob"),
        )

    def _on_event(self, event: object) -> None:
        match event:
            case IncomingCall(call_id):
                self.sip.do(lambda agent, now: agent.answer(call_id, plans(5000), now))
            case MediaAgreed(call_id):
                self.media += 1
                if self.sip.agent.calls[call_id].outgoing:
                    self.sip.do(lambda agent, now: agent.hang_up(call_id, now))
            case CallChanged(after=after) if after.is_over:
                self.ends.append(event)
                self.one_over.release()


@pytest.fixture
def robot(request: pytest.FixtureRequest) -> Iterator[Robot]:
    robot = Robot(getattr(request, "param", "UDP"))
    yield robot
    robot.sip.close()


def sipp(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [SIPP or "sipp", *arguments, "-i", HOST, "-nostdin", "-timeout", str(SECONDS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )


def finished(process: subprocess.Popen[str]) -> str:
    try:
        output, _ = process.communicate(timeout=SECONDS + 20)
    finally:
        process.kill()
    assert process.returncode == 0, output[-3000:]
    return output


def successes(output: str) -> int:
    return int(re.findall(r"Successful call\s*\|[^|]*\|\s*(\d+)", output)[-1])


@pytest.mark.parametrize(
    ("robot", "options"),
    [
        ("UDP", ("-sn", "uac", "-m", "100", "-r", "50", "-d", "10")),
        ("UDP", ("-sn", "uac", "-m", "60", "-r", "60", "-d", "10", "-lost", "15")),
        ("TCP", ("-sn", "uac", "-m", "60", "-r", "60", "-d", "10", "-t", "t1")),
        ("TCP", ("-sn", "uac", "-m", "20", "-r", "20", "-d", "10", *TCP_EACH)),
    ],
    indirect=["robot"],
    ids=["udp", "udp, 15 % lost", "one tcp connection", "a tcp connection a call"],
)
def test_sipp_calls_us(robot: Robot, options: tuple[str, ...], tmp_path: Path) -> None:
    output = finished(sipp(tmp_path, str(robot.sip.address), *options))
    assert successes(output) == int(options[3])
    if "-lost" not in options:  # sipp takes a late 200 for the answer to a lost BYE
        for number in range(int(options[3])):  # sipp may know of the end before us
            assert robot.one_over.acquire(timeout=SECONDS), number
        assert {end.after for end in robot.ends} == {CallState.ENDED}
        assert len(robot.ends) == robot.media == int(options[3])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("robot", "calls", "options"),
    [("UDP", 50, ()), ("TCP", 20, ("-t", "t1"))],
    indirect=["robot"],
    ids=["udp", "tcp"],
)
def test_we_call_sipp(
    robot: Robot, calls: int, options: tuple[str, ...], tmp_path: Path
) -> None:
    """Without losses: sipp's own callee aborts when its 180 and its 200 are both lost,
    and then ignores the repeated INVITE."""
    port = free_port()
    process = sipp(tmp_path, "-sn", "uas", "-p", str(port), "-m", str(calls), *options)
    to = Address(HOST, port)
    try:
        wait_for_udp_or_tcp(to, "-t" in options)
        for number in range(calls):
            robot.sip.do(lambda agent, now: agent.call("sipp", to, plans(4000), now))
            assert robot.one_over.acquire(timeout=SECONDS), number
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert [end.after for end in robot.ends] == [CallState.ENDED] * calls


def wait_for_udp_or_tcp(to: Address, tcp: bool) -> None:
    """Until somebody has the port: binding it ourselves fails then."""
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    deadline = threading.Event()
    for _ in range(500):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(to)
            except OSError:
                return
        deadline.wait(0.02)
    raise AssertionError("sipp did not open its port")
