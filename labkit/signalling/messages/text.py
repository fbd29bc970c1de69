"""Words from strangers, made fit to show to people.

A display name or a reason phrase may hold anything, control codes of a terminal too.

Notebook: 02-signalling.
"""

from __future__ import annotations


def shown(text: str, most: int = 60) -> str:
    """The printable part of a stranger's text, at most so many characters of it."""
    printable = "".join(each for each in text if each.isprintable()).strip()
    return printable if len(printable) <= most else printable[: most - 1] + "…"
