"""How many calls a second one phone answers, and whether losses cost a call.

    python report/bench/signalling.py            a table
    python report/bench/signalling.py --json     one JSON object

sipp, the test phone of the SIP community, calls one phone of the kit in this process:
INVITE, 200, ACK, BYE, 200. First with a fixed number of calls a second for `--seconds`,
then 300 calls while sipp drops 15 of 100 messages.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from random import SystemRandom

import common

import labkit.dialects
from labkit.errors import NoAnswer
from labkit.foreign.program import Program, is_here
from labkit.net.sip import SipEndpoint
from labkit.signalling import CallChanged, IncomingCall
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.sdp import Format
from labkit.trace.record import Trace

HERE, THERE = "127.0.0.13", "127.0.0.14"
LINES = 5000
"""Calls in progress at once; more are told "busy"."""
LOST, OF = 15, 300
TO_REACH = {"sipp_uac_failed": "0", "sipp_lost15": f"{OF}"}
GRACE = 60.0
"""Seconds after the last call was begun within which all must be over."""


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=3)
    parser.add_argument("--rate", type=int, default=550, help="calls a second")
    parser.add_argument("--seconds", type=int, default=15, help="how long")
    options = parser.parse_args()
    calls = options.rate * options.seconds
    measured: dict[str, list[float]] = {"dialect_lines": [float(dialect_lines())]}
    absent = {}
    if is_here("sipp"):
        for number in range(options.runs):
            common.say(f"run {number + 1} of {options.runs}")
            try:
                found = one_run(options.rate, calls, options.seconds)
            except NoAnswer as error:
                common.say(f"run {number + 1} failed: {error}")
                absent["sipp"] = f"{error}: this machine does not bear so many calls"
            else:
                common.note(measured, found)
    else:
        absent["sipp"] = "not here: apt install sip-tester"
    found = common.result(
        "signalling",
        measured,
        runs=options.runs,
        to_reach=TO_REACH,
        absent=absent,
        settings={"rate": options.rate, "calls": calls, "calls_lost15": OF},
    )
    common.report(found, options.json)


def one_run(rate: int, calls: int, seconds: float) -> dict[str, float]:
    """All calls answered? And with losses?"""
    answered = run("-r", str(rate), "-m", str(calls), seconds=seconds)
    common.say(f"{answered}")
    lossy = run("-r", "50", "-m", str(OF), "-lost", str(LOST), seconds=OF / 50)
    common.say(f"{lossy}")
    return {
        "sipp_uac_cps": answered["succeeded"] / answered["seconds"],
        "sipp_uac_failed": calls - answered["succeeded"],
        "sipp_uac_cpu_ms_a_call": answered["cpu_ms_a_call"],
        "sipp_lost15": lossy["succeeded"],
    }


def dialect_lines() -> int:
    """How many lines, comments included, the longest declared dialect takes."""
    folder = Path(labkit.dialects.__file__).parent / "declared"
    return max(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in folder.glob("*.toml")
    )


class Phone:
    """Answers every call, and knows when the first came and the last was over."""

    def __init__(self) -> None:
        self.first = self.last = 0.0
        self.sip = SipEndpoint(
            HERE,
            0,
            lambda contact: UserAgent(
                "bob", contact, random=SystemRandom(), lines=LINES
            ),
            self._on_event,
            Trace("bob"),
        )

    def _on_event(self, event: object) -> None:
        match event:
            case IncomingCall(call_id):
                self.first = self.first or time.monotonic()
                media = MediaPlan("audio", 4000, (Format(0, "PCMU", 8000),))
                self.sip.do(lambda agent, now: agent.answer(call_id, (media,), now))
            case CallChanged(after=after) if after.is_over:
                self.last = time.monotonic()


def run(*options: str, seconds: float) -> dict[str, float]:
    """Calls that sipp counts as good, the seconds from the first to the end of the last
    one, our processor's time for each."""
    phone, busy = Phone(), time.process_time()
    to = str(phone.sip.address)
    words = ("-sn", "uac", to, "-i", THERE, "-d", "0", "-nostdin", "-l", str(LINES - 1))
    with (
        tempfile.TemporaryDirectory() as folder,
        Program("sipp", *words, *options, folder=Path(folder)) as sipp,
    ):
        sipp.wait(seconds + GRACE)
        log = sipp.log
    busy = time.process_time() - busy
    phone.sip.close()
    succeeded = int(re.findall(r"Successful call\s*\|[^|]*\|\s*(\d+)", log)[-1])
    return {
        "succeeded": succeeded,
        "seconds": phone.last - phone.first,
        "cpu_ms_a_call": round(busy / max(1, succeeded) * 1000, 2),
    }


if __name__ == "__main__":
    main()
