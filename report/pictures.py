"""The report's screenshots, cut out of the slides': docs/demo/, see `make screenshot`.

    make pictures

Each is kept small: they are committed, so that the report needs no browser.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

REPORT = Path(__file__).parent
SHOTS = REPORT.parent / "docs" / "demo"
KEPT = REPORT / "pictures"
PICTURES = {
    "call": ("minute-3", (0, 0, 1, 1)),
    "treatments": ("minute-6", (0.335, 0, 0.665, 1)),
}
"""Name → the screenshot, and which part: left, top, width, height as shares of it."""
WIDEST = 1160
"""Pixels: 180 an inch at the width of the text."""
COLOURS, MOST = 256, 150_000
"""In a picture, and bytes of its file."""


def cut(name: str) -> None:
    """Write one of the pictures; raises SystemExit where it cannot be had."""
    source, (left, top, width, height) = PICTURES[name]
    path = SHOTS / f"{source}.webp"
    if not path.exists():
        sys.exit(f"{path} is not there: make screenshot takes it")
    whole = Image.open(path).convert("RGB")
    wide, high = whole.size
    part = whole.crop(
        (
            round(left * wide), round(top * high),
            round((left + width) * wide), round((top + height) * high),
        )
    )  # fmt: skip
    part.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    few = part.quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE)
    KEPT.mkdir(exist_ok=True)
    kept = KEPT / f"{name}.png"
    few.save(kept, optimize=True)
    if kept.stat().st_size > MOST:
        sys.exit(f"{kept} has {kept.stat().st_size:,} bytes, {MOST:,} at most")


if __name__ == "__main__":
    for each in PICTURES:
        cut(each)
