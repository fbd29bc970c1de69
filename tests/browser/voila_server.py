"""Voilà, serving one notebook as a page without code, for the tests of that page."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.browser.lab_server import (
    ENDS_WITHIN,
    FOREIGN,
    STARTS_WITHIN,
    kernels_in,
    wait_for,
)


class VoilaServer:
    """One Voilà process; `url` shows the notebook, a kernel for each page."""

    def __init__(self, folder: Path, notebook: Path) -> None:
        self.runtime = folder / "runtime"
        self.log = folder / "voila.log"
        self.url = f"http://127.0.0.1:{_free_port()}/"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "voila", str(notebook), "--no-browser"),
                    "--Voila.ip=127.0.0.1",
                    f"--port={self.url.rsplit(':', 1)[1].strip('/')}",
                ],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(self._listens, STARTS_WITHIN, "Voilà's start")
        except TimeoutError as error:
            self.stop()
            raise TimeoutError(f"{error}\n{self.log.read_text()}") from None

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise TimeoutError(f"Voilà ended by itself ({self._process.returncode})")
        try:
            urllib.request.urlopen(f"{self.url}voila/api/shutdown", timeout=5).close()
        except urllib.error.HTTPError:
            return True  # it has an answer, if only "not so"
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the server and its kernels; by force if they do not go when asked."""
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(ENDS_WITHIN)
        for kernel in kernels_in(self.runtime):
            os.kill(kernel, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter, and the kernel of this very environment."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    homes = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    for home in homes.values():
        (folder / home).mkdir()
    programs = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
    return kept | {k: str(folder / v) for k, v in homes.items()} | {"PATH": programs}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
