"""Who may know whom, and who may touch the outside world: the house's first two rules.

The rules are the table below; the test reads every import in labkit/ against it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.house.imports import Import, imports_of

WORDS = ("errors", "effects", "frames")
"""What every room may speak with."""
PLANES = ("registry", "signalling", "media")
WIRES = tuple(f"{plane}.{cell}" for plane in PLANES for cell in ("messages", "wire"))
FRONT = ("phone", "trace", "plots", "devices", "net.registry", "net.addresses")
"""What a screen, a console or a notebook sees of the kit."""
LINK = ("net.link", "net.delay_file", "net.delay_probe")
"""The bad network between programs, and the recording of real ones."""
CALL_STATES = "signalling.machine.states"
"""The states of a call and their words, for whoever shows them."""

# fmt: off
OUTSIDE_WORLD = (
    "socket", "socketserver", "select", "selectors", "ssl", "asyncio",
    "http.client", "http.server", "urllib.request", "subprocess", "signal",
    "threading", "_thread", "queue", "concurrent", "multiprocessing",
    "time", "sched", "random", "secrets",
)
# fmt: on
"""Sockets, threads, clocks and chance: not in a machine, which is handed what it needs.
"""


@dataclass(frozen=True, slots=True)
class Room:
    """What one room may import, besides itself and the standard library."""

    labkit: tuple[str, ...]
    """Modules of labkit, by prefix: `net.registry` allows `net.registry_client` not."""
    others: tuple[str, ...] = ()
    """Packages of others."""
    outside_world: tuple[str, ...] = ()
    """Of OUTSIDE_WORLD, what it may use; ("*",) for all of it."""


ALL = ("*",)
ROOMS = {
    # The words: they know nobody.
    "errors": Room(()),
    "effects": Room(()),
    "frames": Room((), ("numpy",)),
    # The planes: they do not know each other, and do no I/O.
    "registry": Room(WORDS),
    "signalling": Room(WORDS),
    "media": Room(WORDS, ("numpy", "av", "cv2", "zfec")),
    # The bad network: a pure function of packet, time and seed.
    "link": Room(WORDS, ("numpy",)),
    # Other groups' bytes for what the planes say: their tables and rules, no I/O.
    "dialects": Room((*WORDS, "registry", CALL_STATES)),
    # The trace describes every plane's messages. Phones write to it from several
    # threads, hence a lock, but it starts no thread and reads no clock.
    "trace": Room((*WORDS, *WIRES), ("rich",), ("threading",)),
    # The outside world: sockets, threads and clocks; cameras and sound cards.
    "net": Room(
        (*WORDS, *PLANES, "dialects", "link", "trace"),
        ("numpy", "zeroconf", "ifaddr", "pylibsrtp", "websockets"),
        ALL,
    ),
    "devices": Room(
        ("errors", "frames", "net.clock"),
        ("numpy", "cv2", "av", "pyaudio", "matplotlib"),
        ALL,
    ),
    # One user's phone joins planes, net and devices.
    "phone": Room(
        (*WORDS, *PLANES, "dialects", "link", "net", "devices", "trace"),
        ("numpy",),
        ALL,
    ),
    # A whole call on virtual time: machines and link, what devices draw and say, but no
    # socket, thread or clock.
    "simulation": Room(
        (
            *WORDS,
            *PLANES,
            "link",
            "phone.negotiation",
            "devices.test_card",
            "devices.voice",
        ),
        ("numpy",),
        ("random",),
    ),
    # Programs of other people, started, asked and ended.
    "foreign": Room(
        (*WORDS, "devices", "media", "net", "phone", "trace"), ("numpy", "cv2"), ALL
    ),
    # What people see: they know the phone, the trace, the plots.
    "plots": Room((*WORDS, "trace", "phone"), ("numpy", "matplotlib")),
    # Calls simulated or watched, made into the numbers of the figures.
    "studies": Room(
        (*WORDS, "simulation", "plots", "link", "media", "phone", "net.clock"),
        ("numpy",),
        ("random",),
    ),
    "panels": Room(
        (
            *WORDS,
            *FRONT,
            "link",
            "media.treatments",
            "net.clock",
            "net.shortcut",
            "net.shortcut_door",
            "net.shortcut_message",
            "studies",
            CALL_STATES,
        ),
        ("numpy", "cv2", "ipywidgets", "anywidget", "traitlets", "IPython"),
        ALL,
    ),
    "checks": Room(
        (
            *WORDS,
            *FRONT,
            "link",
            "media.messages",
            "media.treatments",
            "media.wire",
            "simulation",
            "dialects",
        ),
        (),
        ALL,
    ),
    "demonstration": Room((*WORDS, "phone", "net.clock"), ("IPython",)),
    # Programs in a terminal: what is typed at, what examines, what starts them.
    "console": Room(
        (*WORDS, *FRONT, "link", *LINK, "net.registry_errors", CALL_STATES),
        ("rich",),
        ALL,
    ),
    "doctor": Room(
        (
            *WORDS,
            *FRONT,
            "net.options",
            "net.registry_client",
            "signalling.machine.destination",
            CALL_STATES,
        ),
        ("rich", "numpy"),
        ALL,
    ),
    "cli": Room(
        (
            *WORDS,
            *FRONT,
            *LINK,
            "net.sip_door",
            "link.units",
            "console",
            "doctor",
        ),
        ("rich", "typer"),
        ALL,
    ),
}


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def objection(found: Import) -> str | None:
    """Why an import is against the rules; None if it is not."""
    _, _, below = found.importer.partition(".")
    room_name = below.split(".")[0]
    if room_name == "":
        return (
            None  # labkit/__init__.py is the front door: it names the people's classes
        )
    room = ROOMS.get(room_name)
    if room is None:
        return f"labkit/{room_name} is a room without a row in ROOMS: give it one"
    top, _, rest = found.imported.partition(".")
    if top == "labkit":
        if rest.split(".")[0] in ("", room_name) or within(rest, room.labkit):
            return None
        return (
            f"{room_name} may know only {', '.join(room.labkit) or 'itself'} of labkit"
        )
    if within(found.imported, OUTSIDE_WORLD):
        if room.outside_world == ALL or within(found.imported, room.outside_world):
            return None
        return (
            f"{room_name} does no I/O: time and a seeded Random are passed in, and what"
            " is to happen outside is returned as effects"
        )
    if top in sys.stdlib_module_names or top in room.others:
        return None
    return f"{room_name} may use only {', '.join(room.others) or 'nothing'} of others"


def check(source: str, path: str) -> list[str]:
    return [
        f"{found}\n    {why}"
        for found in imports_of(source, Path(path))
        if (why := objection(found))
    ]


def test_every_room_imports_only_what_its_row_allows() -> None:
    files = sorted((ROOT / "labkit").rglob("*.py"))
    assert files
    broken = [
        line
        for file in files
        for line in check(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))
    ]
    assert not broken, "imports against the rules of the house:\n" + "\n".join(broken)


@pytest.mark.parametrize(
    ("path", "line", "reason"),
    [
        ("labkit/registry/machine.py", "import socket", "does no I/O"),
        ("labkit/signalling/machine.py", "from time import monotonic", "does no I/O"),
        ("labkit/media/machine/sender.py", "import random", "does no I/O"),
        ("labkit/link/loss.py", "import asyncio.events", "does no I/O"),
        ("labkit/trace/log.py", "import time", "does no I/O"),
        ("labkit/registry/wire.py", "from labkit.media import wire", "may know only"),
        ("labkit/media/wire/rtp.py", "from ...signalling import wire", "may know only"),
        ("labkit/media/wire.py", "from labkit.net import clock", "may know only"),
        ("labkit/devices/pace.py", "from labkit.net import loop", "may know only"),
        ("labkit/net/sip.py", "from labkit.phone import Phone", "may know only"),
        ("labkit/panels/phone.py", "from labkit.net.sip import x", "may know only"),
        ("labkit/panels/a.py", "import labkit.media.wire", "may know only"),
        ("labkit/signalling/wire.py", "import numpy", "may use only"),
        ("labkit/media/wire.py", "import aiortc", "may use only"),
        ("labkit/attic/old.py", "import re", "without a row"),
        ("labkit/registry/machine.py", "def f():\n    import time", "does no I/O"),
        ("labkit/registry/a.py", "try:\n    import ssl\nexcept E:\n    p", "does no"),
    ],
)
def test_a_forbidden_import_is_found_and_explained(
    path: str, line: str, reason: str
) -> None:
    (broken,) = check(line, path)
    assert reason in broken
    assert path in broken


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("labkit/media/machine/sender.py", "if TYPE_CHECKING:\n    import random"),
        ("labkit/media/wire/rtp.py", "from .. import messages"),
        ("labkit/media/wire/__init__.py", "from .rtp import parse_rtp"),
        ("labkit/media/wire/rtp.py", "from labkit.errors import RemoteError"),
        ("labkit/net/media.py", "import socket, threading, time"),
        ("labkit/devices/pace.py", "from labkit.net import clock"),
        ("labkit/trace/describe.py", "from labkit.signalling.wire import sip"),
        ("labkit/phone/phone.py", "from labkit.signalling.machine import UserAgent"),
        ("labkit/panels/phone.py", "from labkit.phone import Phone"),
    ],
)
def test_an_allowed_import_passes(path: str, line: str) -> None:
    assert check(line, path) == []
