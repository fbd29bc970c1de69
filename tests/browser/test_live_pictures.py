"""Pictures in a notebook, when things go wrong: a cell that blocks, a page that is
loaded again, a second page, a kernel that is gone (D3)."""

from __future__ import annotations

import os
import signal

import nbformat
import pytest
from playwright.sync_api import Locator

from tests.browser.lab_page import READY, LabPage
from tests.browser.lab_server import LabServer

SHOW = """
import cv2
from labkit.devices import TestCard
from labkit.panels import LiveVideo

view = LiveVideo(label="a test card")
card = TestCard(320, 240, 30, label="alice")
card.start(lambda picture: view.show(cv2.imencode(".jpg", picture.pixels)[1].tobytes()))
view
"""
BLOCK = "import time; time.sleep(4)"


@pytest.fixture
def notebook(jupyterlab: LabServer) -> str:
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (SHOW, BLOCK)]
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=cells)
    nbformat.write(made, jupyterlab.notebooks / "live-pictures.ipynb")
    return "live-pictures.ipynb"


def painted(picture: Locator) -> int:
    return int(picture.get_attribute("data-painted") or 0)


def grows(lab: LabPage, picture: Locator, by: int, seconds: float = 15.0) -> None:
    start = painted(picture)
    lab.wait_until(
        lambda: painted(picture) >= start + by, f"{by} more pictures", seconds
    )


def shown(lab: LabPage, notebook: str) -> Locator:
    lab.open_notebook(notebook)
    lab.run_cell(0)
    picture = lab.cell(0).get_by_role("img", name="a test card")
    grows(lab, picture, 5)
    return picture


def test_a_blocking_cell_does_not_stop_the_pictures(
    lab: LabPage, notebook: str
) -> None:
    picture = shown(lab, notebook)
    lab.page.evaluate(
        "() => { const notebook = window.jupyterapp.shell.currentWidget.content;"
        " notebook.deselectAll(); notebook.activeCellIndex = 1;"
        " window.jupyterapp.commands.execute('notebook:run-cell'); }"
    )
    lab.page.get_by_text("| Busy").wait_for()
    lab.page.wait_for_timeout(1000)  # what was under way has come by then
    grows(lab, picture, 15, seconds=3.0)
    lab.page.get_by_text("| Busy").wait_for()
    lab.wait_idle()
    grows(lab, picture, 10)


def test_a_reloaded_page_gets_its_pictures_back(lab: LabPage, notebook: str) -> None:
    picture = shown(lab, notebook)
    lab.command("docmanager:save")
    lab.page.reload()
    lab.page.wait_for_function(READY)
    picture.wait_for()
    grows(lab, picture, 5)


def test_a_second_page_that_vanishes_does_not_hold_up_the_first(
    lab: LabPage, notebook: str
) -> None:
    picture = shown(lab, notebook)
    lab.command("docmanager:save")
    second = LabPage(lab.page.context.new_page(), lab.server)
    second.open_notebook(notebook)
    there = second.cell(0).get_by_role("img", name="a test card")
    # A picture leaves when the last one has come to both: two pages, each with a whole
    # JupyterLab, answer late where the processors are taken.
    grows(second, there, 5, seconds=45.0)
    grows(lab, picture, 5)
    second.page.close(run_before_unload=False)
    grows(lab, picture, 60, seconds=10.0)


def test_a_view_whose_kernel_is_gone_says_so(lab: LabPage, notebook: str) -> None:
    shown(lab, notebook)
    (kernel,) = lab.server.kernel_processes()
    os.kill(kernel, signal.SIGKILL)
    lab.page.get_by_text("No word from the kernel").wait_for()
    # JupyterLab tells its own console that the kernel went; that is no error of ours.
    lab.console_errors.clear()
