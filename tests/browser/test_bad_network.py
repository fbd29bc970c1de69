"""A call on a bad network, in a real browser: real phones, real packets, real panels.

What a student does in the lesson on loss: spoil the network of a running call with the
sliders, see what it does to sound and pictures, flip one treatment after the other and
see what each buys (A15, A16, D2, D3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.conftest import ROOT

CALL = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from labkit import Phone, Registry, Treatments
from labkit.devices import TestCard
from labkit.panels import *
registry = Registry("127.0.0.1", port=0)
def phone(name):  # small pictures: a browser without a GPU shares these processors
    camera = TestCard(320, 240, 10, label=name)
    return Phone(name, registry, camera=camera, treatments=Treatments())
alice, bob = phone("alice"), phone("bob")
bob.register()
alice.register()
alice.call("bob")
bob.answer()
"""
PANELS = (
    "side_by_side(PhonePanel(alice), PhonePanel(bob))",
    "LinkPanel(alice, bob)",
    "TreatmentPanel(alice, bob)",
    "BufferPanel(bob)",
    "LossPlot(bob)",
    "BufferPlot(bob)",
    "PlayoutPlot(bob)",
)
PHONES, NETWORK, TREATMENTS, BUFFER, LOSS, DEPTH, PACKETS = range(2, 9)
SECONDS = 30.0
"""For what takes two on a machine that has nothing else to do."""


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=1000 * SECONDS)
    yield
    expect.set_options(timeout=5000)  # Playwright's own


class Lesson:
    """The notebook of this lesson, its call up."""

    def __init__(self, lab: LabPage, jupyterlab: LabServer) -> None:
        self.lab = lab
        lab.open_notebook(jupyterlab.write("bad-network", CALL, *PANELS))
        lab.theme("light")
        lab.only_the_notebook()
        lab.size("wide")
        lab.run_all_cells()

    def panel(self, cell: int, name: str) -> Locator:
        """A panel, scrolled to."""
        return self.lab.cell(cell).get_by_role("region", name=name, exact=True)

    @property
    def network(self) -> Locator:
        return self.panel(NETWORK, "The network of alice")

    @property
    def treatments(self) -> Locator:
        return self.panel(TREATMENTS, "Treatments of alice, bob")

    def slide(self, name: str, stops: int, says: str) -> None:
        """Move a slider by so many of its stops."""
        slider = self.network.get_by_role("slider", name=name, exact=True).first
        slider.focus()
        for _ in range(stops):
            slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", says)

    def lost(self, row: str) -> float:
        """Of the ledger, on the way from alice to bob."""
        line = self.network.get_by_role("row", name=re.compile(f"^{row} "))
        return number(line.get_by_role("cell").first)

    def heard_by_bob(self, column: int) -> float:
        """One of the figures beside the switches: 0 before repair, 1 after it …"""
        line = self.treatments.get_by_role("row", name=re.compile("^bob "))
        return number(line.get_by_role("cell").nth(column))

    def latency(self) -> float:
        """Of the pictures that bob sees, in ms, as his panel says."""
        bob = self.panel(PHONES, "bob")
        line = bob.get_by_role("row", name=re.compile("^Video"))
        return number(line.get_by_role("cell").first)

    def wait(self, condition: object, what: str) -> None:
        self.lab.wait_until(condition, what, SECONDS)  # type: ignore[arg-type]

    def bob_sees_alice_move(self) -> None:
        bob = self.panel(PHONES, "bob")
        picture = bob.get_by_role("img", name=re.compile("alice")).first
        self.lab.wait_until_it_moves(picture, SECONDS)

    def drawn(self, cell: int, words: str) -> None:
        """A live figure says what it shows, and is drawn again."""
        panel = self.lab.cell(cell)
        expect(panel).to_contain_text(re.compile(words))
        canvas = panel.locator("canvas")
        seen = int(canvas.get_attribute("data-painted") or 0)
        self.wait(
            lambda: int(canvas.get_attribute("data-painted") or 0) > seen,
            "the figure is drawn again",
        )


def number(cell: Locator) -> float:
    """The number that a cell begins with; nan for a dash."""
    found = re.match(r"\d+(\.\d+)?", cell.text_content() or "")
    return float(found[0]) if found else float("nan")


@pytest.mark.timeout(300)  # waits for figures, however busy the machine is
def test_a_call_on_a_bad_network_is_spoilt_and_mended_before_the_students_eyes(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lesson = Lesson(lab, jupyterlab)
    lesson.bob_sees_alice_move()
    lesson.wait(lambda: lesson.latency() > 0, "the latency is known")
    before = min(lesson.latency() for _ in range(5))

    # The sliders spoil it: packets are lost, pictures late, and the panels say so.
    lesson.slide("Loss", 9, "20 %")
    lesson.slide("Delay", 6, "50 ms")
    expect(lesson.network).to_contain_text("20 % lost; 50 ms delay")
    lesson.wait(lambda: lesson.lost("lost") > 50, "the ledger counts losses")
    lesson.wait(lambda: 15 < lesson.lost("lost in the last") < 25, "20 % are lost now")
    lesson.wait(lambda: lesson.heard_by_bob(0) > 12, "the sound suffers too")
    lesson.wait(lambda: lesson.heard_by_bob(1) > 10, "nothing repairs it")

    # Pictures need each packet decodable alone, else a lost one takes all of them.
    lesson.treatments.get_by_role("switch", name="Each packet decodable alone").click()
    lesson.bob_sees_alice_move()
    lesson.wait(lambda: 40 < lesson.latency() - before < 100, "50 ms more latency")

    # Nonsense is refused in words, and the call goes on as it was.
    loss = lesson.network.get_by_role("textbox", name="Loss, %").first
    loss.fill("lots")
    loss.press("Enter")
    alert = lesson.network.get_by_role("alert").filter(has_text="not 'lots'")
    expect(alert).to_be_visible()
    expect(lesson.network).to_contain_text("20 % lost; 50 ms delay")
    lesson.bob_sees_alice_move()

    # RED mends what is lost, at a price; then the phones choose by themselves.
    red = lesson.treatments.get_by_role("radiogroup", name=re.compile("RED"))
    red.get_by_text("2", exact=True).click()
    lesson.wait(
        lambda: lesson.heard_by_bob(1) < lesson.heard_by_bob(0) / 2,
        "RED brings more than half of it back",
    )
    assert lesson.heard_by_bob(0) > 10, "the network loses as many as before"
    lesson.wait(lambda: 100 < lesson.heard_by_bob(3) < 250, "two frames more a packet")
    lesson.drawn(BUFFER + 1, "packets the network lost")
    lesson.treatments.get_by_role("switch", name="Choose by itself").click()
    told = re.compile(r"bob: \d+(\.\d)?% lost, round trip \d+ ms: ")
    expect(lesson.treatments).to_contain_text(told)
    expect(red.get_by_role("radio").first).to_be_disabled()

    # The buffer, frame by frame and as figures.
    buffer = lesson.panel(BUFFER, "The playout buffer of bob")
    told = re.compile(r"Of the last \d+ frames, [1-9]\d* were played as they came")
    expect(buffer).to_contain_text(told)
    lab.wait_until_it_moves(buffer.locator("canvas"))
    lesson.drawn(DEPTH, "the jitter buffer held")
    lesson.drawn(PACKETS, r"\d+ packets: \d+ played")
    lesson.bob_sees_alice_move()
    expect(lesson.panel(PHONES, "alice")).to_contain_text("In a call with bob")
