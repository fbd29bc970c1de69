"""A bad network in a real JupyterLab: its sliders, the treatments' switches, a buffer
to watch, sound to listen to (A15, A16, D2). The phones and the call are the test's own:
what the panels do with them is looked at, not the media."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.conftest import ROOT

PHONES = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.panels.fakes import FakePhone
from tests.panels.moving_buffer import MovingBuffer
from labkit.panels import BufferPanel, LinkPanel, TreatmentPanel, before_after
alice, bob = FakePhone("alice"), FakePhone("bob")
bob.media = MovingBuffer()
"""
SOUND = """
import numpy as np
tone = (9000 * np.sin(np.arange(24000) / 4)).astype(np.int16)
before_after(("as sent", tone, 8000), ("halved", tone // 2, 8000, "PESQ 4.5"))
"""
NETWORK, TREATMENTS, BUFFER, LISTEN = 2, 3, 4, 5
STICKS_OUT = """panel => [...panel.querySelectorAll('*')].filter(part =>
    part.checkVisibility() && getComputedStyle(part).overflowX === 'visible'
    && !part.closest('.lk-effects')
    && part.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1
).map(part => part.outerHTML)"""


@pytest.fixture
def panels(lab: LabPage, jupyterlab: LabServer) -> LabPage:
    notebook = jupyterlab.write(
        "a-bad-network", PHONES, "LinkPanel(alice)", "TreatmentPanel(alice, bob)",
        "BufferPanel(bob)", SOUND,
    )  # fmt: skip
    lab.open_notebook(notebook)
    lab.run_all_cells()
    lab.command("notebook:insert-cell-below")
    return lab


def region(lab: LabPage, cell: int, name: str) -> Locator:
    return lab.cell(cell).get_by_role("region", name=name, exact=True)


def in_the_kernel(lab: LabPage, expression: str) -> str:
    lab.page.evaluate(
        "source => { const all = window.jupyterapp.shell.currentWidget.content.widgets;"
        " all[all.length - 1].model.sharedModel.setSource(source); }",
        f"print({expression})",
    )
    return lab.run_cell(len(lab.cells()) - 1).strip()


def test_a_slider_a_number_and_a_preset_change_the_network(panels: LabPage) -> None:
    panel = region(panels, NETWORK, "The network of alice")
    slider = panel.get_by_role("slider", name="Delay").first
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    expect(panel.get_by_role("status").filter(has_text="50 ms delay")).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", "50 ms")
    loss = panel.get_by_role("textbox", name="Loss, %").first
    loss.fill("120")
    loss.press("Enter")
    expect(panel.get_by_role("alert").filter(has_text="not '120'")).to_be_visible()
    expect(loss).to_have_attribute("aria-invalid", "true")
    loss.fill("12,5")
    loss.press("Enter")
    expect(panel).to_contain_text("12.5 % lost; 50 ms delay")
    expect(panel.get_by_role("alert").filter(has_text="not")).to_have_count(0)
    assert in_the_kernel(panels, "alice.link.back.loss") == "0.125"

    panel = region(panels, NETWORK, "The network of alice")
    panel.get_by_role("switch", name="Both ways alike").click()
    expect(panel).to_contain_text("the peer → alice")
    panel.get_by_role("combobox", name="Preset").last.select_option("classic")
    expect(panel).to_contain_text("5 % corrupted")
    panels.button("Off", panel).click()
    expect(panels.button("Off", panel)).to_be_disabled()
    assert in_the_kernel(panels, "alice.link.there.is_perfect") == "True"


def test_switches_are_flipped_and_automatic_takes_them_over(panels: LabPage) -> None:
    panel = region(panels, TREATMENTS, "Treatments of alice, bob")
    red = panel.get_by_role("radiogroup", name=re.compile("RED"))
    red.get_by_text("2", exact=True).click()
    panel.get_by_role("switch", name="Ask for what is missing").click()
    menu = panel.get_by_role("combobox", name="Reed–Solomon")
    menu.select_option("4")
    most = panel.get_by_role("textbox", name="Longest delay, ms")
    most.fill("many")
    most.press("Enter")
    expect(panel.get_by_role("alert").filter(has_text="not 'many'")).to_be_visible()
    told = in_the_kernel(
        panels, "[(t.red, t.nack, t.reed_solomon) for t in "
        "(alice.treatments, bob.treatments)]",
    )  # fmt: skip
    assert told == "[(2, True, 4), (2, True, 4)]"
    panel = region(panels, TREATMENTS, "Treatments of alice, bob")
    panel.get_by_role("switch", name="Choose by itself").click()
    expect(panel.get_by_role("combobox", name="Reed–Solomon")).to_be_disabled()
    expect(panel).to_contain_text("alice: Waits for the first figures")


def test_the_buffer_moves_stands_still_and_goes_on(panels: LabPage) -> None:
    panel = region(panels, BUFFER, "The playout buffer of bob")
    expect(panel).to_contain_text(re.compile(r"the rule aims at 60 ms.*were played"))
    canvas = panel.locator("canvas")
    panels.wait_until_it_moves(canvas)
    panels.button("Pause", panel).click()

    def stands_still() -> bool:  # once the kernel's last word has come
        before = panels.picture(canvas)
        panels.page.wait_for_timeout(500)
        return np.array_equal(panels.picture(canvas), before)

    panels.wait_until(stands_still, "the buffer stands still")
    still = panels.picture(canvas)
    back = panel.get_by_role("slider", name=re.compile("Look back"))
    back.focus()
    for _ in range(10):
        back.press("ArrowRight")
    expect(panel).to_contain_text("100 ms ago")
    assert not np.array_equal(panels.picture(canvas), still)
    panels.button("Go on", panel).click()
    panels.wait_until_it_moves(canvas)


def test_sound_plays_and_the_next_goes_on_in_its_place(panels: LabPage) -> None:
    panel = region(panels, LISTEN, "Listen")
    panels.button("Play: as sent", panel).click()
    expect(panels.button("Pause: as sent", panel)).to_be_visible()
    expect(panel).to_contain_text(re.compile(r"[012]\.[1-9] / 3\.0 s"))
    panels.button("Play: halved", panel).click()
    expect(panels.button("Pause: halved", panel)).to_be_visible()
    expect(panels.button("Play: as sent", panel)).to_be_visible()
    expect(panel.get_by_role("alert").filter(has_text="cannot")).to_have_count(0)


def test_nothing_sticks_out_in_any_dress(panels: LabPage) -> None:
    panels.only_the_notebook()
    for size, theme in itertools.product(("wide", "narrow"), ("light", "dark")):
        panels.theme(theme)
        panels.size(size)
        for cell, name in (
            (NETWORK, "The network of alice"),
            (TREATMENTS, "Treatments of alice, bob"),
            (BUFFER, "The playout buffer of bob"),
            (LISTEN, "Listen"),
        ):
            panel = region(panels, cell, name)
            expect(panel).to_be_visible()
            assert panel.evaluate(STICKS_OUT) == [], (name, size, theme)
            panels.screenshot(f"network-{cell}-{size}-{theme}")
