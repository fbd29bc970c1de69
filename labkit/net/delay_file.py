"""Delay traces on the disk. The format: `labkit.link.trace_file`.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from pathlib import Path

from labkit.errors import LocalError
from labkit.link import DelayTrace, parse_trace, write_trace
from labkit.link.trace_file import LARGEST


def load_trace(path: str | Path) -> DelayTrace:
    """Read a trace. Raises LocalError: no such file, or the line that is wrong."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LocalError(f"cannot read the delay trace {str(path)!r}: {why}") from None
    try:
        return parse_trace(content)
    except LocalError as error:
        raise LocalError(f"{path}: {error}") from None


def save_trace(trace: DelayTrace, path: str | Path) -> None:
    """Write a trace, over what was there. Raises LocalError when it cannot be."""
    try:
        Path(path).write_bytes(write_trace(trace))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LocalError(f"cannot write the delay trace {str(path)!r}: {why}") from None
