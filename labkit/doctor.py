"""What this machine can do, and what to do about the rest: `labkit doctor`.

Each examination looks at one thing and answers in a sentence; one that fails or hangs
is itself a finding, so the doctor always comes to an end. Nothing here is needed for a
call between two phones on this machine but Python, the packages and the loopback.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from labkit.effects import Address
from labkit.errors import DeviceError
from labkit.net.addresses import local_host_towards

PATIENCE = 3.0
"""Seconds that all examinations together may take."""
REGISTRY_PORT = 5000
TITLE = "What this machine can do"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found; `advice` says what still works and what to do."""

    topic: str
    ok: bool
    found: str
    advice: str = ""


def examine(patience: float = PATIENCE) -> list[Finding]:
    """Look at everything at once, for at most `patience` seconds; never raises."""
    findings: dict[str, Finding] = {}

    def run(topic: str, examination: Callable[[], Finding]) -> None:
        try:
            findings[topic] = examination()
        except Exception as error:
            findings[topic] = Finding(
                topic, False, f"could not be examined: {error}", _TRY
            )

    threads = [
        threading.Thread(target=run, args=one, name=f"doctor-{one[0]}", daemon=True)
        for one in EXAMINATIONS.items()
    ]
    until = time.monotonic() + patience
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = f"did not answer within {patience:g} seconds"
    return [
        findings.get(topic) or Finding(topic, False, late, _TRY)
        for topic in EXAMINATIONS
    ]


_TRY = "Everything else may work all the same: run the doctor again, or go on and see."


def findings_table(findings: list[Finding], title: str = TITLE) -> Table:
    """The findings as a table for a terminal or a notebook."""
    table = Table(title=title, box=SIMPLE_HEAD, show_lines=True)
    table.add_column("", no_wrap=True)
    table.add_column("what", no_wrap=True, style="bold")
    table.add_column("found, and what to do", overflow="fold")
    for finding in findings:
        mark = Text("✓ yes", "green") if finding.ok else Text("✗ no", "yellow")
        words = Text(finding.found)
        if finding.advice:
            words.append(f"\n{finding.advice}", "" if not finding.ok else "dim")
        table.add_row(mark, finding.topic, words)
    return table


# --- the examinations, in the table's order ---


def _python() -> Finding:
    machine = f"{platform.python_version()} on {platform.platform(terse=True)}"
    old = sys.version_info < (3, 11)
    return Finding(
        "Python", not old, machine, "The kit needs Python 3.11 or newer." if old else ""
    )


def _packages() -> Finding:
    needed = ("numpy", "av", "ipywidgets", "anywidget", "jupyterlab", "matplotlib")
    versions = {name: _version(name) for name in (*needed, "rich", "typer")}
    versions["OpenCV"] = _version("opencv-python-headless", "opencv-python", "opencv")
    absent = [name for name, number in versions.items() if not number]
    broken = [name for name in ("cv2", "av", "numpy") if not _can_import(name)]
    found = ", ".join(
        f"{name} {number or 'missing'}" for name, number in versions.items()
    )
    if absent or broken:
        which = ", ".join([*absent, *(f"{name} (cannot be loaded)" for name in broken)])
        return Finding(
            "packages",
            False,
            found,
            f"Install anew, with `make lab` or conda: {which}.",
        )
    return Finding("packages", True, found)


def _version(*names: str) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def _can_import(name: str) -> bool:
    try:
        import_module(name)
    except Exception:  # a missing library of the system may raise anything
        return False
    return True


def _camera() -> Finding:
    from labkit.devices import find_cameras
    from labkit.devices.local_camera import advice

    found = find_cameras()
    if not found:
        return Finding("camera", False, "none", advice(0))
    names = ", ".join(f"{device.name} ({device.spec})" for device in found)
    device = Path(f"/dev/video{found[0].index}")
    if sys.platform == "linux" and not os.access(device, os.R_OK | os.W_OK):
        return Finding("camera", False, names, advice(found[0].index))
    return Finding("camera", True, names)


def _microphone() -> Finding:
    from labkit.devices import LocalMicrophone, find_microphones

    microphone = LocalMicrophone()
    return _sound(
        "microphone",
        [f"{device.name} ({device.spec})" for device in find_microphones()],
        lambda: microphone.start(lambda sound: None, 48_000, 960),
        microphone.stop,
    )


def _loudspeaker() -> Finding:
    import numpy as np

    from labkit.devices import LocalSpeaker, find_speakers

    speaker = LocalSpeaker()
    return _sound(
        "loudspeaker",
        [f"{device.name} ({device.spec})" for device in find_speakers()],
        lambda: speaker.start(
            lambda count, rate: np.zeros(count, np.int16), 48_000, 960
        ),
        speaker.stop,
    )


def _sound(
    topic: str, names: list[str], start: Callable[[], None], stop: Callable[[], None]
) -> Finding:
    """Open the default device for a moment: a device that is listed may not work."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    found = (", ".join(names[:3]) + more) or "none"
    try:
        start()
    except DeviceError as error:
        return Finding(topic, False, found, str(error))
    stop()
    return Finding(topic, True, found)


def _loopback() -> Finding:
    topic = "ports on this machine"
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        ):
            other.bind(("127.0.0.1", 0))
            other.settimeout(1)
            one.sendto(b"hello", other.getsockname())
            arrived = other.recv(16) == b"hello"
    except OSError as error:
        return Finding(
            topic,
            False,
            f"TCP or UDP does not work on 127.0.0.1: {error}",
            "No call is possible so: let Python through the firewall or security "
            "program, then run the doctor again.",
        )
    return Finding(topic, arrived, "TCP and UDP work on 127.0.0.1")


def _registry_port() -> Finding:
    topic = f"port {REGISTRY_PORT}"
    try:
        with socket.socket() as probe:
            if os.name == "posix":  # as the registry does; elsewhere it means theft
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", REGISTRY_PORT))
            probe.listen()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        airplay = "On macOS it belongs to AirPlay: System Settings, General, AirDrop & "
        return Finding(
            topic,
            False,
            "taken by another program" if taken else f"cannot be used: {error}",
            "A registry that runs here already is welcome to it; another one works on "
            f"another port: labkit registry --port {REGISTRY_PORT + 1}."
            + (f" {airplay}Handoff." if sys.platform == "darwin" else ""),
        )
    return Finding(topic, True, "free, for a registry")


def _network() -> Finding:
    # 192.0.2.1 is an address for examples (RFC 5737); nothing is sent to it.
    host = local_host_towards(Address("192.0.2.1", 9))
    if host.startswith("127."):
        return Finding(
            "network",
            False,
            "this machine is on no network",
            "Calls between two phones on this machine work; for two machines, join the "
            "same Wi-Fi or cable.",
        )
    return Finding("network", True, f"others on the same network reach {host}")


def _browser() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    found = next(filter(None, map(shutil.which, names)), None)
    if found and _version("playwright"):
        return Finding("browser for the tests", True, found)
    return Finding(
        "browser for the tests",
        False,
        found or "no Chromium found",
        "Only `make test` needs one; notebooks open in any browser. To get it: install "
        "Chromium (Debian: sudo apt install chromium) and `pip install playwright`.",
    )


def _wireshark() -> Finding:
    found = shutil.which("wireshark") or shutil.which("tshark")
    if found:
        return Finding("Wireshark", True, found)
    return Finding(
        "Wireshark",
        False,
        "not found",
        "The ladder and the table show every message without it; to open the capture "
        "files that the kit writes, get it from wireshark.org (Debian: sudo apt "
        "install wireshark, or tshark for the console).",
    )


EXAMINATIONS: dict[str, Callable[[], Finding]] = {
    "Python": _python,
    "packages": _packages,
    "camera": _camera,
    "microphone": _microphone,
    "loudspeaker": _loudspeaker,
    "ports on this machine": _loopback,
    f"port {REGISTRY_PORT}": _registry_port,
    "network": _network,
    "browser for the tests": _browser,
    "Wireshark": _wireshark,
}
"""In the order of the table."""
