"""The playout buffer and the rules that tell it how long sound should wait.

One rule a file, all of one shape (`rule.py`); the buffer (`buffer.py`) obeys whichever
it is given and keeps a journal (`journal.py`). Requirements A15, A16. Notebook:
07-jitter-buffer.
"""

from __future__ import annotations

from labkit.media.machine.playout.buffer import MOST_FRAMES, NoSound, PlayoutBuffer
from labkit.media.machine.playout.journal import Fate, FrameRecord, Waiting
from labkit.media.machine.playout.rule import PlayoutRule, rule_for

__all__ = [
    "MOST_FRAMES",
    "Fate",
    "FrameRecord",
    "NoSound",
    "PlayoutBuffer",
    "PlayoutRule",
    "Waiting",
    "rule_for",
]
