"""What a page may send to the kernel: anything, of any type, any number of times."""

from __future__ import annotations

import pytest
from hostile.rig import Talk

from labkit.panels import LadderPanel, LatencyPlot, LiveVideo, PhonePanel, RegistryPanel
from labkit.panels.pacing import MOST_PAGES

WRONG = (
    None, True, -1, 10**400, 1e308, float("nan"), "", "x" * 10**6, "\0", [], [[]], {},
    {"a": 1}, b"x",
)  # fmt: skip
KINDS = (
    "hello", "ack", "bye", "command", "open", "name", "set", "say", "typed", "chosen",
    "language", None, 7, [], {},
)  # fmt: skip
FIELDS = ("page", "numbers", "number", "text", "command", "key", "value", "wish")
STREAMS = ("peer", "own", "video", "plot")


@pytest.mark.parametrize("which", ["phone", "ladder", "registry", "plot", "video"])
def test_messages_of_wrong_types_are_ignored(talk: Talk, registry, which):
    panel = {
        "phone": lambda: PhonePanel(talk.alice),
        "ladder": lambda: LadderPanel(talk.alice, registry),
        "registry": lambda: RegistryPanel(registry),
        "plot": lambda: LatencyPlot(talk.alice),
        "video": lambda: LiveVideo(talk.alice.peer),
    }[which]()
    for content in WRONG:
        panel._on_page(panel, content, [])
        for kind in KINDS:
            for field in FIELDS:
                panel._on_page(panel, {"kind": kind, field: content}, [])
            numbers = dict.fromkeys(STREAMS, content)
            panel._on_page(panel, {"kind": kind, "numbers": numbers, "page": "1"}, [])
    talk.unharmed()
    panel.close()


def test_pages_without_number_are_not_all_remembered(talk: Talk):
    panel = PhonePanel(talk.alice)
    for number in range(1000):
        panel._on_page(panel, {"kind": "hello", "page": f"page {number}"}, [])
    for stream in panel._channel._streams.values():
        assert len(stream.pacer._pages) <= MOST_PAGES
    talk.unharmed()
    panel.close()
