"""The thread through which a panel sends, and a page that only exists here: D3."""

from __future__ import annotations

import threading
from typing import Any

from labkit.panels.channel import Channel

WAIT = 10.0


def test_pictures_go_on_after_some_were_lost_on_the_way() -> None:
    """JupyterLab makes its web socket anew: what was under way never comes."""
    has: dict[str, int] = {}
    stuck, goes_on = threading.Event(), threading.Event()

    class Way:
        def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
            if content["kind"] == "frame":
                if stuck.is_set():
                    goes_on.set()
                return  # lost
            # What the page does with it: messages keep their order.
            has.update(content["numbers"])
            if has["video"] >= 6:
                stuck.set()
            channel.hear({"kind": "ack", "page": "one", "numbers": dict(has)})

        def is_deaf(self, now: float) -> bool:
            return False

    channel = Channel("test", Way(), lambda: None, {"video": 1000.0}, every=0.02)
    channel.hear({"kind": "hello", "page": "one", "numbers": {}})
    channel.start()
    try:
        camera = threading.Thread(
            target=lambda: _film(channel, goes_on), name="camera", daemon=True
        )
        camera.start()
        assert goes_on.wait(WAIT)
        camera.join(WAIT)
    finally:
        channel.close()


def _film(channel: Channel, enough: threading.Event) -> None:
    while not enough.wait(0.01):
        channel.offer("video", lambda: b"picture")
