"""The shortcut between page and kernel, with it, without it, and when it is cut."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.browser.lab_page import LabPage
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
WAYS = "print(len(view._carrier._shortcuts))"
CUT = "view._carrier._shortcuts[0].close()"
OFF = """
import os
os.environ["LABKIT_SHORTCUT"] = "off"
"""
CALL = """
from labkit import Phone, Registry
from labkit.panels import PhonePanel

registry = Registry("127.0.0.1", port=0)
alice, bob = Phone("alice", registry), Phone("bob", registry)
alice.register()
bob.register()
call = alice.call("bob")
bob.answer()
call.wait("accepted")
PhonePanel(alice)
"""
BLOCK = """
import time
while call.state.is_up:
    time.sleep(0.05)  # as a cell that waits: nothing of Jupyter's is heard
print("hung up")
"""


def grows(lab: LabPage, picture: Locator, by: int) -> None:
    def painted() -> int:
        return int(picture.get_attribute("data-painted") or 0)

    start = painted()
    lab.wait_until(lambda: painted() >= start + by, f"{by} more pictures", 20.0)


def shown(lab: LabPage) -> Locator:
    picture = lab.page.get_by_role("img", name="a test card")
    grows(lab, picture, 5)
    return picture


def ways(lab: LabPage) -> int:
    return int(lab.run_cell(2))


def test_a_page_of_this_machine_has_a_shortcut_and_another_when_it_is_cut(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("shortcut", SHOW, WAYS, CUT))
    lab.run_cell(1)
    picture = shown(lab)
    assert ways(lab) == 1
    lab.run_cell(3)
    grows(lab, picture, 10)
    lab.wait_until(lambda: ways(lab) == 1, "another shortcut", 20.0)
    grows(lab, picture, 10)


def test_without_it_pictures_come_through_jupyter(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("no-shortcut", OFF + SHOW, WAYS))
    lab.run_cell(1)
    picture = shown(lab)
    assert ways(lab) == 0
    grows(lab, picture, 10)


def test_buttons_are_heard_while_a_cell_blocks_the_kernel(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("blocked", CALL, BLOCK))
    lab.run_cell(1)
    picture = lab.page.get_by_role("img", name="Picture from bob")
    grows(lab, picture, 10)
    lab.page.evaluate(
        "() => { const notebook = window.jupyterapp.shell.currentWidget.content;"
        " notebook.deselectAll(); notebook.activeCellIndex = 2;"
        " window.jupyterapp.commands.execute('notebook:run-cell'); }"
    )
    lab.page.get_by_text("| Busy").wait_for()
    lab.page.get_by_role("button", name="Hang up", exact=True).click()
    lab.wait_until(lambda: "hung up" in lab.cell_output(2), "the call's end", 20.0)
