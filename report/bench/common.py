"""What every bench shares: one shape of result, its tables, medians, the machine.

A bench measures, never judges. It prints tables for people, or with `--json` exactly
one object on standard output (whatever else it has to say goes to standard error);
`run.py` writes that object to `report/results/NAME.json`:

    {"bench": "registry", "when": "2026-11-26", "machine": {…}, "versions": {…},
     "seeds": [], "runs": 5,
     "figures": {"queries_per_s": {"median": 51000, "min": …, "max": …, "runs": 5,
                                   "unit": "1/s", "to_reach": "≥ 40,000"}},
     "absent": {"redis": "redis-server is not installed"},
     "curves": {"size": {"x": "picture", "unit_x": "pixels", "y": …, "unit_y": "cores",
                         "lines": {"kit": [[76800, median, min, max], …]}}},
     "settings": {"seconds": 6}}

A key begins with the name of the program it tells of (`aiortc_video_p50_ms`), none for
the kit, and bears its unit. What a curve could not have at some x is left out there.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import platform
import re
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tables

import labkit

THE_KIT = str(Path(labkit.__file__).parents[1])
"""Where other processes and other Python installations find the kit measured here."""
UNITS = {
    r"_ms(_|$)": "ms",
    r"_us(_|$)": "µs",
    r"_fps(_|$)": "pictures/s",
    r"_per_s$": "1/s",
    r"_s$": "s",
    r"(^|_)cores(_|$)": "cores",
    r"(^|_)kib(_|$)": "KiB",
    r"(^|_)kb(_|$)": "kB",
    r"_mb$": "MB",
    r"(^|_)percent(_|$)": "%",
}
"""What in a figure's key tells its unit; all others are counts, shares and scores."""


def arguments(description: str, runs: int = 5) -> argparse.ArgumentParser:
    """The options of every bench, `--json` and `--runs`; add your own to it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--json", action="store_true", help="one JSON object instead of a table"
    )
    parser.add_argument(
        "--runs", type=int, default=runs, help=f"how often to measure (default {runs})"
    )
    return parser


def machine() -> dict[str, object]:
    """What the figures were measured on, without anything that names a person."""
    return {
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:  # not Linux
        pass
    return platform.processor() or platform.machine()


def versions(*packages: str) -> dict[str, str]:
    """The installed versions of these packages; `not installed` where one is absent."""
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that at least `share` (0–1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Iterable[float]) -> tuple[float | None, float | None, float | None]:
    """Median, least and greatest; None for what is no number (nothing came at all)."""
    ordered = sorted(values)
    return tuple(map(_shown, (statistics.median(ordered), ordered[0], ordered[-1])))


def figures(
    measured: Mapping[str, Sequence[float]], to_reach: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Each figure of the result, from what was measured run by run."""
    found: dict[str, dict[str, object]] = {}
    for key, values in measured.items():
        median, least, greatest = spread(values)
        found[key] = {
            "median": median,
            "min": least,
            "max": greatest,
            "runs": len(values),
            "unit": unit(key),
            "to_reach": to_reach.get(key, ""),
        }
    return found


def unit(key: str) -> str:
    """What a figure of this name is measured in."""
    return next((unit for mark, unit in UNITS.items() if re.search(mark, key)), "")


def _shown(value: float) -> float | None:
    """Six digits are more than anybody's clock can tell."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def curve(
    x: str,
    unit_x: str,
    y: str,
    unit_y: str,
    points: Mapping[str, Mapping[float, Sequence[float]]],
) -> dict[str, object]:
    """One curve of the result; `points` are each program's values, run by run, by x."""
    lines = {
        name: [[at, *spread(values)] for at, values in sorted(by_x.items())]
        for name, by_x in points.items()
    }
    return {"x": x, "unit_x": unit_x, "y": y, "unit_y": unit_y, "lines": lines}


def note(into: dict[str, list[float]], found: Mapping[str, float]) -> None:
    """Add one run's figures to all runs'."""
    for key, value in found.items():
        into.setdefault(key, []).append(value)


def say(text: str) -> None:
    """A word about progress, on standard error: standard output is for the result."""
    print(text, file=sys.stderr, flush=True)


def result(
    bench: str,
    measured: Mapping[str, Sequence[float]],
    *,
    runs: int,
    to_reach: Mapping[str, str] | None = None,
    seeds: Iterable[int] = (),
    packages: Sequence[str] = (),
    others: Mapping[str, str] | None = None,
    absent: Mapping[str, str] | None = None,
    curves: Mapping[str, object] | None = None,
    settings: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """What a bench found, in the one shape. `measured` is each figure, run by run.

    `packages` and `others` (name → version) are what was measured with. A figure that
    was to be reached and was not measured is told as absent.
    """
    to_reach, missing = to_reach or {}, dict(absent or {})
    shown = figures(measured, to_reach)
    for key in to_reach:
        if key not in shown:
            missing.setdefault(key, "not measured in this run")
    for key in [key for key, found in shown.items() if found["median"] is None]:
        missing[key] = "did not come about in most runs"
        del shown[key]
    return {
        "bench": bench,
        "when": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions("labkit", *packages) | dict(others or {}),
        "seeds": list(seeds),
        "runs": runs,
        "figures": shown,
        "absent": missing,
        "curves": dict(curves or {}),
        "settings": dict(settings or {}),
    }


def report(found: Mapping[str, object], as_json: bool) -> None:
    """Print a result: tables for people, or one JSON object."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        tables.show(found)
