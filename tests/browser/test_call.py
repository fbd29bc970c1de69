"""A call from the first notebook's buttons, in a real browser: D1-D3, A1-A14.

What a student does in the first five minutes: register both, look bob up, call him, see
him accept, watch both pictures move, hang up, and read the messages that passed. The
README's picture is one of these tests' screenshots: `make screenshot` renews it.
"""

from __future__ import annotations

import itertools
import re

import numpy as np
from playwright.sync_api import Locator, expect

from labkit.devices import timestamp
from tests.browser.lab_page import LabPage

FIRST = "00-start-here.ipynb"


def phone(lab: LabPage, name: str) -> Locator:
    """The panel of this phone; its cell is in view."""
    return lab.page.get_by_role("region", name=name, exact=True)


def begin(lab: LabPage) -> tuple[Locator, Locator]:
    """Run the notebook, bring the two phones into view, register both."""
    lab.open_notebook(FIRST)
    lab.theme("light")  # JupyterLab remembers the one of an earlier test
    lab.only_the_notebook()
    lab.size("wide")
    lab.run_all_cells()
    lab.cell(lab.index_of("side_by_side("))
    alice, bob = phone(lab, "alice"), phone(lab, "bob")
    for panel in (alice, bob):
        expect(lab.button("Call", panel)).to_be_disabled()
        lab.button("Register", panel).click()
        expect(panel).to_contain_text("registered as")
        expect(lab.button("Register", panel)).to_be_disabled()
    return alice, bob


def connect(lab: LabPage, alice: Locator, bob: Locator) -> None:
    """Alice calls bob by name; bob answers."""
    alice.get_by_role("textbox").fill("bob")
    lab.button("Call", alice).click()
    expect(bob).to_contain_text("alice is calling")
    lab.button("Answer", bob).click()
    expect(alice).to_contain_text("In a call with bob")
    expect(bob).to_contain_text("In a call with alice")


def peer_picture(panel: Locator, peer: str) -> Locator:
    return panel.get_by_role("img", name=re.compile(peer, re.IGNORECASE)).first


def time_in(lab: LabPage, picture: Locator) -> float | None:
    """The machine-readable time in a test card, as the page shows it."""
    return timestamp.read(np.ascontiguousarray(lab.picture(picture)[:, :, :3]))


def readable_time(lab: LabPage, picture: Locator) -> float:
    seen: list[float] = []

    def read() -> bool:
        time = time_in(lab, picture)
        seen.extend([time] if time is not None else [])
        return time is not None

    lab.wait_until(read, "the picture's time can be read")
    return seen[-1]


def test_a_student_registers_queries_calls_watches_and_hangs_up(lab: LabPage) -> None:
    alice, bob = begin(lab)

    alice.get_by_role("textbox").fill("bob")
    lab.button("Query", alice).click()
    expect(alice).to_contain_text(re.compile(r"bob .*127\.0\.0\.1:\d+"))
    lab.button("List users", bob).click()
    expect(bob.get_by_role("list", name="Users")).to_contain_text("alice")

    connect(lab, alice, bob)
    for panel, peer in ((alice, "bob"), (bob, "alice")):
        picture = peer_picture(panel, peer)
        lab.wait_until_it_moves(picture)
        before = readable_time(lab, picture)
        lab.wait_until(
            lambda picture=picture, before=before: (
                readable_time(lab, picture) > before + 0.5
            ),
            "the time in the peer's picture goes on",
        )
        expect(panel.get_by_role("meter", name=re.compile("Their"))).to_be_visible()
    for panel in (alice, bob):
        for medium in ("Video", "Audio"):
            figures = panel.get_by_role("row", name=re.compile(medium))
            expect(figures).to_contain_text(re.compile(r"\d\.\d ± \d"))
    lab.page.set_viewport_size({"width": 1600, "height": 1330})
    lab.cell(lab.index_of("side_by_side("))
    lab.screenshot("readme")
    lab.size("wide")

    lab.button("Hold", alice).click()
    expect(bob).to_contain_text(re.compile("on hold", re.IGNORECASE))
    lab.button("Resume", alice).click()
    expect(bob).to_contain_text("In a call with alice")
    lab.wait_until_it_moves(peer_picture(bob, "alice"))

    lab.button("Hang up", alice).click()
    expect(alice).to_contain_text(re.compile("ended", re.IGNORECASE))
    expect(bob).to_contain_text(re.compile("ended", re.IGNORECASE))
    expect(lab.button("Hang up", alice)).to_be_disabled()

    lab.cell(lab.index_of("LadderPanel("))
    ladder = lab.page.get_by_role("region", name="Messages").first
    invite = ladder.get_by_role("button", name=re.compile("INVITE")).first
    invite.click()
    expect(lab.page.get_by_text("m=audio").first).to_be_visible()
    lab.screenshot("ladder-wide-light")


def test_a_second_caller_is_told_busy_in_words_and_the_call_goes_on(
    lab: LabPage,
) -> None:
    """B16."""
    alice, bob = begin(lab)
    connect(lab, alice, bob)
    last = len(lab.cells()) - 1
    lab.command("notebook:insert-cell-below")
    lab.page.evaluate(
        "source => { const notebook = window.jupyterapp.shell.currentWidget.content;"
        " notebook.widgets[notebook.activeCellIndex].model.sharedModel"
        ".setSource(source); }",
        'from labkit import Phone\ncarol = Phone("carol", registry)\n'
        'print(carol.call("bob").wait("over"))\ncarol.close()',
    )
    assert "busy" in lab.run_cell(lab.index_of("carol ="))
    assert len(lab.cells()) == last + 2
    lab.cell(lab.index_of("side_by_side("))
    expect(alice).to_contain_text("In a call with bob")
    lab.wait_until_it_moves(peer_picture(alice, "bob"))


STICKS_OUT = """panel => [...panel.querySelectorAll('*')].filter(part =>
    part.checkVisibility() && part.scrollWidth > part.clientWidth + 1
    && getComputedStyle(part).overflowX === 'visible'
    && part.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1
).map(part => part.outerHTML)"""


def test_the_panels_are_there_in_every_dress(lab: LabPage) -> None:
    """Light and dark, wide and narrow: nothing sticks out; kept to be looked at."""
    alice, bob = begin(lab)
    connect(lab, alice, bob)
    for size, theme in itertools.product(("wide", "narrow"), ("light", "dark")):
        lab.theme(theme)
        lab.size(size)
        lab.cell(lab.index_of("side_by_side("))
        lab.wait_until_it_moves(peer_picture(alice, "bob"))
        for panel in (alice, bob):
            assert panel.evaluate(STICKS_OUT) == [], (size, theme)
        lab.screenshot(f"call-{size}-{theme}")
