"""A call from page to page: how late are picture and sound, what if the page is slow?

    python report/bench/browser.py           a table
    python report/bench/browser.py --json    one object

Two kernels in one JupyterLab, two Chromiums, all on the same cores. alice's camera and
microphone are her browser's, with a picture and a tone whose time is known in place of
hardware (`page_senses.py`); the loudspeaker is bob's browser's.

    page → alice's kernel → RTP, both ways → bob's kernel → page

camera_to_pixel: from the drawing of a picture in alice's page to the first task after
the frame that painted it in bob's (`pixels.py`). mic_to_speaker: from a tone in her
page to the same tone at the end of his page's sound, its output delay included.
Media take the shortcut from page to kernel that a page of the same machine has; `far_`
is the same call through Jupyter, as a page of another machine has it. throttled: that
one, while bob's connection carries what ten pictures a second need, and the time until
pictures are on time again once it is free. switch: from a change of size, or
of the camera, to the first such picture in bob's page. page_ready: from opening a
notebook's address to its panel's first button that can be pressed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import common
import nbformat
from page_senses import CAMERA_AND_MICROPHONE, LOUDSPEAKER, mouth_to_ear
from pixels import WATCH, Watched
from playwright.sync_api import Browser, expect, sync_playwright
from throttle import Throttle

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.lab_page import LabPage  # noqa: E402
from tests.browser.lab_server import LabServer  # noqa: E402

SECONDS = 10.0
SETTLE = 5.0
"""Seconds from the first picture on: the page has just made room for the call."""
SLOW_FPS = 10
PICTURE = "canvas.lk-peer"

FAR = """
import os
os.environ["LABKIT_SHORTCUT"] = "off"
"""
ALICE = """
from labkit import Phone, Registry
from labkit.panels import PhonePanel
registry = Registry("127.0.0.1", port=0)
alice = Phone("alice", registry, camera="browser", microphone="browser")
print(registry.address)
"""
ALICES = "alice.register(); PhonePanel(alice)"
BOB = """
from labkit import Phone
from labkit.panels import PhonePanel
bob = Phone("bob", "{registry}", camera="none", microphone="none", speaker="browser")
bob.register()
PhonePanel(bob)
"""
CALL = 'alice.call("bob"); bob = alice.present_call'
SIZE = """
shown = []
stop = bob.peer.watch(lambda shown_now: shown.append(len(shown_now.as_jpeg())))
import time
time.sleep(1)
stop()
print(round(sum(shown) / len(shown)))
"""
SMALLER = """
import time
from labkit import PictureQuality
print(time.time())
alice.picture_quality = PictureQuality(width=320, height=240)
"""
AS_BEFORE = "alice.picture_quality = PictureQuality()"
TEST_CARD = """
from labkit.devices import TestCard
card = TestCard(480, 360, 30, label="alice")
print(time.time())
alice.use(camera=card)
"""
READY = """
from labkit import Phone, Registry
from labkit.panels import PhonePanel
registry = Registry("127.0.0.1", port=0)
PhonePanel(Phone("carol", registry))
"""
REACH = {
    "camera_to_pixel_p50_ms": "≤ 80",
    "camera_to_pixel_p95_ms": "≤ 150",
    "camera_to_pixel_fps": "≥ 24",
    "throttled_lag_ms": "≤ 500",
    "throttled_recovery_ms": "≤ 500",
    "mic_to_speaker_p50_ms": "≤ 120",
    "switch_ms": "≤ 200",
    "switch_source_ms": "≤ 200",
    "page_ready_s": "≤ 5",
}


def write(server: LabServer, name: str, *cells: str) -> str:
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells],
    )
    nbformat.write(notebook, server.notebooks / f"{name}.ipynb")
    return f"{name}.ipynb"


def opened(browser: Browser, server: object, name: str, senses: str) -> LabPage:
    """A page of its own with a notebook, the panel's place in view."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    page.add_init_script(senses)
    lab = LabPage(page, server)
    lab.open_notebook(name)
    lab.only_the_notebook()
    return lab


@contextmanager
def two_browsers(
    chromium: str, server: LabServer, before: str = ""
) -> Iterator[tuple[LabPage, LabPage, Throttle]]:
    """alice's page and bob's, in a call; each kernel runs `before` at first."""
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with ExitStack() as undo:
        throttle = undo.enter_context(Throttle(port))
        playwright = undo.enter_context(sync_playwright())
        browsers = []
        for _ in range(2):
            browser = playwright.chromium.launch(
                executable_path=chromium,
                args=[*FLAGS, "--autoplay-policy=no-user-gesture-required"],
            )
            undo.callback(browser.close)
            browsers.append(browser)
        name = write(
            server, "alice", before + ALICE, ALICES, CALL, SMALLER, AS_BEFORE, TEST_CARD
        )
        alice = opened(browsers[0], server, name, CAMERA_AND_MICROPHONE)
        registry = alice.run_cell(0).strip()
        alice.run_cell(1)
        near = SimpleNamespace(
            url=f"http://127.0.0.1:{throttle.port}/", token=server.token
        )
        name = write(server, "bob", before + BOB.format(registry=registry), SIZE)
        bob = opened(browsers[1], near, name, LOUDSPEAKER)
        bob.run_cell(0)
        alice.run_cell(2)
        alice.cell(1)
        bob.cell(0)
        bob.page.get_by_role("button", name="Answer", exact=True).first.click()
        bob.page.wait_for_function(
            f"document.querySelector('{PICTURE}')?.width >= 320", timeout=30_000
        )
        yield alice, bob, throttle


def switched(alice: LabPage, bob: LabPage, cell: int, width: int) -> float:
    """Milliseconds until the change made by a cell of alice's is painted at bob's."""
    bob.page.evaluate("() => { window.seen = [] }")
    since = float(alice.run_cell(cell).splitlines()[0])
    bob.page.wait_for_function(
        f"document.querySelector('{PICTURE}').width === {width}", timeout=10_000
    )
    seen = bob.page.evaluate("window.seen")
    times = [at for _, found, _, at in seen if found == width and at >= since]
    return 1000 * (min(times) - since)


def watched(alice: LabPage, bob: LabPage) -> tuple[dict[str, float], float]:
    """How late picture and sound are, and the 95th percentile of the pictures."""
    bob.page.evaluate(WATCH, PICTURE)
    bob.page.wait_for_timeout(1000 * SETTLE)
    alice.page.evaluate("() => { window.said = [] }")
    bob.page.evaluate("() => { window.heard = [] }")
    seen = Watched(bob.page, SECONDS)
    said, heard = alice.page.evaluate("said"), bob.page.evaluate("heard")
    sound = mouth_to_ear(said, heard) or [float("inf")]
    p95 = common.percentile(seen.latencies(), 0.95)
    return {
        "camera_to_pixel_p50_ms": common.percentile(seen.latencies(), 0.5),
        "camera_to_pixel_p95_ms": p95,
        "camera_to_pixel_fps": seen.fps(),
        "mic_to_speaker_p50_ms": common.percentile(sound, 0.5),
        "mic_to_speaker_p95_ms": common.percentile(sound, 0.95),
    }, p95


def near(chromium: str, server: LabServer) -> dict[str, float]:
    """Pages of the machine that the kernels run on."""
    with two_browsers(chromium, server) as (alice, bob, _):
        found, _ = watched(alice, bob)
        found["switch_ms"] = switched(alice, bob, 3, width=320)
        alice.run_cell(4)
        bob.page.wait_for_timeout(1000 * SETTLE)
        return found | {"switch_source_ms": switched(alice, bob, 5, width=480)}


def far(chromium: str, server: LabServer) -> dict[str, float]:
    """Pages that are reached through Jupyter; then over a narrow connection."""
    with two_browsers(chromium, server, FAR) as (alice, bob, throttle):
        found, p95 = watched(alice, bob)
        size = int(bob.run_cell(1))
        bob.cell(0)
        throttle.rate = SLOW_FPS * (size + 1000)  # a message has some headers
        slow = Watched(bob.page, SECONDS)
        throttle.rate = None
        again = Watched(bob.page, 3.0)
        return {f"far_{key}": value for key, value in found.items()} | {
            "throttled_lag_ms": common.percentile(slow.latencies(2.0), 0.95),
            "throttled_recovery_ms": 1000 * again.back_after(p95 + 20),
        }


def page_ready(chromium: str, server: LabServer) -> float:
    """Seconds from a notebook's address to a button that can be pressed."""
    name = write(server, "carol", READY)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        lab = LabPage(page, server)
        begun = time.perf_counter()
        lab.open_notebook(name)
        lab.command("notebook:run-all-cells")
        button = page.get_by_role("button", name="Register", exact=True)
        expect(button).to_be_enabled(timeout=30_000)
        took = time.perf_counter() - begun
        browser.close()
    return took


def run(chromium: str) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="labkit-bench-"))
    (folder / "empty").mkdir()
    (folder / "lab").mkdir()
    server = LabServer(folder / "lab", folder / "empty")
    try:
        found = near(chromium, server)
        server.end_kernels()
        found |= far(chromium, server)
        server.end_kernels()
        return found | {"page_ready_s": page_ready(chromium, server)}
    finally:
        server.stop()
        shutil.rmtree(folder)


def main() -> None:
    options = common.arguments(__doc__.splitlines()[0], runs=3).parse_args()
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    measured: dict[str, list[float]] = {}
    for number in range(options.runs if chromium else 0):
        common.say(f"run {number + 1} of {options.runs}")
        found = run(chromium)
        common.say(str(found))
        common.note(measured, found)
    result = common.result(
        "browser",
        measured,
        runs=options.runs,
        to_reach=REACH,
        packages=("jupyterlab", "ipykernel", "ipywidgets", "anywidget"),
        absent={} if chromium else {"chromium": "not here: apt install chromium"},
    )
    common.report(result, options.json)


if __name__ == "__main__":
    main()
