"""The console of `labkit link`: a running link, changed by typing.

    loss 20%                both ways, from the next packet on
    back delay 100ms        one way only: there or back
    preset mobile           show   off   seed 8   help   quit

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping

from rich.console import RenderableType
from rich.table import Table

from labkit.errors import LabkitError, LocalError
from labkit.link import PRESETS, Conditions, PathRecord
from labkit.link.settings import EXAMPLES, apply, change
from labkit.net.delay_file import load_trace
from labkit.net.link import LinkProxy

Show = Callable[[RenderableType], None]
FATES = ("offered", "delivered", "under_way", "duplicated", "corrupted")


def both_ways(
    settings: Mapping[str, str | None], there: str = "", back: str = ""
) -> tuple[Conditions, Conditions]:
    """The conditions there and back, from options: for both, then for one each.

    Raises LocalError for what cannot be.
    """
    given = {name: text for name, text in settings.items() if text is not None}
    alike = apply(Conditions(), given, load_trace)
    return change(alike, there, load_trace), change(alike, back, load_trace)


class LinkConsole:
    """Turns typed lines into changes of a link, and says what holds.

    With `every`, it also prints the fates each so many seconds if there were any.
    """

    def __init__(self, proxy: LinkProxy, show: Show, every: float = 0.0) -> None:
        self._proxy, self._show, self._every = proxy, show, every
        self._told: dict[str, PathRecord] = {}
        self._ended = threading.Event()

    def start(self) -> None:
        """Say what the link does and what can be typed."""
        self._show(
            f"Whoever sends to {self._proxy.address} reaches {self._proxy.target}; "
            f"seed {self._proxy.seed}. Type help, show or quit."
        )
        self._conditions()
        self._told = self._proxy.records()
        if self._every > 0:
            threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """Print no more."""
        self._ended.set()

    def line(self, text: str) -> bool:
        """Act on one typed line; False when it was the last one."""
        first, _, rest = text.strip().partition(" ")
        try:
            match first.lower():
                case "":
                    pass
                case "quit" | "exit":
                    return False
                case "help":
                    self._show(_help())
                case "show":
                    self._conditions()
                    self._show(fates_table(self._proxy.records()))
                case "seed":
                    self._proxy.reseed(_seed(rest))
                    self._show(f"seed {self._proxy.seed}: other packets are lost now")
                case "there" | "back":
                    self._change(rest, first.lower())
                case _:
                    self._change(text)
        except LabkitError as error:
            self._show(str(error))
        return True

    def _change(self, text: str, only: str = "") -> None:
        """All of a line holds at once, or, if it holds a mistake, nothing of it."""
        there, back = self._proxy.there, self._proxy.back
        if only != "back":
            there = _changed(there, text)
        if only != "there":
            back = _changed(back, text)
        self._proxy.set(there, back)
        self._conditions()

    def _conditions(self) -> None:
        there, back = self._proxy.there.describe(), self._proxy.back.describe()
        if there == back:
            self._show(f"both ways: {there}")
        else:
            self._show(f"there: {there}")
            self._show(f"back:  {back}")

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            try:
                records = self._proxy.records()
            except (LabkitError, RuntimeError):  # the link is being closed
                return
            for name, record in records.items():
                if record != self._told.get(name):
                    self._show(f"{name}: {record}")
            self._told = records


def fates_table(records: Mapping[str, PathRecord]) -> Table:
    """Every packet's fate, counted: a row a fate, a column a way that was used."""
    used = {way: record for way, record in records.items() if record.offered}
    used = used or dict(records)
    table = Table(title="What became of the packets")
    table.add_column("", no_wrap=True)
    for way in used:
        table.add_column(way, justify="right")
    for fate in FATES:
        counts = [str(getattr(record, fate)) for record in used.values()]
        table.add_row(fate.replace("_", " "), *counts)
    for cause in sorted({cause for record in used.values() for cause in record.lost}):
        counts = [str(record.lost.get(cause, 0)) for record in used.values()]
        table.add_row(f"lost: {cause}", *counts)
    return table


def _changed(conditions: Conditions, text: str) -> Conditions:
    if text.strip().lower() == "off":
        return Conditions()
    if not text.strip():
        raise LocalError("say what is to change, such as: back delay 100ms")
    return change(conditions, text, load_trace)


def _seed(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,18}", text.strip(), re.ASCII) is None:
        raise LocalError(f"a seed is a whole number, such as seed 8, not {text[:40]!r}")
    return int(text)


def _help() -> str:
    lines = [f"  {name} {example}" for name, example in EXAMPLES.items()]
    return "\n".join(
        (
            "Type what is to change, one or more of:",
            *lines,
            f"The presets: {', '.join(name.replace(' ', '-') for name in PRESETS)}.",
            "Write there or back before it, and it holds for one way only. Also:",
            "  off    a perfect network      show   what holds, and what became of all",
            "  seed 8 other chances          quit   the end",
        )
    )
