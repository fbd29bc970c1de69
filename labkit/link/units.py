"""Quantities as people write them: `10%`, `50ms`, `1Mbit`, `64kB`.

A share is a percentage or a number from 0 to 1; a time needs its unit, for nobody knows
whether "50" is seconds; a rate is in bits a second, as networks count; a size in
octets. Units are decimal: a kbit is 1,000 bits. Notebook: 06-loss.
"""

from __future__ import annotations

import re
from math import isfinite

from labkit.errors import LocalError

TIMES = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
RATES = {"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9, "kbps": 1e3, "mbps": 1e6}
SIZES = {"b": 1.0, "kb": 1e3, "mb": 1e6}
_QUANTITY = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,15})?)\s*([a-zµ%/]*)", re.ASCII)


def parse_share(text: str) -> float:
    """`10%`, `10 %` or `0.1` as 0.1. Raises LocalError for all else."""
    number, unit = _split(text)
    if unit == "%":
        number /= 100
    elif unit or number > 1:
        number = -1.0
    if not 0 <= number <= 1:
        raise LocalError(
            f"{_shown(text)} is no share: write a percentage such as 10%, or a number "
            "from 0 to 1 such as 0.1"
        )
    return number


def parse_time(text: str) -> float:
    """`50ms`, `0.05s` or `0` in seconds. Raises LocalError for all else."""
    return _measure(text, TIMES, "time", "50ms or 0.05s")


def parse_rate(text: str) -> float:
    """`1Mbit`, `64kbit/s` or `0` (no limit) in bits a second. Raises LocalError."""
    return _measure(text, RATES, "rate", "64kbit or 1Mbit (bits a second)")


def parse_size(text: str) -> int:
    """`1500B` or `64kB` in octets. Raises LocalError for all else."""
    return round(_measure(text, SIZES, "size", "1500B or 64kB"))


def write_share(share: float) -> str:
    """0.1 as `10 %`."""
    return f"{share * 100:.4g} %"


def write_time(seconds: float) -> str:
    """0.05 as `50 ms`, 1.5 as `1.5 s`."""
    return f"{seconds:.4g} s" if seconds >= 1 else f"{seconds * 1000:.4g} ms"


def write_rate(bits_per_second: float) -> str:
    """1,500,000 as `1.5 Mbit/s`."""
    for unit, size in (("Gbit", 1e9), ("Mbit", 1e6), ("kbit", 1e3)):
        if bits_per_second >= size:
            return f"{bits_per_second / size:.4g} {unit}/s"
    return f"{bits_per_second:.4g} bit/s"


def _measure(text: str, units: dict[str, float], what: str, such_as: str) -> float:
    number, unit = _split(text)
    factor = units.get(unit.removesuffix("/s"))
    if factor is None and number == 0 and not unit:
        factor = 1.0
    if factor is None:
        raise LocalError(
            f"{_shown(text)} is no {what}: write a number and its unit, "
            f"such as {such_as}"
        )
    return number * factor


def _split(text: str) -> tuple[float, str]:
    """The number and the unit in lower letters; an unknown text has the unit "?"."""
    match = _QUANTITY.fullmatch(text.strip().lower())
    if match is None:
        return 0.0, "?"
    number = float(match[1].replace(",", "."))
    return (number, match[2]) if isfinite(number) else (0.0, "?")


def _shown(text: str) -> str:
    shown = repr(text[:40])
    return shown if len(text) <= 40 else f"{shown}…"
