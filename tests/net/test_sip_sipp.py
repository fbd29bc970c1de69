"""Calls with a stranger: sipp, the SIP community's test phone, as caller and callee.

PROTOCOLS section 2. Every run is bounded in calls and in time. Needs Debian's
`sip-tester`.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

import pytest

from labkit import Registry
from labkit.effects import Address
from labkit.net.sip import SipEndpoint
from labkit.signalling import (
    CallChanged,
    CallState,
    IncomingCall,
    MediaAgreed,
    TextDelivered,
    TextReceived,
)
from labkit.signalling.machine.agent import UserAgent
from labkit.trace.record import Trace
from tests.conftest import missing
from tests.signalling.pair import plans

SIPP = shutil.which("sipp")
HOST = "127.0.0.4"
SECONDS = 60
RECORDED = Path("/usr/share/sip-tester")
"""Where Debian puts sipp's recorded packets; sipp looks in `pcap`."""
SCENARIOS = Path(__file__).parent / "sipp"
TCP_EACH = ("-t", "tn", "-max_socket", "100")


@pytest.fixture(autouse=True)
def _sipp() -> None:
    if SIPP is None:
        missing("sipp (Debian package sip-tester)")


class Robot:
    """A phone that answers every call, on as many lines as come, and hangs up its own
    calls as soon as they are accepted."""

    def __init__(self, transport: str = "UDP", answers: bool = True) -> None:
        self.answers = answers
        self.ends: list[CallChanged] = []
        self.media = self.delivered = 0
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
            case IncomingCall(call_id) if self.answers:
                self.sip.do(lambda agent, now: agent.answer(call_id, plans(5000), now))
            case MediaAgreed(call_id):
                self.media += 1
                if self.sip.agent.calls[call_id].outgoing:
                    self.sip.do(lambda agent, now: agent.hang_up(call_id, now))
            case TextReceived(call_id, text):
                say_back = f"you said {text}"
                self.sip.do(lambda agent, now: agent.say(call_id, say_back, now))
            case TextDelivered():
                self.delivered += 1
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


def test_sipp_calls_us_with_a_recorded_voice(robot: Robot, tmp_path: Path) -> None:
    """The scenario uac_pcap: sound and dialled digits, as a real phone sends them."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("sipp plays recorded packets through a raw socket: only root may")
    (tmp_path / "pcap").symlink_to(RECORDED)
    options = ("-sn", "uac_pcap", "-m", "1")
    assert successes(finished(sipp(tmp_path, str(robot.sip.address), *options))) == 1
    assert robot.one_over.acquire(timeout=SECONDS)
    assert robot.media == 1


def test_sipp_changes_its_mind(robot: Robot, tmp_path: Path) -> None:
    """CANCEL while it rings: 200 to the CANCEL, 487 to the INVITE."""
    robot.answers = False
    scenario = ("-sf", str(SCENARIOS / "cancel.xml"), "-m", "20", "-r", "20")
    output = finished(sipp(tmp_path, str(robot.sip.address), *scenario))
    assert successes(output) == 20
    for number in range(20):
        assert robot.one_over.acquire(timeout=SECONDS), number
    assert {end.after for end in robot.ends} == {CallState.CANCELLED}


def test_sipp_writes_and_reads(robot: Robot, tmp_path: Path) -> None:
    """MESSAGE within the dialog, both ways (RFC 3428)."""
    scenario = ("-sf", str(SCENARIOS / "chat.xml"), "-m", "20", "-r", "20")
    output = finished(sipp(tmp_path, str(robot.sip.address), *scenario))
    assert successes(output) == robot.delivered == 20


def test_sipp_registers_with_a_digest(tmp_path: Path) -> None:
    """REGISTER, 401, REGISTER with a proof, 200: fifty times."""
    passwords = {"sipp": "secret"}
    with Registry("127.0.0.3", 0, sip=0, passwords=passwords) as registry:
        scenario = ("-sf", str(SCENARIOS / "register.xml"), "-m", "50", "-r", "50")
        output = finished(sipp(tmp_path, str(registry.sip_address), *scenario))
        assert successes(output) == 50
        [user] = registry.users
        assert (user.name, user.host) == ("sipp", HOST)


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
