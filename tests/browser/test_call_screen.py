"""The call screen: a whole call by hand and by keys, and every state it can be in.

Each state's picture is kept in screenshots/, to be looked at: C2-C9, D1-D3, A14.
`LABKIT_DRESSES=all` takes each in light and dark, wide, half as wide and narrow.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.browser.test_accessibility import faults
from tests.panels.scenes import SCENES

PHONES = """
from labkit import Phone, Registry
from labkit.devices import TestCard
from labkit.panels import PhonePanel, side_by_side
registry = Registry("127.0.0.1", port=0)
def phone(name):  # small pictures: a browser without a GPU shares these processors
    return Phone(name, registry, camera=TestCard(320, 240, 10, label=name))
alice, bob = phone("alice"), phone("bob")
alice.register()
bob.register()
"""
PANELS = """
side_by_side(PhonePanel(alice, files="films", recordings="kept"), PhonePanel(bob))
"""
ORANGE = (0, 128, 255)
"""Blue, green, red of the film."""


def panel(lab: LabPage, name: str) -> Locator:
    return lab.page.get_by_role("region", name=name, exact=True)


def write_film(folder: Path) -> None:
    """A second of one colour, as `films/orange.avi`."""
    folder.mkdir(exist_ok=True)
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(folder / "orange.avi"), codec, 10, (320, 240))
    for _ in range(10):
        writer.write(np.full((240, 320, 3), ORANGE, np.uint8))
    writer.release()


@pytest.fixture
def two(lab: LabPage, jupyterlab: LabServer) -> tuple[Locator, Locator]:
    """Alice's and bob's panels, both registered."""
    write_film(jupyterlab.notebooks / "films")
    lab.open_notebook(jupyterlab.write("call-screen", PHONES, PANELS))
    lab.theme("light")
    lab.only_the_notebook()
    lab.size("wide")
    lab.run_cell(1)
    lab.run_cell(2)
    lab.cell(2)
    return panel(lab, "alice"), panel(lab, "bob")


def test_a_call_with_all_that_one_can_do_in_it(
    lab: LabPage, jupyterlab: LabServer, two: tuple[Locator, Locator]
) -> None:
    alice, bob = two
    keys = lab.page.keyboard

    # Search the list, and call from it.
    lab.button("List users", alice).click()
    expect(alice.get_by_role("listitem")).to_have_count(2)
    alice.get_by_role("textbox").fill("BO")
    expect(alice.get_by_role("listitem")).to_have_count(1)
    lab.button("Call bob", alice).click()
    expect(bob).to_contain_text("alice is calling you")
    expect(lab.button("Do not ring", bob)).to_have_attribute("data-ring", "rings")
    lab.screenshot("call-screen-ringing")

    # Bob answers by key: the focus is in his panel, and goes on to what makes sense.
    bob.get_by_role("group", name="Pictures").click(position={"x": 10, "y": 10})
    keys.press("a")
    expect(alice).to_contain_text("In a call with bob")
    lab.wait_until_it_moves(bob.get_by_role("img", name="Picture from alice"))

    # Write.
    keys.press("c")
    keys.type("Do you see me?")
    keys.press("Enter")
    expect(bob.get_by_role("log")).to_contain_text("Do you see me?")
    unread = alice.get_by_role("tab", name="Chat, 1 unread")
    unread.click()
    expect(alice.get_by_role("log")).to_contain_text("Do you see me?")
    expect(alice.get_by_role("tab", name="Chat", exact=True)).to_be_visible()

    # Mute, pause: the other side sees it.
    lab.button("Mute", alice).click()
    expect(alice).to_contain_text("You are muted")
    lab.button("Unmute", alice).click()
    lab.button("Pause video", alice).click()
    expect(bob).to_contain_text("alice sends no picture now")
    lab.button("Resume video", alice).click()
    expect(bob).not_to_contain_text("sends no picture")

    # Another source and another quality, and bob sees both in the pixels.
    alice.get_by_role("tab", name="Source").click()
    alice.get_by_role("combobox", name="Picture from").select_option("file:orange.avi")
    picture = bob.get_by_role("img", name="Picture from alice")

    def is_orange() -> bool:
        pixels = lab.picture(picture)
        return bool(np.abs(pixels.mean((0, 1))[:3] - ORANGE).max() < 30)

    lab.wait_until(is_orange, "bob sees the film")
    alice.get_by_role("combobox", name="Size").select_option("160x120")
    lab.wait_until(lambda: lab.picture(picture).shape[:2] == (120, 160), "smaller ones")
    lab.screenshot("call-screen-source")

    # A picture to keep.
    with lab.page.expect_download() as download:
        lab.button("Snapshot", bob).click()
    assert re.fullmatch(r"alice-[\d-]{19}\.jpg", download.value.suggested_filename)
    kept = cv2.imread(str(download.value.path()))
    assert kept is not None
    assert kept.shape[:2] == (120, 160)
    expect(bob).to_contain_text("Saved: alice-")

    # A recording, only with consent, seen on both sides.
    lab.button("Record", alice).click()
    expect(alice).to_contain_text("Asking bob")
    question = bob.get_by_role("alertdialog")
    expect(question).to_contain_text("alice asks to record this call")
    lab.button("Allow recording", question).click()
    expect(alice).to_contain_text("You record this call")
    expect(bob).to_contain_text("alice records this call")
    lab.screenshot("call-screen-recording")
    lab.button("Refuse recording", bob).click()
    expect(alice).not_to_contain_text("You record this call")
    assert len([*(jupyterlab.notebooks / "kept").glob("*.webm")]) == 1

    # The end, by key; what was focused is gone, the focus is not.
    alice.get_by_role("group", name="Pictures").click(position={"x": 10, "y": 10})
    keys.press("h")
    expect(bob).to_contain_text("The call with alice has ended")
    expect(lab.button("Call", alice)).to_be_enabled()
    focus = "panel => panel.contains(document.activeElement)"
    lab.wait_until(lambda: alice.evaluate(focus), "alice's panel keeps the focus")


def test_keys_are_the_phones_only_while_it_has_the_focus(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    cells = "from tests.panels.scenes import show\npanel = show('in-call')\npanel"
    asked = "print([name for name, _ in panel.phone.asked])"
    lab.open_notebook(jupyterlab.write("keys", cells, asked))
    lab.run_cell(1)
    lab.cell(1)
    alice = panel(lab, "alice")
    count = len(lab.cells())
    lab.button("Mute", alice).focus()
    for key in (
        "x",
        "m",
        "v",
        "b",
        "Control+m",
    ):  # x, b: JupyterLab's, were it not here
        lab.page.keyboard.press(key)
    lab.page.keyboard.press("?")
    expect(alice.get_by_role("dialog", name="Keys")).to_contain_text("Hang up")
    lab.screenshot("call-screen-keys")
    lab.page.keyboard.press("Escape")
    expect(alice.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(lab.button("Mute", alice)).to_be_focused()
    alice.get_by_role("tab", name="Figures").focus()
    lab.page.keyboard.press("ArrowLeft")
    expect(alice.get_by_role("tab", name="Source")).to_be_focused()
    expect(alice.get_by_role("combobox", name="Picture from")).to_be_visible()
    assert len(lab.cells()) == count
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.node.focus()")
    lab.page.keyboard.press("h")
    lab.page.keyboard.press("Escape")
    assert lab.run_cell(2).strip() == "['mute', 'pause_video']"


# What a browser does with a page that nobody has touched yet; to it, each line that a
# test runs on the page is a touch.
NO_SOUND_UNASKED = """
let was = false;
const touched = () => was;
addEventListener("pointerdown", () => { was = true; }, true);
const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state");
const resume = AudioContext.prototype.resume;
Object.defineProperty(BaseAudioContext.prototype, "state", {
    get() { return touched() ? state.get.call(this) : "suspended"; },
});
AudioContext.prototype.resume = function () {
    return touched() ? resume.call(this) : new Promise(() => {});
};
"""


def test_a_ring_that_the_browser_holds_back_asks_for_a_click(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    cell = "from tests.panels.scenes import show\nshow('incoming')"
    lab.page.add_init_script(NO_SOUND_UNASKED)
    lab.open_notebook(jupyterlab.write("ring", cell))
    lab.run_cell(1)
    lab.cell(1)
    alice = panel(lab, "alice")
    blocked = lab.button("Click to hear the ring", alice)
    expect(blocked).to_have_attribute("data-ring", "blocked")
    blocked.click()
    bell = lab.button("Do not ring", alice)
    expect(bell).to_have_attribute("data-ring", "rings")
    bell.click()
    expect(lab.button("Ring", alice)).to_have_attribute("data-ring", "quiet")


EVERY = os.environ.get("LABKIT_DRESSES") == "all"
WIDTHS = {"wide": "100%", "half": "590px", "narrow": "440px"}
STICKS_OUT = """panel => [...panel.querySelectorAll('*')].filter(part =>
    part.checkVisibility() && part.getBoundingClientRect().width > 1
    && !part.closest('.lk-panes, .lk-log-lines, svg')
    && part.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1
).map(part => part.outerHTML)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_in_its_dress(
    lab: LabPage, jupyterlab: LabServer, theme: str
) -> None:
    """Nothing sticks out, nothing is a serious fault for those who cannot see; one half
    of the states in light, the other in dark."""
    scenes = [*SCENES] if EVERY else [*SCENES][theme == "dark" :: 2]
    cells = [f"from tests.panels.scenes import show\nshow({s!r})" for s in scenes]
    lab.open_notebook(jupyterlab.write(f"states-{theme}", *cells))
    lab.theme(theme)
    lab.only_the_notebook()
    lab.page.set_viewport_size({"width": 1280, "height": 1300})
    widths = WIDTHS if EVERY else {k: WIDTHS[k] for k in ("half", "narrow")}
    for number, scene in enumerate(scenes, 1):
        lab.run_cell(number)
        lab.cell(number)
        alice = lab.page.locator(".lk-phone:not(.lk-still)").first
        if scene == "closed":
            alice = panel(lab, "alice").last
        alice.wait_for()
        if scene in ("in-call", "muted", "chat"):
            lab.wait_until_it_moves(alice.locator(".lk-peer"))
        for drawer in ("People", "Source", "Chat") if scene == "chat" else ():
            alice.get_by_role("tab", name=re.compile(drawer)).click()
            assert faults(lab) == []
        for width, size in widths.items():
            alice.evaluate(
                "(panel, size) => panel.parentElement.style.inlineSize = size", size
            )
            assert alice.evaluate(STICKS_OUT) == [], (scene, width)
            lab.screenshot(f"phone-{scene}-{width}-{theme}")
        assert faults(lab) == [], scene
