"""The slides of the demonstration: one file, no network, arrow keys: A20, D7.

They are what is projected when the live run fails, so they are tried as they would be
then: opened from the disc, offline, in a browser that knows nothing else.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.conftest import ROOT

DEMO = ROOT / "notebooks" / "demo-7-minutes.ipynb"
FETCHED = re.compile(
    r"""(?:\b(?:src|href|srcset|poster|data)\s*=\s*["']?|\burl\(\s*["']?|@import\s+["']?"""
    r"""|\bimport\s*\(?\s*["'])\s*(?!data:)([^"'\s)>]+)""",
    re.IGNORECASE,
)
"""What a browser would load on seeing it, unless it is in the page itself."""


@pytest.fixture
def slides(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], str]]:
    monkeypatch.syspath_prepend(str(ROOT / "report" / "slides"))
    yield import_module("slides").slides
    del sys.modules["slides"]


@pytest.fixture
def file(tmp_path: Path, slides: Callable[[Path], str]) -> Path:
    path = tmp_path / "demo-7-minutes.html"
    path.write_text(slides(DEMO), "utf-8")
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The slides in a browser without a network; nothing may be asked for or wrong."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []

    def ask(request: Request) -> None:
        if not request.url.startswith("data:"):
            asked.append(request.url)

    page.on("request", ask)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    yield page
    context.close()
    assert asked == [file.as_uri()]
    assert said == []


def markup(html: str) -> str:
    """The page without the text of its scripts: those are tried in a browser."""
    return re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)


def test_nothing_in_the_file_is_loaded_from_elsewhere(file: Path) -> None:
    html = markup(file.read_text("utf-8"))
    assert FETCHED.findall(html) == []
    assert "<script" not in html
    assert "<iframe" not in html


@pytest.mark.parametrize(
    "bad",
    [
        '<script src="https://unpkg.com/reveal.js">',
        "<link href='reveal.css'>",
        "a { background: url(https://a.example/x.png) }",
        '@import "https://fonts.example/css"',
        "import mermaid from 'x'; import('https://a.example/m.js')",
    ],
)
def test_what_would_be_loaded_is_seen(bad: str) -> None:
    assert FETCHED.findall(bad)


def test_the_arrow_keys_go_through_every_minute_and_its_picture(page: Page) -> None:
    cells = json.loads(DEMO.read_text("utf-8"))["cells"]
    minutes = sum(cell["cell_type"] == "code" for cell in cells)
    texts = len(cells) - minutes
    assert minutes == 7
    assert page.evaluate("Reveal.getTotalSlides()") == texts + minutes

    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("ArrowRight")
    for minute in range(1, minutes + 1):
        heading = page.locator("section.present h2")
        expect(heading).to_have_text(re.compile(f"Minute {minute}:"))
        expect(page.locator("section.present code").last).to_contain_text(
            f"minute({minute},"
        )
        fits(page)
        page.keyboard.press("ArrowRight")
        picture = page.locator("section.present img")
        expect(picture).to_be_in_viewport(ratio=1)
        assert picture.evaluate("image => image.complete && image.naturalWidth") > 1000
        fits(page)
        page.keyboard.press("ArrowRight")
    expect(page.locator("section.present h2")).to_have_text("That was it")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("section.present img")).to_be_visible()


def fits(page: Page) -> None:
    """Nothing of the present slide sticks out of it."""
    over = page.locator("section.present").evaluate(
        "slide => [slide.scrollHeight - slide.clientHeight,"
        " slide.scrollWidth - slide.clientWidth]"
    )
    assert max(over) <= 1, page.locator("section.present").text_content()
