"""What every bench shares: the machine's description, medians, tables, one JSON object.

A bench measures, never judges: it prints a table for people, or with `--json` exactly
one object on standard output (whatever else it has to say goes to standard error).

    options = common.arguments("How fast is the registry?").parse_args()
    queries = common.spread(measured)  # {"median": …, "min": …, "max": …, "runs": 5}
    common.report(
        "Registry",
        [{"what": "queries per second", "median": "51,000", "to reach": "40,000"}],
        {"queries_per_s": queries["median"], **common.circumstances("labkit", "redis")},
        options.json,
    )
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

import labkit

THE_KIT = str(Path(labkit.__file__).parents[1])
"""Where other processes and other Python installations find the kit measured here."""


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
        "system": f"{platform.system()} {platform.release()}",
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


def circumstances(*packages: str) -> dict[str, object]:
    """`machine` and `versions` as the two keys that every result carries."""
    return {"machine": machine(), "versions": versions("labkit", *packages)}


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, least and greatest of some runs, and how many there were."""
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "min": ordered[0],
        "max": ordered[-1],
        "runs": len(ordered),
    }


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that at least `share` (0–1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def say(text: str) -> None:
    """A word about progress, on standard error: standard output is for the result."""
    print(text, file=sys.stderr, flush=True)


def report(
    title: str,
    rows: Sequence[Mapping[str, str]],
    result: Mapping[str, object],
    as_json: bool,
) -> None:
    """Print `rows` as a table for people, or `result` as one JSON object.

    Each row maps a column's heading to its text; the first row's keys are the columns.
    """
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(rows[0]):
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row.values())
    described = machine()
    console = Console()
    console.print(table)
    console.print(
        f"{described['processor']}, {described['cores']} cores, "
        f"{described['system']}, Python {described['python']}"
    )
