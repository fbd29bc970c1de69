"""When is a picture painted? The page reads the time of capture out of its pixels.

The time stands in each picture in black and white squares
(`labkit/devices/timestamp.py`). The page reads it back from what it paints, in the next
animation frame, and takes the time in the first task after that frame. Kernels and
pages read the same machine's clock.

    page.evaluate(WATCH)
    free = Watched(page, seconds=8)
    free.fps(), free.latencies()
"""

from __future__ import annotations

import zlib

from playwright.sync_api import Page

# Reads the squares of each picture (labkit/devices/timestamp.py) as 64 bits.
WATCH = """selector => {
  window.seen = [];
  const canvas = new OffscreenCanvas(640, 2);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const last = new Map();
  const channel = new MessageChannel();
  let fresh = [];
  channel.port1.onmessage = () => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    for (const each of fresh) window.seen.push([...each, now]);
    fresh = [];
  };
  const read = image => {
    const width = image.naturalWidth || image.width;
    const height = image.naturalHeight || image.height;
    const middle = Math.round(height / 48);  // of a row of squares
    context.drawImage(image, 0, middle, width, 1, 0, 0, 640, 1);
    context.drawImage(image, 0, height - 1 - middle, width, 1, 0, 1, 640, 1);
    const data = context.getImageData(0, 0, 640, 2).data;
    let bits = '';
    for (let square = 0; square < 64; square++)
      bits += data[4 * (640 * (square >> 5) + 20 * (square & 31) + 10)] > 127 ? 1 : 0;
    return bits;
  };
  const frame = () => {
    const shown = document.querySelectorAll(selector);
    shown.forEach((image, view) => {
      const ready = image.dataset.painted || (image.complete && image.naturalWidth);
      // Reading a canvas copies all of it: only where something was painted.
      const painted = image.dataset.painted;
      if (!ready || (painted && painted === image.read)) return;
      image.read = painted;
      const bits = read(image);
      const width = image.naturalWidth || image.width;
      if (bits !== last.get(view)) fresh.push([view, width, bits]);
      last.set(view, bits);
    });
    if (fresh.length) channel.port2.postMessage(0);
  };
  // Only where something changed: to look at every frame costs frames of its own.
  let due = false;
  const soon = () => {
    if (!due) requestAnimationFrame(() => { due = false; frame(); });
    due = true;
  };
  const attributeFilter = ['data-painted'];
  new MutationObserver(soon).observe(document.body, { subtree: true, attributeFilter });
  document.addEventListener('load', soon, true);
}"""


def captured(bits: str) -> float | None:
    """The time in the squares: 42 bits of milliseconds, 22 of a check."""
    milliseconds, check = int(bits, 2) >> 22, int(bits, 2) % (1 << 22)
    right = zlib.crc32(milliseconds.to_bytes(8, "big")) % (1 << 22)
    return milliseconds / 1000 if check == right else None


class Watched:
    """What the page painted in one stretch of time."""

    def __init__(self, page: Page, seconds: float) -> None:
        page.evaluate("() => { window.seen = []; window.from = Date.now() }")
        page.wait_for_timeout(1000 * seconds)
        seen, start, end = page.evaluate(
            "() => [window.seen, window.from / 1000, Date.now() / 1000]"
        )
        self.start, self.seconds = start, end - start
        self.widths = [(painted, width) for _, width, _, painted in seen]
        """How wide each painted picture was, whether or not its time can be read."""
        self.painted = [
            (view, painted, painted - taken)
            for view, _, bits, painted in seen
            if (taken := captured(bits)) is not None
        ]

    def fps(self) -> float:
        """Of the view that was painted least often."""
        views = [view for view, _, _ in self.painted]
        return min(map(views.count, {*views, 0})) / self.seconds

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
