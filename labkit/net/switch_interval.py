"""How long one thread may keep Python's lock while another waits for it.

Python's default is 5 ms. With a pure-Python loop spinning in a notebook's cell, a media
thread would wait that long each time it comes back from the kernel or from a codec,
four times a picture. While calls run the interval is shorter. The loop in the cell
hardly notices: it is only interrupted when somebody waits.

Notebook: 03-media.
"""

from __future__ import annotations

import sys
import threading

SHORT = 0.0001
"""Seconds. With 0.5 ms pictures were 2 ms later, on two cores that had to be shared."""

_lock = threading.Lock()
_users = 0
_usual = 0.005


def shorten() -> None:
    """Keep the interval short until `restore` was called as often as this."""
    global _users, _usual
    with _lock:
        if _users == 0:
            _usual = sys.getswitchinterval()
            sys.setswitchinterval(SHORT)
        _users += 1


def restore() -> None:
    """Undo one `shorten`; the last one brings the former interval back."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            sys.setswitchinterval(_usual)
