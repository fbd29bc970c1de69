"""The phone as a page of its own, without JupyterLab and without code: Voilà (D1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from labkit import Registry
from tests.browser.voila_server import VoilaServer
from tests.conftest import ROOT

pytest.importorskip("voila", reason="Voilà is not here: pip install 'labkit[voila]'")

VOILAS_OWN = re.compile(r"cdn\.jsdelivr\.net/npm/@fortawesome/")
"""Icons that Voilà's template asks for, which no panel uses: without a network they
are missing, and nothing else is."""


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoilaServer]:
    folder = tmp_path_factory.mktemp("voila")
    server = VoilaServer(folder, ROOT / "notebooks" / "phone.ipynb")
    yield server
    server.stop()


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0) as registry:
        yield registry


class Visitor:
    """Somebody with the page open; notes what the page asks of other machines."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 800})
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.elsewhere: list[str] = []
        self.thrown: list[str] = []
        self.page.on("request", self._asks)
        self.page.on("pageerror", lambda error: self.thrown.append(str(error)))
        self.page.goto(url)

    def _asks(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not re.match(r"(ws|http)://127\.0\.0\.1[:/]|data:|blob:", url):
            self.elsewhere.append(url)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, whose: str) -> None:
        """Wait until ten pictures were painted."""
        picture = self.page.get_by_role("img", name=whose)
        expect(picture).to_have_attribute("data-painted", re.compile(r"\d{2,}"))


@pytest.fixture
def visitors(
    browser: Browser, voila: VoilaServer, registry: Registry
) -> Iterator[list[Visitor]]:
    here = [
        Visitor(browser, f"{voila.url}?name={name}&registry={registry.address}")
        for name in ("alice", "bob", "alice")
    ]
    yield here
    for visitor in here:
        visitor.context.close()


def test_two_pages_call_each_other_and_a_third_gets_a_name_that_is_free(
    visitors: list[Visitor], registry: Registry
) -> None:
    alice, bob, other = visitors
    for each in (alice, bob):
        each.press("Open my phone")
        each.page.get_by_role("button", name="Unregister").wait_for()
    other.press("Open my phone")
    expect(other.page.get_by_role("alert")).to_contain_text("'alice-2' is free")
    expect(other.page.get_by_label("Your name")).to_have_value("alice-2")
    other.press("Open my phone")
    other.page.get_by_role("button", name="Unregister").wait_for()
    assert [user.name for user in registry.users] == ["alice", "bob", "alice-2"]

    alice.page.get_by_label("Name", exact=True).fill("bob")
    alice.press("Call")
    bob.press("Answer")
    alice.sees("Picture from bob")
    bob.sees("Picture from alice")
    alice.page.close(run_before_unload=True)  # its kernel ends, and says goodbye
    bob.page.get_by_text("The call with alice has ended").wait_for()

    for each in visitors:
        assert each.thrown == []
        assert [url for url in each.elsewhere if not VOILAS_OWN.search(url)] == []
