"""Numbers as they come, and as they are said: gaps stay gaps, nonsense is refused.

A value that was not measured is None or NaN and is drawn as a gap; one that cannot be
(a negative share, an endless delay) is a LocalError that names it.

Notebook: 05-latency.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError

Value: TypeAlias = float | None
"""One measured number; None or NaN where nothing was measured."""
Numbers: TypeAlias = npt.NDArray[np.float64]


def known(value: Value) -> bool:
    """Whether there is a number at all."""
    return value is not None and not math.isnan(value)


def check(name: str, value: Value, least: float = 0.0, most: float = 1e12) -> None:
    """Raise LocalError unless the value is a gap or lies from `least` to `most`."""
    if not (value is None or isinstance(value, int | float | np.number)):
        raise LocalError(f"{name} is a number, or None where there is none: {value!r}")
    if known(value) and not least <= float(value or 0) <= most:
        bounds = f"from {least:g} to {most:g}" if most < 1e12 else f"{least:g} or more"
        raise LocalError(f"{name} is {bounds}; it cannot be {value:g}")


def check_all(
    name: str, values: Iterable[Value], least: float = 0.0, most: float = 1e12
) -> None:
    """`check` each of them, naming its place in the row."""
    for at, value in enumerate(values):
        check(f"{name}[{at}]", value, least, most)


def same_length(name: str, values: Sequence[Value], number: int, of: str) -> None:
    """Raise LocalError unless there is one value for each `of`."""
    if len(values) != number:
        raise LocalError(
            f"{name} needs one value for each {of}: {number}, not {len(values)}"
        )


def array(values: Iterable[Value], scale: float = 1.0) -> Numbers:
    """As an array, shape (n,), NaN in the gaps."""
    return scale * np.array(
        [math.nan if value is None else float(value) for value in values], dtype=float
    )


def cell(value: Value, scale: float = 1.0) -> Value:
    """For a table: a number without the noise of its last digits; None for a gap."""
    if value is None or math.isnan(value):
        return None
    return float(f"{scale * value:.10g}")


def say(value: Value, digits: int = 3) -> str:
    """A number as one says it: three digits that count, no exponent where none is
    needed, a dash for a gap."""
    if value is None or math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.{digits}g}"
    before = max(1, math.floor(math.log10(abs(value))) + 1)
    said = f"{value:,.{max(0, digits - before)}f}"
    if abs(value) < 1:
        said = f"{value:.{digits - 1 - math.floor(math.log10(abs(value)))}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def percent(share: Value) -> str:
    """A share (0 to 1) as `2.15 %`."""
    return f"{say(None if share is None else 100 * share)} %"


def milliseconds(seconds: Value) -> str:
    """`81.4 ms`."""
    return f"{say(None if seconds is None else 1000 * seconds)} ms"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
