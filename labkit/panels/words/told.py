"""What the kit tells in English, said in the language of the panels.

    say("bob is in a call with carol; hang up first")
    "bob está em chamada com carol; desligue primeiro"

The rooms below the panels know no languages: a notice, an error's text, the reason why
a call ended are English sentences there. As with gettext, the English sentence is the
key: the table `told` has it with gaps, `{peer} hung up`, and a text that fits is said
anew with what stood in the gaps. What a user meets when pressing buttons is there; deep
diagnoses of a protocol, figures and ladders stay English, which say() returns as it is.

Requirement A14. Notebook: 04-videocall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from string import Formatter

from labkit.panels.words.figures import figure
from labkit.panels.words.spoken import CATALOGUES, SOURCE, language

SENTENCES = ("why", "state", "what")
"""Gaps that hold sentences of the kit again."""
FIGURES = ("count", "rate", "seconds", "share", "time")
"""Gaps that hold numbers; in all others stand names, which nobody translates."""
DEPTH = 3
"""So many sentences within one another are looked up, whoever sent them."""
LONGEST = 600
"""Characters; a longer text is no sentence of ours."""


def say(told: object) -> str:
    """An error or a text of the kit in the present language; where the catalogue does
    not know it, as it is."""
    text = str(told)
    return text if len(text) > LONGEST else _fit(text, language(), DEPTH)[1]


def say_all(told: str, between: str = "; ") -> str:
    """The same for sentences in a row, as a network is described."""
    return between.join(say(part) for part in told.split(between))


@lru_cache(maxsize=512)
def _fit(text: str, code: str, depth: int) -> tuple[int, str]:
    """How many letters of a text are none of the catalogue's, and what it is then: the
    sentence that leaves the fewest is the one that was meant."""
    best = len(text), text
    if code == SOURCE or not depth:
        return best
    for key, pattern in _patterns().items():
        if found := pattern.fullmatch(text):
            gaps = {
                name: _gap(name, value, code, depth)
                for name, value in found.groupdict().items()
            }
            foreign = sum(letters for letters, _ in gaps.values())
            if foreign < best[0]:
                sentence: str = CATALOGUES[code]["told"][key]
                said = {name: value for name, (_, value) in gaps.items()}
                best = foreign, sentence.format_map(said)
    return best


def _gap(name: str, value: str, code: str, depth: int) -> tuple[int, str]:
    if name in SENTENCES:
        return _fit(value, code, depth - 1)
    return len(value), figure(value) if name in FIGURES else value


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    told: Mapping[str, str] = CATALOGUES[SOURCE]["told"]
    return {
        key: re.compile("".join(_pattern(sentence)), re.DOTALL)
        for key, sentence in told.items()
    }


def _pattern(sentence: str) -> Iterator[str]:
    seen: set[str] = set()
    for literal, name, _, _ in Formatter().parse(sentence):
        yield re.escape(literal)
        if name is not None:
            yield f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
