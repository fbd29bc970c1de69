"""The report's figures: each module here draws some, from the code or from results.

A module has `FIGURES`: by name, a function that returns the drawing as a matplotlib
figure. `draw_all` writes each as `drawn/NAME.svg`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from report.figures.style import save

MODULES = (
    "rooms", "schemes", "states", "transactions", "ladder", "registry", "clocks",
    "treatments", "budget", "results", "cover",
)  # fmt: skip


def draw_all(folder: Path) -> dict[str, str]:
    """Draw every figure anew; a file of a figure that is no more goes.

    Returns which could not be drawn, and why: what was not measured is not there.
    """
    folder.mkdir(exist_ok=True)
    names, absent = set(), {}
    for module in MODULES:
        for name, draw in import_module(f"report.figures.{module}").FIGURES.items():
            try:
                save(draw(), folder / f"{name}.svg")
            except (FileNotFoundError, KeyError) as error:
                absent[name] = repr(error)
            else:
                names.add(name)
    for path in folder.glob("*.svg"):
        if path.stem not in names:
            path.unlink()
    return absent
