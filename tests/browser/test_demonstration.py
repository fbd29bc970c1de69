"""The seven-minute demonstration, as a teacher gives it: A20, D7.

A page of 1280 × 720, as a projector has it: each cell is run and its one thing clicked,
and what its text promises must be there, without scrolling. The pictures of the slides
are this test's: `make screenshot` renews them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import cv2
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab_page import SCREENSHOTS, LabPage

DEMO = "demo-7-minutes.ipynb"
PROJECTOR = {"width": 1280, "height": 720}


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5000)  # Playwright's own


class Demonstration:
    """The notebook on a projector."""

    def __init__(self, lab: LabPage, theme: str = "light") -> None:
        self.lab, self.page = lab, lab.page
        self.page.set_viewport_size(PROJECTOR)
        lab.open_notebook(DEMO)
        lab.theme(theme)
        lab.only_the_notebook()

    def run(self, minute: int) -> None:
        """Scroll to the minute's text, run its cell, and scroll no more."""
        index = self.lab.index_of(f"minute({minute},")
        self.lab.cell(index - 1)
        self.lab.run_cell(index)
        self.cell = self.page.locator(
            f'.jp-Cell[data-windowed-list-index="{index}"]:visible'
        )

    def panel(self, name: str) -> Locator:
        """A panel of the cell that was run last."""
        return self.cell.get_by_role("region", name=name, exact=True)

    @property
    def registry(self) -> Locator:
        return self.panel("Registry")

    def click(self, what: Locator) -> None:
        """Click what the class can see: nothing is scrolled to."""
        expect(what).to_be_in_viewport(ratio=1)
        what.click()

    def button(self, panel: str, name: str) -> Locator:
        return self.lab.button(name, self.panel(panel))

    def keep(self, minute: int) -> None:
        """The picture of this minute's slide: the panels as far as the class sees."""
        shown = ".jp-OutputArea-executeResult .jp-OutputArea-output"
        box = self.cell.locator(shown).bounding_box()
        bar = self.page.locator("#jp-main-statusbar").bounding_box()
        assert box is not None
        assert bar is not None
        top = max(0.0, box["y"])
        below = min(box["y"] + box["height"], bar["y"] - 6)
        clip = {**box, "y": top, "height": below - top}
        SCREENSHOTS.mkdir(exist_ok=True)
        png = SCREENSHOTS / f"minute-{minute}.png"
        self.page.screenshot(path=png, clip=clip)  # type: ignore[arg-type]
        webp = png.with_suffix(".webp")
        cv2.imwrite(str(webp), cv2.imread(str(png)), [cv2.IMWRITE_WEBP_QUALITY, 88])


@pytest.mark.timeout(300)  # a busy machine takes its time; 30 s on a quiet one
def test_seven_clicks_show_what_the_text_promises(lab: LabPage) -> None:
    demo = Demonstration(lab)

    demo.run(1)
    registry = demo.registry
    demo.click(registry.locator("summary", has_text="REGISTER carol").first)
    expect(registry.get_by_role("table")).to_contain_text("carol")
    expect(registry.locator("pre").first).to_contain_text("REGISTER carol 127.0.0.1")
    demo.keep(1)

    demo.run(2)
    demo.click(demo.button("alice", "Register"))
    expect(demo.registry.get_by_role("table")).to_contain_text("alice")
    expect(demo.panel("alice")).to_contain_text("Ready to call and to be called")
    demo.keep(2)

    demo.run(3)
    expect(demo.panel("alice")).to_contain_text("Ringing at bob")
    demo.click(demo.button("bob", "Answer"))
    for name, peer in (("alice", "bob"), ("bob", "alice")):
        picture = demo.panel(name).get_by_role("img", name=re.compile(peer)).first
        expect(picture).to_be_in_viewport(ratio=1)
        lab.wait_until_it_moves(picture)
    demo.keep(3)

    demo.run(4)
    arrow = demo.panel("Messages").get_by_role("button", name=re.compile("INVITE"))
    expect(demo.cell).to_contain_text("QUERY bob")
    demo.click(arrow.first)
    expect(demo.cell).to_contain_text("INVITE sip:bob@127.0.0.1")
    expect(demo.cell).to_contain_text("m=video")
    demo.keep(4)

    demo.run(5)
    network = demo.panel("The network of alice")
    loss = network.get_by_role("slider", name="Loss", exact=True).first
    demo.click(loss)
    while (loss.get_attribute("aria-valuetext") or "") != "10 %":
        low = float((loss.get_attribute("aria-valuetext") or "0").split()[0]) < 10
        loss.press("ArrowRight" if low else "ArrowLeft")
    expect(network).to_contain_text("10 % lost")
    lab.wait_until(lambda: pictures(demo, "bob") < 10, "few pictures are whole", 40)
    demo.keep(5)

    demo.run(6)
    treatments = demo.panel("Treatments of alice, bob")
    demo.click(treatments.get_by_role("switch", name="Choose by itself"))
    expect(treatments).to_contain_text("each packet decodable alone")
    lab.wait_until(lambda: pictures(demo, "bob") > 12, "the pictures are back", 40)
    demo.keep(6)

    demo.run(7)
    expect(demo.cell).to_contain_text(re.compile(r"Video latency: median \d"))
    lab.wait_until_it_moves(demo.cell.locator("canvas").last)
    demo.keep(7)
    demo.click(demo.button("bob", "Hang up"))
    expect(demo.panel("bob")).to_contain_text("The call with alice has ended")


def pictures(demo: Demonstration, name: str) -> float:
    """Pictures a second, as a phone's figures say."""
    text = demo.panel(name).text_content() or ""
    found = re.search(r"Pictures/s\s*(\d+)", text)
    return float(found[1]) if found else float("nan")
