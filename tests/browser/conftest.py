"""A real JupyterLab and a real Chromium for the browser tests.

`lab` is what a test wants: one page, whose console must stay free of errors.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.lab_page import SIZES, LabPage
from tests.browser.lab_server import LabServer
from tests.conftest import ROOT, missing

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera and a microphone for pages that ask for one, without a question.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Remember that a test failed, for a picture of the page at that moment."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium or Chrome."""
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    missing("no Chromium for the browser tests: apt install chromium")


@pytest.fixture(scope="session")
def launch(chromium: str) -> Iterator[Callable[[list[str]], Browser]]:
    """Starts a Chromium with these flags, which ends with the tests."""
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def launch(flags: list[str]) -> Browser:
            kind = playwright.chromium
            started.append(kind.launch(executable_path=chromium, args=flags))
            return started[-1]

        yield launch
        for browser in started:
            browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[[list[str]], Browser]) -> Browser:
    """One Chromium for all tests; each gets a fresh profile in it."""
    return launch(FLAGS)


@pytest.fixture(scope="session")
def jupyterlab(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabServer]:
    """One JupyterLab for all tests, on a copy of notebooks/."""
    server = LabServer(tmp_path_factory.mktemp("lab"), ROOT / "notebooks")
    yield server
    server.stop()


@pytest.fixture
def lab(
    browser: Browser, jupyterlab: LabServer, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    """A page of JupyterLab; at the end its console must have been free of errors."""
    yield from lab_page(browser, jupyterlab, request)


def lab_page(
    browser: Browser, jupyterlab: LabServer, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    """The same in any Chromium, for a fixture to yield from."""
    width, height = SIZES["laptop"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=getattr(request, "param", "en-US"),
    )
    context.set_default_timeout(20_000)
    lab = LabPage(context.new_page(), jupyterlab)
    yield lab
    failed = request.node.stash.get(FAILED, False)
    if failed:
        lab.screenshot("failed-" + re.sub(r"\W+", "-", request.node.name))
    context.close()
    jupyterlab.end_kernels()
    if lab.console_errors:
        pytest.fail("errors on the page's console:\n" + "\n".join(lab.console_errors))
