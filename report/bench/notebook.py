"""How fast and how late are pictures in a notebook? JupyterLab in Chromium.

    python report/bench/notebook.py           a table
    python report/bench/notebook.py --json    one object

Two views of 640×480 at 30 pictures a second (moving test cards, JPEG q50), fed in the
kernel: labkit's LiveVideo, and two `ipywidgets.Image` in the same run, both through
Jupyter (what a page of the same machine gains besides: `browser.py`). The page reads
the time of capture from what it paints (`pixels.py`). So a latency counts encoding,
both servers, decoding and painting.

Then the page's connection is throttled, by a proxy between browser and server, to what
ten pictures a second of each view need, and set free again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import common
import nbformat
from pixels import WATCH, Watched
from playwright.sync_api import sync_playwright
from throttle import Throttle

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.lab_page import LabPage  # noqa: E402
from tests.browser.lab_server import LabServer  # noqa: E402

SECONDS = 8.0
SETTLE = 1.5
"""Seconds left out after the connection was throttled."""
SLOW_FPS = 10

SETUP = """
import os
os.environ["LABKIT_SHORTCUT"] = "off"
import cv2
from labkit.devices import TestCard

sizes = []
quality = [cv2.IMWRITE_JPEG_QUALITY, 50]
def start(shows):
    cards = []
    for name, show in zip(("alice", "bob"), shows):
        def deliver(picture, show=show):
            jpeg = cv2.imencode(".jpg", picture.pixels, quality)[1]
            sizes.append(len(jpeg))
            show(jpeg.tobytes())
        cards.append(TestCard(640, 480, 30, label=name))
        cards[-1].start(deliver)
    return cards
"""
LIVE = """
from labkit.panels import LiveVideo, side_by_side
views = [LiveVideo(label="alice"), LiveVideo(label="bob")]
cards = start([view.show for view in views])
side_by_side(*views)
"""
IMAGE = """
import ipywidgets
for card, view in zip(cards, views):
    card.stop()
    view.close()
views = [ipywidgets.Image(format="jpeg"), ipywidgets.Image(format="jpeg")]
cards = start([lambda jpeg, view=view: setattr(view, "value", jpeg) for view in views])
ipywidgets.HBox(views)
"""
SIZE = "print(round(sum(sizes[-60:]) / 60))"
VIEWS = ".jp-OutputArea :is(img, canvas)"


def measure(lab: LabPage, throttle: Throttle, cell: int) -> dict[str, float]:
    """One kind of view, free, throttled and free again."""
    lab.run_cell(cell)
    lab.cell(cell)
    lab.page.wait_for_timeout(2000)
    free = Watched(lab.page, SECONDS)
    size = int(lab.run_cell(3))
    throttle.rate = 2 * SLOW_FPS * (size + 1000)  # a message has some headers
    slow = Watched(lab.page, SECONDS)
    throttle.rate = None
    again = Watched(lab.page, 3.0)
    p95 = common.percentile(free.latencies(), 0.95)
    return {
        "painted_fps": free.fps(),
        "kernel_to_pixel_p50_ms": common.percentile(free.latencies(), 0.5),
        "kernel_to_pixel_p95_ms": p95,
        "throttled_fps": slow.fps(),
        "throttled_lag_ms": common.percentile(slow.latencies(SETTLE), 0.95),
        "throttled_worst_ms": max(slow.latencies()),
        "throttled_back_s": again.back_after(p95 + 20),
    }


def run(chromium: str) -> dict[str, dict[str, float]]:
    """Both kinds of views in one JupyterLab and one Chromium."""
    folder = Path(tempfile.mkdtemp(prefix="labkit-bench-"))
    (folder / "empty").mkdir()
    (folder / "lab").mkdir()
    server = LabServer(folder / "lab", folder / "empty")
    try:
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            cells=[nbformat.v4.new_code_cell(c) for c in (SETUP, LIVE, IMAGE, SIZE)],
        )
        nbformat.write(notebook, server.notebooks / "bench.ipynb")
        port = int(server.url.rstrip("/").rpartition(":")[2])
        with Throttle(port) as throttle, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            near = SimpleNamespace(
                url=f"http://127.0.0.1:{throttle.port}/", token=server.token
            )
            lab = LabPage(page, near)
            lab.open_notebook("bench.ipynb")
            lab.only_the_notebook()
            page.evaluate(WATCH, VIEWS)
            lab.run_cell(0)
            found = {
                "labkit": measure(lab, throttle, 1),
                "image": measure(lab, throttle, 2),
            }
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder)
    return found


def main() -> None:
    options = common.arguments(__doc__.splitlines()[0], runs=3).parse_args()
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    measured: dict[str, list[float]] = {}
    for number in range(options.runs if chromium else 0):
        common.say(f"run {number + 1} of {options.runs}")
        found = run(chromium)
        common.say(str(found))
        common.note(measured, found["labkit"])
        image = {f"image_{key}": value for key, value in found["image"].items()}
        common.note(measured, image)
    result = common.result(
        "notebook",
        measured,
        runs=options.runs,
        to_reach={
            "painted_fps": "≥ 29",
            "kernel_to_pixel_p95_ms": "≤ 60",
            "throttled_lag_ms": "≤ 500",
            "throttled_back_s": "≤ 0.5",
        },
        packages=("jupyterlab", "ipykernel", "ipywidgets", "anywidget"),
        absent={} if chromium else {"chromium": "not here: apt install chromium"},
        settings={"views": 2, "picture": "640x480", "fps": 30, "slow_fps": SLOW_FPS},
    )
    common.report(result, options.json)


if __name__ == "__main__":
    main()
