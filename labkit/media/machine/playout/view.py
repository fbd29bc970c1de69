"""The playout buffer at one moment, for whoever wants to watch it.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.media.machine.playout.journal import FrameRecord, Waiting


@dataclass(frozen=True, slots=True)
class PlayoutView:
    """What waits, and what became of what came before; empty without sound."""

    records: tuple[FrameRecord, ...] = ()
    """The last fates, oldest first."""
    waiting: tuple[Waiting, ...] = ()
    """The frames in the buffer, by their turn."""
    overtaken: frozenset[int] = frozenset()
    """Sequence numbers of frames that came by themselves, but after their repair."""
    delay: float = 0.0
    """Seconds that the buffer wants sound to wait."""
