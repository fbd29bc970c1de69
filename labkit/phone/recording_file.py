"""Where a recording may be written: only where its user pointed, and never over a file
that is there.

Notebook: 04-videocall.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from labkit.errors import LocalError
from labkit.net import clock

SUFFIX = ".webm"
MOST_NUMBERS = 1000


def new_file(path: str | Path, overwrite: bool = False) -> Path:
    """The file that `path` means: itself, or one named by the time in that folder.

    Raises LocalError for a folder that is not there or cannot be written to, for a file
    that exists (unless `overwrite`), and for one that is not to be WebM.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        file = _named_by_time(file)
    if not file.suffix:
        file = file.with_suffix(SUFFIX)
    if file.suffix.lower() != SUFFIX:
        raise LocalError(
            f"{file.name}: a recording is a WebM file; call it {file.stem}{SUFFIX}"
        )
    if not file.parent.is_dir():
        raise LocalError(
            f"there is no folder {file.parent}; make it first, or choose another"
        )
    if not os.access(file.parent, os.W_OK):
        raise LocalError(f"nothing can be written in {file.parent}; choose another")
    if file.exists() and not overwrite:
        raise LocalError(
            f"{file} exists already; choose another name, or say overwrite=True"
        )
    return file


def _named_by_time(folder: Path) -> Path:
    """A name of our own: nothing that a peer said goes into it."""
    name = f"call-{datetime.fromtimestamp(clock.now()):%Y-%m-%d-%H%M%S}"
    taken = (
        folder / f"{name}{number}{SUFFIX}"
        for number in ("", *(f"-{n}" for n in range(2, MOST_NUMBERS)))
    )
    free = next((file for file in taken if not file.exists()), None)
    if free is None:
        raise LocalError(f"{folder} has {MOST_NUMBERS} recordings of this second")
    return free
