"""What the kit's phone and media have in common with programs that nobody here wrote.

    python report/bench/interop.py           a table
    python report/bench/interop.py --json    one JSON object

baresip, a SIP phone: who calls × sound × pictures; each cell is a call of its own, and
passed when both sides heard the other's tone and saw the other's colours. ffmpeg and
GStreamer: each payload format, sent to them and received from them, passed when the
tone or the colours came out of the decoder. A cell's figure is 1 where it passed and 0
where not; `absent` then says why.
"""

from __future__ import annotations

import re
import subprocess
from itertools import product

import common

from labkit.errors import LabkitError
from labkit.foreign import Baresip
from labkit.foreign.exchange import tool_receives, tool_sends
from labkit.foreign.meeting import connect, objections, phone_for
from labkit.foreign.program import is_here
from labkit.foreign.tools import TOOLS
from labkit.media.formats import FORMATS

PASSED, MISSING = "passed", "not installed"
WAYS = {"kit calls": True, "is called": False}
SOUND = ("PCMU", "PCMA", "opus")
PICTURES = ("VP8", "H264", "none")
STREAMS = {"receives": tool_receives, "sends": tool_sends}
VERSIONS = {
    "baresip": ("baresip", "-h"),
    "ffmpeg": ("ffmpeg", "-version"),
    "gstreamer": ("gst-launch-1.0", "--version"),
}
HERE, THERE = "127.0.0.8", "127.0.0.9"


def main() -> None:
    options = common.arguments(__doc__.splitlines()[0], runs=1).parse_args()
    calls, streams = baresip_matrix(), media_tools_matrix()
    measured: dict[str, list[float]] = {}
    for name, cells in (("baresip", calls), ("media_tools", streams)):
        here = {cell: why for cell, why in cells.items() if MISSING not in why}
        if here:
            measured[f"{name}_passed"] = [passed(here)]
            measured[f"{name}_tried"] = [len(here)]
        measured |= {cell: [why == PASSED] for cell, why in here.items()}
    failed = {c: why for c, why in (calls | streams).items() if why != PASSED}
    found = common.result(
        "interop",
        measured,
        runs=1,
        absent=failed,
        others=tool_versions(),
    )
    common.report(found, options.json)


def tool_versions() -> dict[str, str]:
    """The versions of the programs of others, by their own words."""
    found = {}
    for name, (program, option) in VERSIONS.items():
        if not is_here(program):
            found[name] = "not installed"
            continue
        told = subprocess.run(
            [program, option], capture_output=True, text=True, timeout=10, check=False
        )
        number = re.search(r"\d+(\.\d+)+", told.stdout.replace(program, ""))
        found[name] = number[0] if number else "unknown"
    return found


def passed(cells: dict[str, str]) -> int:
    return sum(found == PASSED for found in cells.values())


def baresip_matrix() -> dict[str, str]:
    """`passed`, or why not, for each call with baresip."""
    cells = {}
    for way, sound, pictures in product(WAYS, SOUND, PICTURES):
        cell = f"{way}, {sound}, {pictures}"
        cells[cell] = call(WAYS[way], sound, pictures)
        common.say(f"{cell}: {cells[cell]}")
    return cells


def media_tools_matrix() -> dict[str, str]:
    """`passed`, or why not, for each stream to and from each tool."""
    cells = {}
    for tool, name, way in product(TOOLS, FORMATS, STREAMS):
        cell = f"{tool} {way} {name}"
        cells[cell] = stream(tool, name, way)
        common.say(f"{cell}: {cells[cell]}")
    return cells


def stream(tool: str, name: str, way: str) -> str:
    if not is_here(TOOLS[tool].program):
        return f"{tool} is {MISSING}"
    try:
        with STREAMS[way](tool, name) as running:
            return running.objection() or PASSED
    except LabkitError as error:
        return str(error)


def call(outgoing: bool, sound: str, pictures: str) -> str:
    if not is_here("baresip"):
        return f"baresip is {MISSING}"
    formats = [sound, *({pictures} - {"none"})]
    try:
        with Baresip(THERE) as bob, phone_for(formats, HERE) as alice:
            connect(alice, bob, outgoing)
            wrong = objections(alice, bob, pictures != "none")
            alice.hang_up()
            bob.wait_for("CALL_CLOSED")
    except LabkitError as error:
        return str(error)
    return "; ".join(wrong) or PASSED


if __name__ == "__main__":
    main()
