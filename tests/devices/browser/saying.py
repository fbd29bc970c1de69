"""What a page of ours says, as the tests write it."""

from __future__ import annotations

from typing import Any

Said = dict[str, Any]
ON = {"camera": "on", "screen": "off", "microphone": "on", "speaker": "on"}


def here(page: str = "p1", ping: int = 1, at: float = 0.0, **more: Any) -> Said:
    return {"kind": "here", "page": page, "ping": ping, "at": at, "states": ON, **more}


def frame(page: str = "p1", number: int = 1, **more: Any) -> Said:
    return {
        "kind": "frame",
        "page": page,
        "device": "camera",
        "number": number,
        "at": 0.0,
        "format": "jpeg",
        "key": True,
        **more,
    }


def voice(page: str = "p1", number: int = 1, rate: int = 8000, **more: Any) -> Said:
    return {
        "kind": "voice",
        "page": page,
        "number": number,
        "at": 0.0,
        "rate": rate,
        **more,
    }
