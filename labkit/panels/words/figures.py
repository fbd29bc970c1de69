"""Numbers as the present language writes them: 12.5 in English, 12,5 in Portuguese.

    number(0.125, 1)        "0.1"
    figure("12.5 ± 0.3")    "12,5 ± 0,3"

Only the decimal sign differs; thousands are not grouped, so that a number that is read
can also be typed. What is typed may have either sign. Notebook: 04-videocall.
"""

from __future__ import annotations

from labkit.panels.words.spoken import words_now


def figure(text: str) -> str:
    """Numbers that were written the English way; not for addresses, whose dots stay."""
    sign: str = words_now()["language"]["decimal"]
    return text.replace(".", sign)


def number(value: float, digits: int) -> str:
    """With so many digits after the decimal sign."""
    return figure(f"{value:.{digits}f}")
