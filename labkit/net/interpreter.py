"""What Python's interpreter does otherwise while calls run.

**The lock.** Python's threads take turns, by default every 5 ms. With a pure-Python
loop spinning in a notebook's cell, a media thread would wait that long each time it
comes back from the kernel or from a codec, four times a picture. While calls run the
turns are shorter. The loop in the cell hardly notices: it is only interrupted when
somebody waits.

Every thread that waits wakes up once a turn, to ask for the lock. With two phones that
is nothing. The eighty busy threads of twenty phones woke each other 160,000 times a
second, and three quarters of the processor's time went into that. So the turns grow
with the phones, up to Python's default.

**The rubbish.** Now and then Python looks through everything there is for what is of no
use any more, and all threads stand still. In a notebook's kernel that is 130,000
objects and took 96 ms: a gap that everybody hears. While calls run, what was there
before them is not looked through. It is not lost: after the last call it is again.

Notebook: 04-videocall.
"""

from __future__ import annotations

import gc
import sys
import threading

SHORT = 0.0001
"""Seconds. With 0.5 ms pictures were 2 ms later, on two cores that had to be shared."""
FEW = 2
"""Calls' ends in one kernel for which turns are that short."""

_lock = threading.Lock()
_users = 0
_usual = 0.005
_set_aside = False


def hurry() -> None:
    """Short turns, and little to look through, until `relax` was called as often."""
    global _users, _usual, _set_aside
    with _lock:
        if _users == 0:
            _usual = sys.getswitchinterval()
            _set_aside = gc.get_freeze_count() == 0  # else somebody else does it
            if _set_aside:
                gc.freeze()
        _users += 1
        _take_turns()


def relax() -> None:
    """Undo one `hurry`; the last one brings the former ways back."""
    global _users
    with _lock:
        _users -= 1
        _take_turns()
        if _users == 0 and _set_aside:
            gc.unfreeze()


def _take_turns() -> None:
    """Twice as many threads, of which twice as many wait: four times as long."""
    times = max(1.0, _users / FEW) ** 2
    sys.setswitchinterval(min(SHORT * times, _usual) if _users else _usual)
