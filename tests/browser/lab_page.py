"""JupyterLab in a browser, as a test sees it: open a notebook, run it, look at it.

Cells are run through JupyterLab's own commands, after the kernel's session is ready:
typing into a page that is still loading is what makes such tests fail now and then.
Cells are counted from 0, Markdown included, as in the notebook's file.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import ConsoleMessage, Error, Locator, Page

from tests.browser.lab_server import LabServer

SCREENSHOTS = Path(__file__).parent / "screenshots"
SIZES = {"wide": (1600, 1000), "laptop": (1280, 800), "narrow": (760, 1000)}
READY_WITHIN = 60_000
"""Milliseconds for a notebook's page and kernel to be ready, on a busy machine."""

HARMLESS: dict[str, str] = {}
"""Console errors that are not ours, by pattern, and why they do no harm."""

NOTEBOOK = "window.jupyterapp.shell.currentWidget"

# Resolves when the notebook in front has its session, its kernel and its cells.
READY = f"""async () => {{
    const app = window.jupyterapp;
    if (!app) return false;
    await app.restored;
    const notebook = {NOTEBOOK};
    if (!notebook?.sessionContext || !notebook.content?.widgets?.length) return false;
    await notebook.revealed;
    await notebook.sessionContext.ready;
    const kernel = notebook.sessionContext.session?.kernel;
    if (!kernel) return false;
    await kernel.info;
    return kernel.status === 'idle';
}}"""

# Runs a command of JupyterLab; resolves when it is done.
COMMAND = "([name, options]) => window.jupyterapp.commands.execute(name, options)"

RUN_CELL = f"""async (index) => {{
    const notebook = {NOTEBOOK}.content;
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}}"""

SCROLL_TO = f"""async (index) => {{
    const notebook = {NOTEBOOK}.content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, 'start');
}}"""

CELLS = f"""() => {NOTEBOOK}.content.widgets.map(cell => ({{
    type: cell.model.type,
    source: cell.model.sharedModel.getSource(),
    outputs: cell.model.outputs?.toJSON() ?? [],
}}))"""

# What an <img>, <canvas> or <video> shows, at its own resolution, as PNG.
PICTURE = """element => {
    const width = element.naturalWidth || element.videoWidth || element.width;
    const height = element.naturalHeight || element.videoHeight || element.height;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext('2d').drawImage(element, 0, 0, width, height);
    return canvas.toDataURL('image/png').split(',')[1];
}"""


class CellFailed(AssertionError):
    """A cell ended in an error; carries the cell and its traceback."""


class LabPage:
    """One browser page with JupyterLab in it."""

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self.server = server
        self.console_errors: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", self._thrown)

    # --- opening and running ----------------------------------------------------------

    def open_notebook(self, name: str) -> None:
        """Show a notebook, alone on the page, its kernel ready: `01-registry.ipynb`."""
        # A workspace of its own: no tab of an earlier test is brought back.
        workspace = f"auto-{uuid.uuid4().hex[:8]}"
        self.page.goto(
            f"{self.server.url}lab/workspaces/{workspace}/tree/{name}"
            f"?reset&token={self.server.token}"
        )
        self.page.wait_for_function(READY, timeout=READY_WITHIN)
        # The status bar says the same to a person; wait until the page has drawn it.
        self.wait_idle()
        self._wait_for_the_curtain()

    def _wait_for_the_curtain(self) -> None:
        """JupyterLab covers the page with a splash while it loads or changes theme."""
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def command(self, name: str, **options: object) -> None:
        """Run one of JupyterLab's commands and wait until it is done."""
        self.page.evaluate(
            f"async arguments => {{ await ({COMMAND})(arguments); }}", [name, options]
        )

    def run_all_cells(self) -> None:
        """Run the whole notebook; CellFailed if a cell ends in an error."""
        self.command("notebook:run-all-cells")
        self.wait_idle()
        for index in range(len(self.cells())):
            self._check(index)

    def run_cell(self, index: int) -> str:
        """Run one cell and wait for its end; its output, or CellFailed."""
        self.page.evaluate(RUN_CELL, index)
        self._check(index)
        return self.cell_output(index)

    def wait_idle(self) -> None:
        """Wait until the status bar says that the kernel has nothing left to do."""
        self.page.locator("#jp-main-statusbar").get_by_text(
            re.compile(r"\| Idle")
        ).wait_for(timeout=READY_WITHIN)

    # --- cells ------------------------------------------------------------------------

    def cells(self) -> list[dict[str, Any]]:
        """All cells: type, source, outputs as they would be stored."""
        cells: list[dict[str, Any]] = self.page.evaluate(CELLS)
        return cells

    def index_of(self, text: str) -> int:
        """The first code cell whose source contains `text`."""
        for index, cell in enumerate(self.cells()):
            if cell["type"] == "code" and text in cell["source"]:
                return index
        raise LookupError(f"no code cell contains {text!r}")

    def cell_output(self, index: int) -> str:
        """What a cell printed and returned, as plain text."""
        texts = []
        for output in self.cells()[index]["outputs"]:
            data = output.get("data", {})
            texts.append(_joined(output.get("text", data.get("text/plain", ""))))
        return "".join(texts)

    def cell(self, index: int) -> Locator:
        """A cell on the page, scrolled to: JupyterLab draws only what is in view."""
        self.page.evaluate(SCROLL_TO, index)
        cell = self.page.locator(
            f'.jp-NotebookPanel:visible .jp-Cell[data-windowed-list-index="{index}"]'
        )
        cell.wait_for(state="attached")
        return cell

    def _check(self, index: int) -> None:
        cell = self.cells()[index]
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output["traceback"]))
                raise CellFailed(f"cell {index}:\n{cell['source']}\n\n{trace}")

    # --- looking ----------------------------------------------------------------------

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """A button by the name on it."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def picture(self, element: Locator) -> np.ndarray:
        """What an image, canvas or video shows now: BGR pixels, at its own size."""
        png = base64.b64decode(element.evaluate(PICTURE))
        return _decoded(png)

    def pixels(self, element: Locator) -> np.ndarray:
        """What is on the screen where an element is: BGR pixels."""
        return _decoded(element.screenshot())

    def wait_until(
        self, condition: Callable[[], object], what: str, seconds: float = 15.0
    ) -> None:
        """Wait for something on the page; the page lives on meanwhile."""
        for _ in range(int(seconds / 0.05)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what}: not within {seconds:g} s")

    def wait_until_it_moves(self, element: Locator, seconds: float = 15.0) -> None:
        """Wait until the picture of an image, canvas or video has changed."""
        before = self.picture(element)

        def moved() -> bool:
            now = self.picture(element)
            return now.shape != before.shape or bool(np.any(now != before))

        self.wait_until(moved, "the picture moves", seconds)

    def screenshot(self, name: str) -> Path:
        """Keep the page as tests/browser/screenshots/NAME.png, to be looked at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    # --- light and dark, wide and narrow ----------------------------------------------

    def theme(self, name: str) -> None:
        """Switch to "light" or "dark" and wait until the page has changed."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name.title()}")
        light = "true" if name == "light" else "false"
        body = self.page.locator(f'body[data-jp-theme-light="{light}"]')
        body.wait_for(state="attached")
        self._wait_for_the_curtain()

    def size(self, name: str) -> None:
        """Make the page "wide", "laptop" or "narrow"."""
        width, height = SIZES[name]
        self.page.set_viewport_size({"width": width, "height": height})

    def only_the_notebook(self) -> None:
        """Fold the side bars away: the notebook has the page."""
        self.page.evaluate(
            "() => { const shell = window.jupyterapp.shell;"
            " shell.collapseLeft(); shell.collapseRight(); }"
        )

    # --- the console ------------------------------------------------------------------

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self._note(f"{message.text} ({where})")

    def _thrown(self, error: Error) -> None:
        self._note(f"uncaught: {error.stack or error.message}")

    def _note(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in HARMLESS):
            self.console_errors.append(text)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _decoded(png: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels
