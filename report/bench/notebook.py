"""How late are live pictures in a notebook, and what if the connection is slow?

    python report/bench/notebook.py            a table
    python report/bench/notebook.py --json     one object

A real JupyterLab and a real Chromium show two 640×480 views at 30 pictures a second
(moving test cards, JPEG q80): first the kit's `LiveVideo`, then, in the same page and
in the same way, `ipywidgets.Image`. The time of capture stands in each picture in black
and white squares; a script in the page reads it back in the animation frame that paints
it, so "kernel to pixel" is: the camera's tick → drawing the card → JPEG → kernel →
server → page → decoded, in the frame about to be painted. Kernel and page run on one
machine and both read its clock, to the millisecond.

Slow connection: page and server talk through a proxy that lets pass what ten pictures a
second of each view need (`slow_line`). Lag is told for the last seconds of that; "back"
is the time from the line's recovery to the first picture no later than 100 ms.
"""

from __future__ import annotations

import dataclasses
import shutil
import statistics
import sys
import tempfile
import time
import urllib.parse
import zlib
from pathlib import Path

import common
import nbformat
from playwright.sync_api import Page, sync_playwright
from slow_line import SlowLine

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.lab_page import LabPage  # noqa: E402
from tests.browser.lab_server import LabServer, wait_for  # noqa: E402

SETTLE, CLEAR, SLOW, SLOW_SETTLE, BACK = 2.0, 8.0, 8.0, 2.0, 3.0
"""Seconds: after the start; measured; slowed; of which not measured; recovering."""
SLOW_FPS = 10
IN_TIME = 0.1
CHECK_BITS = 22
IMAGES = ".jp-OutputArea-output img"
LOOK = f"""{IMAGES} {{
    width: 640px !important; height: 480px !important; max-width: none !important;
}}"""

SETUP = """
import time
import cv2
import ipywidgets
from IPython.display import display
from labkit.devices.test_card import TestCard
from labkit.panels import LiveVideo

def show_image(view, jpeg):
    view.value = jpeg

WAYS = {
    "LiveVideo": (LiveVideo, LiveVideo.show),
    "Image": (lambda: ipywidgets.Image(format="jpeg"), show_image),
}

class Show:
    def __init__(self, way):
        make, self.show = WAYS[way]
        self.views = [make(), make()]
        self.cards = [TestCard(label=name) for name in ("alice", "bob")]
        self.sizes = []
        display(ipywidgets.HBox(self.views))
        self.began, self.used = time.perf_counter(), time.process_time()
        for card, view in zip(self.cards, self.views):
            card.start(lambda picture, view=view: self.deliver(picture, view))

    def deliver(self, picture, view):
        jpeg = cv2.imencode(".jpg", picture.pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
        self.sizes.append(len(jpeg))
        self.show(view, jpeg.tobytes())

    def stop(self):
        for card in self.cards:
            card.stop()
        cores = (time.process_time() - self.used) / (time.perf_counter() - self.began)
        for view in self.views:
            view.close()
        return cores
"""
START = "show = Show({way!r})"
SIZE = "print(sum(show.sizes) / len(show.sizes))"
STOP = "print(show.stop())"


@dataclasses.dataclass
class Result:
    """What one way did in one run; lags in seconds, of both views."""

    fps: float
    """Pictures a second that were painted, of the view that had fewer."""
    lags: list[float]
    slow_lags: list[float]
    slow_fps: float
    back: float
    """Seconds; `BACK` and more: not within the time that was watched."""
    cores: float
    """Processor time of the kernel, cards and encoding included."""


@dataclasses.dataclass(frozen=True)
class Sight:
    """A picture that was seen on the page: which view, when, and when captured."""

    view: int
    at: float
    captured: float

    @property
    def lag(self) -> float:
        return self.at - self.captured


def sights(page: Page) -> list[Sight]:
    """What the page has seen since it was last asked; torn squares are left out."""
    seen = page.evaluate("() => window.seen.splice(0)")
    found = []
    for view, at, top, bottom in seen:
        milliseconds, check = divmod(top << 32 | bottom, 1 << CHECK_BITS)
        if zlib.crc32(milliseconds.to_bytes(8, "big")) % (1 << CHECK_BITS) == check:
            found.append(Sight(view, at / 1e3, milliseconds / 1e3))
    return found


class Bench:
    """One notebook on one page behind one line."""

    def __init__(self, lab: LabPage, line: SlowLine) -> None:
        self._lab, self._page, self._line = lab, lab.page, line
        self._watch = (HERE / "notebook_watch.js").read_text("utf-8")
        self._watch = self._watch.partition("\n\n")[2].replace("SELECTOR", repr(IMAGES))

    def run(self, way: str) -> Result:
        """Start two views of this kind, measure them, stop them."""
        self._cell(START.format(way=way))
        self._page.evaluate(f"({self._watch})()")
        self._look(SETTLE)
        clear = self._look(CLEAR)
        size = float(self._cell(SIZE))
        self._line.rate = 2 * SLOW_FPS * size
        self._look(SLOW_SETTLE)
        slow = self._look(SLOW - SLOW_SETTLE)
        self._line.rate = None
        freed = time.time()
        back = self._look(BACK)
        self._catch_up()
        return Result(
            fps=per_second(clear, CLEAR),
            lags=[sight.lag for sight in clear],
            slow_lags=[sight.lag for sight in slow],
            slow_fps=per_second(slow, SLOW - SLOW_SETTLE),
            back=max(back_after(back, view) for view in (0, 1)) - freed,
            cores=float(self._cell(STOP)),
        )

    def _cell(self, source: str) -> str:
        """Run this text in the second cell; what it printed."""
        index = 1
        self._page.evaluate(
            "([index, source]) => window.jupyterapp.shell.currentWidget.content"
            ".widgets[index].model.sharedModel.setSource(source)",
            [index + (source.startswith("print")), source],
        )
        return self._lab.run_cell(index + (source.startswith("print")))

    def _look(self, seconds: float) -> list[Sight]:
        sights(self._page)
        self._page.wait_for_timeout(seconds * 1000)
        return sights(self._page)

    def _catch_up(self) -> None:
        """Wait until what queued up on the slow line has been shown."""

        def caught_up() -> bool:
            latest = self._look(0.5)
            return bool(latest) and latest[-1].lag < IN_TIME

        wait_for(caught_up, 60.0, "the end of the queue")


def per_second(seen: list[Sight], seconds: float) -> float:
    """Different pictures a second, of the view that had fewer."""
    return min(len({s.captured for s in seen if s.view == v}) for v in (0, 1)) / seconds


def back_after(seen: list[Sight], view: int) -> float:
    """When the view showed its first picture in time; infinity if it did not."""
    return next(
        (s.at for s in seen if s.view == view and s.lag <= IN_TIME), float("inf")
    )


def measured(runs: int) -> dict[str, list[Result]]:
    """All runs of both ways, in one page."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        server = LabServer(Path(folder), empty)
        write_notebook(server.notebooks / "bench.ipynb")
        address = urllib.parse.urlsplit(server.url)
        line = SlowLine((address.hostname or "", address.port or 0))
        server.url = address._replace(netloc=f"127.0.0.1:{line.port}").geturl()
        try:
            return in_browser(server, line, runs)
        finally:
            line.close()
            server.url = address.geturl()
            server.stop()


def write_notebook(path: Path) -> None:
    """Three cells: the set-up, one to show, one to ask."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in (SETUP, "", "")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


def in_browser(server: LabServer, line: SlowLine, runs: int) -> dict[str, list[Result]]:
    """All runs, once the server stands."""
    results: dict[str, list[Result]] = {"LiveVideo": [], "Image": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1760, "height": 1000})
        lab = LabPage(page, server)
        lab.open_notebook("bench.ipynb")
        page.add_style_tag(content=LOOK)
        lab.run_cell(0)
        bench = Bench(lab, line)
        for run in range(runs):
            for way, found in results.items():
                common.say(f"run {run + 1} of {runs}: {way}")
                found.append(bench.run(way))
        browser.close()
    return results


def chromium() -> str:
    """The path of this machine's Chromium or Chrome."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise SystemExit("no Chromium for this bench: apt install chromium")
    return path


def figures(results: list[Result]) -> dict[str, dict[str, float]]:
    """Spreads over the runs of one way."""
    return {
        "painted_fps": common.spread(r.fps for r in results),
        "kernel_to_pixel_p50_ms": common.spread(
            statistics.median(r.lags) * 1e3 for r in results
        ),
        "kernel_to_pixel_p95_ms": common.spread(
            common.percentile(r.lags, 0.95) * 1e3 for r in results
        ),
        "throttled_lag_ms": common.spread(
            common.percentile(r.slow_lags, 0.95) * 1e3 for r in results
        ),
        "throttled_fps": common.spread(r.slow_fps for r in results),
        "back_s": common.spread(r.back for r in results),
        "kernel_cores": common.spread(r.cores for r in results),
    }


TO_REACH = {
    "painted_fps": "≥ 29",
    "kernel_to_pixel_p95_ms": "≤ 60",
    "throttled_lag_ms": "≤ 500",
    "back_s": "≤ 0.5",
}


def main() -> None:
    """Measure and report."""
    options = common.arguments(__doc__.partition("\n")[0], runs=3).parse_args()
    found = {way: figures(results) for way, results in measured(options.runs).items()}
    ours, theirs = found["LiveVideo"], found["Image"]
    rows = [
        {
            "two 640×480 views": name,
            "LiveVideo": f"{ours[name]['median']:,.2f}",
            "runs": f"{ours[name]['min']:,.2f} – {ours[name]['max']:,.2f}",
            "Image": f"{theirs[name]['median']:,.2f}",
            "to reach": TO_REACH.get(name, ""),
        }
        for name in ours
    ]
    result = {name: spread["median"] for name, spread in ours.items()}
    result |= {f"image_{name}": spread["median"] for name, spread in theirs.items()}
    packages = ("jupyterlab", "ipywidgets", "anywidget", "ipykernel")
    common.report(
        "Live pictures in a notebook",
        rows,
        {
            **result,
            "runs": options.runs,
            "spread": {"LiveVideo": ours, "Image": theirs},
            **common.circumstances(*packages),
        },
        options.json,
    )


if __name__ == "__main__":
    main()
