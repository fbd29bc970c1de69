"""Wireshark's word on a capture file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import missing


def tshark(path: Path, *options: str) -> str:
    program = shutil.which("tshark")
    if program is None:
        missing("tshark is not installed: apt install tshark")
    done = subprocess.run(
        [program, "-n", "-r", str(path), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_nothing_is_wrong(path: Path, said_by: str = "") -> None:
    """Nothing malformed, no checksum wrong, no expert warning or error; in all packets
    or in those of one address."""
    check = ("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
    check += ("-o", "tcp.check_checksum:TRUE")
    wrong = "_ws.malformed || _ws.expert.severity >= 6291456"  # warning
    ours = f"ip.src == {said_by} && " if said_by else ""
    assert tshark(path, *check, "-Y", f"{ours}({wrong})") == ""
