"""A JupyterLab of our own for the browser tests: its settings, its port, its kernels.

It serves a copy of notebooks/ from a temporary folder. Nothing of the user's own
Jupyter (settings, kernels, extensions) is read or written, and everything it started
has ended when `stop` returns.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from tests.conftest import ROOT

STARTS_WITHIN = 60.0
ENDS_WITHIN = 15.0
POLL = 0.05

FLAGS = [
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port=0",
    # The name under which a page comes from another computer, for what browsers keep
    # from such pages; a browser is told that it is this machine.
    "--ServerApp.local_hostnames=localhost",
    "--ServerApp.local_hostnames=lab.test",
    # The page's `window.jupyterapp`, through which the tests run cells.
    "--LabApp.expose_app_in_browser=True",
]
SETTINGS = {
    # No question about news, no look for updates: nothing leaves this machine.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # No saving by itself every two minutes: where a test takes longer, the next one
    # would open the notebook with the widgets of a kernel that has ended.
    "docmanager-extension/plugin": {"autosave": False},
}
"""What differs from JupyterLab as it comes, as its user settings."""
FOREIGN = ("JUPYTER", "PYTHON", "IPYTHON", "XDG_", "MPL")
"""What another installation may have left in the environment."""


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask again and again until `condition` is truthy; its value, or TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL)
    return value


class LabServer:
    """One JupyterLab server process, started by the constructor."""

    def __init__(self, folder: Path, notebooks: Path, on: Sequence[str] = ()) -> None:
        """Copies `notebooks` into `folder`, the server's whole world; TimeoutError with
        the server's log if it does not come up. `on` is what starts a program on
        another host."""
        self.on = on
        self.notebooks = folder / "notebooks"
        self.runtime = folder / "runtime"
        self.log = folder / "server.log"
        self.token = secrets.token_hex(16)
        shutil.copytree(
            notebooks,
            self.notebooks,
            ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
        )
        self._write_settings(folder / "config" / "lab" / "user-settings")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self.on, sys.executable, "-m", "jupyterlab", *FLAGS],
                cwd=self.notebooks,
                env=self._environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.url: str = wait_for(
                self._listening, STARTS_WITHIN, "JupyterLab's start"
            )
        except TimeoutError as error:
            self.stop()
            raise TimeoutError(f"{error}\n{self.log.read_text()}") from None

    def _write_settings(self, folder: Path) -> None:
        for name, values in SETTINGS.items():
            file = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(values))

    def _environment(self, folder: Path) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(FOREIGN)
        }
        homes = {
            "HOME": folder / "home",
            "JUPYTER_CONFIG_DIR": folder / "config",
            "JUPYTER_DATA_DIR": folder / "data",
            "JUPYTER_RUNTIME_DIR": self.runtime,
            "IPYTHONDIR": folder / "ipython",
            "MPLCONFIGDIR": folder / "matplotlib",
        }
        for home in homes.values():
            home.mkdir(exist_ok=True)
        return {
            **kept,
            **{name: str(home) for name, home in homes.items()},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
            "JUPYTER_TOKEN": self.token,
            "PYTHONUNBUFFERED": "1",
            # The kit beside these tests, whatever is installed.
            "PYTHONPATH": str(ROOT),
        }

    def _listening(self) -> str | None:
        """The address that the server wrote in its runtime folder, once it answers."""
        if self._process.poll() is not None:
            raise TimeoutError(
                f"JupyterLab ended by itself ({self._process.returncode})"
            )
        try:
            (said,) = self.runtime.glob("jpserver-*.json")
            self.url = json.loads(said.read_text())["url"]
            self.ask("api/status")
        except (ValueError, OSError):
            return None
        return self.url

    def ask(self, path: str, method: str = "GET") -> Any:
        """One request to the server's REST interface; its JSON answer, if any."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_kernels(self) -> None:
        """Shut down every kernel, so that one test's calls do not ring in the next."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")
        for kernel in self.ask("api/kernels"):
            self.ask(f"api/kernels/{kernel['id']}", "DELETE")

    def write(self, name: str, *cells: str) -> str:
        """Put a notebook with these code cells, below a title, in the folder."""
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": kernel | {"language": "python"}},
            cells=[
                nbformat.v4.new_markdown_cell(f"# {name}"),
                *(nbformat.v4.new_code_cell(cell.strip()) for cell in cells),
            ],
        )
        nbformat.write(notebook, self.notebooks / f"{name}.ipynb")
        return f"{name}.ipynb"

    def stop(self) -> None:
        """End the server and its kernels; by force if they do not go when asked."""
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(ENDS_WITHIN)
        for kernel in self.kernel_processes():
            os.kill(kernel, signal.SIGKILL)

    def kernel_processes(self) -> Iterator[int]:
        """The process ids of our kernels."""
        return kernels_in(self.runtime)


def kernels_in(runtime: Path) -> Iterator[int]:
    """The process ids of a server's kernels: their command line names its runtime
    folder.

    Linux only; elsewhere a kernel notices that its server has gone.
    """
    ours = os.fsencode(runtime)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if ours in (process / "cmdline").read_bytes():
                yield int(process.name)
        except OSError:
            continue
