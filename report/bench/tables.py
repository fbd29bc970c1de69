"""A bench's result as tables for people: one of its figures, one a curve.

    tables.show(json.loads(Path("report/results/latency.json").read_text()))

Other programs' figures stand in columns beside the kit's.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

PEERS = ("aiortc", "vidstream", "gstreamer", "redis", "image")
"""What a figure's key may begin with: whose it is."""

WIDTH = 120
"""Columns where no terminal tells how many it has."""


def show(result: Mapping) -> None:
    """Print all of a result."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    if result["figures"]:
        title = f"{result['bench']}: medians of {result['runs']} runs"
        console.print(_figures(title, result["figures"]))
    for name, curve in result["curves"].items():
        console.print(_curve(f"{result['bench']}: {name}", curve))
    for name, why in result["absent"].items():
        console.print(f"absent: {name}: {why}", highlight=False)
    machine = result["machine"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}\n",
        highlight=False,
    )


def whose(key: str) -> tuple[str, str]:
    """Whose figure it is ("" for the kit's), and which.

    >>> whose("aiortc_video_p50_ms")
    ('aiortc', 'video_p50_ms')
    """
    name, _, rest = key.partition("_")
    return (name, rest) if name in PEERS and rest else ("", key)


def _figures(title: str, figures: Mapping[str, Mapping]) -> Table:
    rows: dict[str, dict[str, Mapping]] = {}
    for key, figure in figures.items():
        peer, what = whose(key)
        rows.setdefault(what, {})[peer] = figure
    peers = [peer for peer in PEERS if any(peer in row for row in rows.values())]
    table = Table(title=title, title_justify="left")
    table.add_column("figure", no_wrap=True)
    for heading in ("median", "from … to", "to reach", *peers):
        table.add_column(heading, justify="right")
    for what, row in rows.items():
        ours = row.get("")
        told = (
            ("", "", "")
            if ours is None
            else (
                f"{number(ours['median'])} {ours['unit']}".strip(),
                f"{number(ours['min'])} … {number(ours['max'])}",
                ours["to_reach"],
            )
        )
        others = [number(row[p]["median"]) if p in row else "" for p in peers]
        table.add_row(what, *told, *others)
    return table


def _curve(title: str, curve: Mapping) -> Table:
    across, up = (f"{curve[c]}, {curve['unit_' + c]}".rstrip(", ") for c in "xy")
    table = Table(title=f"{title}: {up}", title_justify="left")
    table.add_column(across, justify="right")
    lines = {
        name: {at: (median, least, most) for at, median, least, most in points}
        for name, points in curve["lines"].items()
    }
    for name in lines:
        table.add_column(name, justify="right")
    for at in sorted({at for points in lines.values() for at in points}):
        cells = []
        for points in lines.values():
            median, least, most = points.get(at, (None, None, None))
            spread = f"  ({number(least)} … {number(most)})"
            cells.append("" if median is None else number(median) + spread)
        table.add_row(number(at), *cells)
    return table


def number(value: float | None) -> str:
    """At most three digits that matter, thousands kept whole.

    >>> number(51234.0), number(2.3456), number(None)
    ('51,234', '2.35', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
