"""How fast and how late are pictures in a notebook? JupyterLab in Chromium.

    python report/bench/notebook.py           a table
    python report/bench/notebook.py --json    one object

Two views of 640×480 at 30 pictures a second (moving test cards, JPEG q50), fed in the
kernel: labkit's LiveVideo, and two `ipywidgets.Image` in the same run. The time of
capture stands in each picture in black and white squares; the page reads it back from
what it paints, in every animation frame, and takes the time in the first task after
that frame. So a latency counts encoding, both servers, decoding and painting. Kernel
and page read the same machine's clock.

Then the page's connection is throttled, by a proxy between browser and server, to what
ten pictures a second of each view need, and set free again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import common
import nbformat
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

# Reads the squares of each picture (labkit/devices/timestamp.py) as 64 bits.
WATCH = """() => {
  window.seen = [];
  const canvas = new OffscreenCanvas(640, 2);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const last = new Map();
  const channel = new MessageChannel();
  let fresh = [];
  channel.port1.onmessage = () => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    for (const [view, bits] of fresh) window.seen.push([view, bits, now]);
    fresh = [];
  };
  const read = image => {
    context.drawImage(image, 0, 10, 640, 1, 0, 0, 640, 1);
    context.drawImage(image, 0, 469, 640, 1, 0, 1, 640, 1);
    const data = context.getImageData(0, 0, 640, 2).data;
    let bits = '';
    for (let square = 0; square < 64; square++)
      bits += data[4 * (640 * (square >> 5) + 20 * (square & 31) + 10)] > 127 ? 1 : 0;
    return bits;
  };
  const frame = () => {
    const shown = document.querySelectorAll('.jp-OutputArea :is(img, canvas)');
    shown.forEach((image, view) => {
      const ready = image.dataset.painted || (image.complete && image.naturalWidth);
      // Reading a canvas copies all of it: only where something was painted.
      const painted = image.dataset.painted;
      if (!ready || (painted && painted === image.read)) return;
      image.read = painted;
      const bits = read(image);
      if (bits !== last.get(view)) fresh.push([view, bits]);
      last.set(view, bits);
    });
    if (fresh.length) channel.port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


def captured(bits: str) -> float | None:
    """The time in the squares: 42 bits of milliseconds, 22 of a check."""
    milliseconds, check = int(bits, 2) >> 22, int(bits, 2) % (1 << 22)
    right = zlib.crc32(milliseconds.to_bytes(8, "big")) % (1 << 22)
    return milliseconds / 1000 if check == right else None


class Watched:
    """What the page painted in one stretch of time."""

    def __init__(self, lab: LabPage, seconds: float) -> None:
        lab.page.evaluate("() => { window.seen = []; window.from = Date.now() }")
        lab.page.wait_for_timeout(1000 * seconds)
        seen, start, end = lab.page.evaluate(
            "() => [window.seen, window.from / 1000, Date.now() / 1000]"
        )
        self.start, self.seconds = start, end - start
        self.painted = [
            (view, painted, painted - taken)
            for view, bits, painted in seen
            if (taken := captured(bits)) is not None
        ]

    def fps(self) -> float:
        """Of the view that was painted less often."""
        views = [view for view, _, _ in self.painted]
        return min(views.count(view) for view in (0, 1)) / self.seconds

    def latencies(self, after: float = 0.0) -> list[float]:
        """In milliseconds."""
        return [
            1000 * late for _, at, late in self.painted if at >= self.start + after
        ] or [float("inf")]

    def back_after(self, good: float) -> float:
        """Seconds until, for half a second, nine in ten were at most `good` ms late."""
        for _, start, _ in self.painted:
            span = [p[2] for p in self.painted if start <= p[1] < start + 0.5]
            if sum(1000 * late <= good for late in span) >= 0.9 * len(span):
                return start - self.start
        return self.seconds


def measure(lab: LabPage, throttle: Throttle, cell: int) -> dict[str, float]:
    """One kind of view, free, throttled and free again."""
    lab.run_cell(cell)
    lab.cell(cell)
    lab.page.wait_for_timeout(2000)
    free = Watched(lab, SECONDS)
    size = int(lab.run_cell(3))
    throttle.rate = 2 * SLOW_FPS * (size + 1000)  # a message has some headers
    slow = Watched(lab, SECONDS)
    throttle.rate = None
    again = Watched(lab, 3.0)
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
            page.evaluate(WATCH)
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
    if chromium is None:
        raise SystemExit("no Chromium: apt install chromium")
    runs = []
    for number in range(options.runs):
        common.say(f"run {number + 1} of {options.runs}")
        runs.append(run(chromium))
        common.say(str(runs[-1]))
    spreads = {
        kind: {key: common.spread(r[kind][key] for r in runs) for key in runs[0][kind]}
        for kind in runs[0]
    }
    reach = {
        "painted_fps": "≥ 29",
        "kernel_to_pixel_p95_ms": "≤ 60",
        "throttled_lag_ms": "≤ 500",
        "throttled_back_s": "≤ 0.5",
    }
    rows = [
        {
            "what": key,
            "LiveVideo": _told(spreads["labkit"][key]),
            "ipywidgets.Image": _told(spreads["image"][key]),
            "to reach": reach.get(key, ""),
        }
        for key in spreads["labkit"]
    ]
    medians = {key: found["median"] for key, found in spreads["labkit"].items()}
    result = {
        **medians,
        "spread": spreads["labkit"],
        "image": spreads["image"],
        "runs": options.runs,
        **common.circumstances("jupyterlab", "ipykernel", "ipywidgets", "anywidget"),
    }
    common.report("Pictures in a notebook", rows, result, options.json)


def _told(found: dict[str, float]) -> str:
    return f"{found['median']:,.1f} ({found['min']:,.1f}–{found['max']:,.1f})"


if __name__ == "__main__":
    main()
