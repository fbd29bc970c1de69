"""Words from strangers, made fit to show to people.

A display name or a reason phrase may hold anything, control codes of a terminal too.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re

_JOINERS = "\u200c\u200d"
"""Invisible, but emoji and some scripts are written with them."""
_many_lines = re.compile(r"\n{3,}")


def shown(text: str, most: int = 60) -> str:
    """The printable part of a stranger's text, at most so many characters of it."""
    printable = "".join(each for each in text if each.isprintable()).strip()
    return printable if len(printable) <= most else printable[: most - 1] + "…"


def readable(text: str) -> str:
    """What people said to each other, fit to show: lines, and what can be printed.

    Whatever steers a terminal, or turns the direction of writing, is left out.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (each for each in text if each.isprintable() or each in f"\n{_JOINERS}")
    return _many_lines.sub("\n\n", "".join(kept)).strip()
