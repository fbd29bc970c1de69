"""Schemes: who talks to whom, the way of a picture, the threads of a phone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from report.figures.boxes import Box, arrow, note
from report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    HAIR,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    WARM_TINT,
    canvas,
    sheet,
)

ROOT = Path(__file__).parents[2]
PALE = "#f4f6f8"


def flows() -> Figure:
    figure = sheet(53)
    axes = canvas(figure)
    registry = Box(81, 46, 42, 10)
    alice, bob = Box(15, 17, 28, 30), Box(147, 17, 28, 30)
    registry.draw(axes, "registry", "name · address · port")
    alice.draw(axes, "alice", "camera, microphone …")
    bob.draw(axes, "bob", "camera, microphone …")
    for phone in (alice, bob):
        door = Box(phone.x, 30, phone.width, 4)
        arrow(axes, door, registry, "TCP: REGISTER, QUERY, LIST, QUIT", colour=BLUE,
              at=0.42, both=True)  # fmt: skip
    for y, colour, width, words in (
        (29, ORANGE, 1.2, "SIP, UDP or TCP: INVITE, 180, 200, ACK … BYE"),
        (21, GREEN, 2.4, "RTP, UDP: sound, 50 packets a second each way"),
        (13, GREEN, 4.2, "RTP, UDP: pictures, up to 30 a second each way"),
        (5, PURPLE, 0.9, "RTCP, UDP: reports, one a second each way"),
    ):
        tip = FancyArrowPatch(
            (29.5, y), (132.5, y), shrinkA=0, shrinkB=0, color=colour,
            arrowstyle="<|-|>,head_length=5,head_width=2.4", linewidth=width,
        )  # fmt: skip
        axes.add_patch(tip)
        note(axes, 81, y, words)
    return figure


WAY = (
    (
        ("capture", "devices/", "a picture and its time"),
        ("fit", "phone/shaping.py", "as large as is sent"),
        ("encode", "media/machine/encoding.py", "JPEG, VP8, H264"),
        ("packetise", "media/payloads/", "≤ 1200 bytes each"),
        ("stamp", "media/machine/sender.py", "number, time, marker"),
        ("protect", "media/repair/protection.py", "kept, parity added"),
    ),
    (
        ("show", "panels/pacing.py", "the newest one"),
        ("decode", "media/codecs/", "JPEG as it came"),
        ("join", "media/machine/reassembly.py", "whole at the marker"),
        ("recover", "media/repair/recovery.py", "what was lost"),
        ("check", "media/machine/source_lock.py", "one source"),
        ("let in", "net/gate.py", "the agreed host"),
    ),
)


def way() -> Figure:
    figure = sheet(54)
    axes = canvas(figure)
    rows = []
    for row, y in zip(WAY, (41, 14), strict=True):
        boxes = [Box(13 + 24.2 * index, y, 21.5, 12) for index in range(len(row))]
        for box, (title, place, words) in zip(boxes, row, strict=True):
            if not (ROOT / "labkit" / place).exists():
                raise FileNotFoundError(f"the way of a picture names {place}")
            box.draw(axes, title, words, small=6.4)
            folder, _, file = place.rpartition("/")
            said = f"{folder}/\n{file}" if len(place) > 20 else place
            axes.text(box.x, y - 8.2, said, fontsize=6, color=QUIET, ha="center",
                      va="top", linespacing=1)  # fmt: skip
        rows.append(boxes)
    sender, receiver = rows
    for before, after in pairwise(sender):
        arrow(axes, before, after)
    for before, after in pairwise(receiver[::-1]):
        arrow(axes, before, after)
    network = Box(155.5, 27.5, 12, 39)
    network.draw(axes, "", fill=WARM_TINT, edge=ORANGE)
    axes.text(155.5, 27.5, "UDP, and a bad network", rotation=90, ha="center",
              va="center", fontweight="semibold", zorder=5)  # fmt: skip
    arrow(axes, sender[-1], Box(155.5, 41, 12, 4))
    arrow(axes, Box(155.5, 14, 12, 4), receiver[-1])
    axes.text(2, 50.5, "alice", fontweight="semibold", color=BLUE)
    axes.text(2, 23, "bob", fontweight="semibold", color=BLUE)
    return figure


LANES = (
    ("camera", BLUE, "fit · *encode* · packetise · protect", "socket, pictures"),
    ("microphone", BLUE, "*encode* · packetise · protect", "socket, sound"),
    (
        "receive, pictures",
        GREEN,
        "gate · recover · join · *decode*",
        "panel: 1 picture",
    ),
    ("receive, sound", GREEN, "gate · recover · file by time", "playout buffer: 100"),
    ("loudspeaker", GREEN, "fetch · *decode* · conceal · stretch", "device: 1 block"),
    ("loop, one a process", ORANGE, "registry · SIP · RTCP · timers", "their sockets"),
)
"""Thread, colour, steps (those between stars without Python's lock), where it goes."""


def threads() -> Figure:
    figure = sheet(63)
    axes = canvas(figure)
    for x, words in ((17, "thread"), (81, "what it does"), (145, "hands it to")):
        axes.text(x, 61, words, fontsize=7.6, color=QUIET, style="italic", ha="center",
                  va="center")  # fmt: skip
    for index, (thread, colour, steps, to) in enumerate(LANES):
        y = 54.5 - 9 * index
        start, end = Box(17, y, 33, 7), Box(145, y, 33, 7)
        start.draw(axes, thread, fill="white", edge=colour)
        end.draw(axes, to, fill=PALE, edge=GREY)
        arrow(axes, start, end, colour=colour)
        names = steps.split(" · ")
        for place, name in enumerate(names):
            x = 37.5 + 87 * (place + 0.5) / len(names)
            _chip(axes, x, y, name.strip("*"), colour if "*" in name else "")
    _chip(axes, 52, 2, "such", BLUE)
    axes.text(58, 2, "in OpenCV or PyAV, which let go of Python's lock", fontsize=7.2,
              color=QUIET, va="center")  # fmt: skip
    return figure


def _chip(axes: Axes, x: float, y: float, words: str, filled: str) -> None:
    look = {"facecolor": filled or "white", "edgecolor": filled or HAIR}
    axes.text(
        x, y, words, fontsize=7.4, ha="center", va="center", zorder=5,
        color="white" if filled else INK,
        bbox={"boxstyle": "round,pad=0.35", "linewidth": 0.7, **look},
    )  # fmt: skip


FIGURES = {"flows": flows, "way": way, "threads": threads}
