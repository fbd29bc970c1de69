"""Somebody else's program: found, started with a log of its own, and surely ended.

    with Program("baresip", "-f", "conf", folder=Path("/tmp/bob")) as program:
        program.log             # what it has printed

It gets a list of words, never a line for a shell, and nothing to read. It is ended by
the id of the process that was started here.

Notebook: 02-signalling.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from labkit.errors import LocalError, NoAnswer

PATIENCE = 5.0
"""Seconds that a program may take to end when it is asked to; then it is made to."""
MOST_LOG = 200_000
"""How many of the last bytes it printed are shown."""
PACKAGES = {
    "baresip": "baresip-core baresip-ffmpeg",
    "sipp": "sip-tester",
    "ffmpeg": "ffmpeg",
    "gst-launch-1.0": (
        "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
        "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav"
    ),
}
"""Where Debian and Ubuntu have what a program needs."""


def is_here(name: str) -> bool:
    """Whether this machine has the program."""
    return shutil.which(name) is not None


def where(name: str) -> Path:
    """The program's file. Raises LocalError, with what to install, if it is missing."""
    path = shutil.which(name)
    if path is None:
        raise LocalError(
            f"{name} is not on this machine: apt install {PACKAGES.get(name, name)}"
        )
    return Path(path)


class Program:
    """A running program; `folder` is where it works and where `NAME.log` is written.

    Raises LocalError, with the packages to install, where it is missing.
    """

    def __init__(self, name: str, *words: str, folder: Path) -> None:
        path = where(name)
        self.name = name
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [path, *words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """The last of what it has printed."""
        return self._log.read_bytes()[-MOST_LOG:].decode(errors="replace")

    def wait(self, timeout: float) -> int:
        """Its exit status, once it ends by itself. Raises NoAnswer after `timeout`."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise NoAnswer(f"{self.name} has not ended within {timeout:g} s") from None

    def close(self) -> None:
        """Ask it to end, make it end. Safe to repeat."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
