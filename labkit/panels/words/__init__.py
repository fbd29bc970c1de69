"""Every text that panels show, in one place: a catalogue for each language.

    from labkit.panels.words import WORDS, language

    language("es")
    WORDS["calling"].format(peer="bob")     "Llamando a bob"

A catalogue is a file of tables beside this one, `en.toml`; a translation is one more
file. Look a word up where it is needed, never when a module is imported: what is kept
does not change with the language. A new table needs a line below, a new word none, and
both need a line in each catalogue; `tests/panels/test_words.py` holds them alike.

Requirement A14. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.panels.words.figures import figure, number
from labkit.panels.words.spoken import (
    CATALOGUES,
    LANGUAGES,
    language,
    on_change,
    page_speaks,
)
from labkit.panels.words.table import WordTable
from labkit.panels.words.told import say, say_all

BUTTONS: WordTable[str] = WordTable("buttons")
"""The buttons of a phone, by command, in the order of the keyboard."""
PAGE: WordTable[str] = WordTable("buttons", "page")
"""What the page itself writes."""
WORDS: WordTable[str] = WordTable("words")
"""What Python writes."""
KNOBS: WordTable[tuple[str, str]] = WordTable("knobs")
"""The sliders of a network, and their units."""
LINK_PAGE: WordTable[str] = WordTable("link_page")
"""What the page of the network writes."""
JITTER_KINDS: WordTable[str] = WordTable("jitter_kinds")
"""Kinds of jitter."""
BUFFER_PAGE: WordTable[str] = WordTable("buffer_page")
"""What the page of the buffer writes."""
SOUND_PAGE: WordTable[str] = WordTable("sound_page")
"""What the page of a sound writes."""
TREATMENTS: WordTable[tuple[str, str]] = WordTable("treatments")
"""Each treatment: its name on the panel, and what it buys and costs."""
TREATMENT_GROUPS: WordTable[str] = WordTable("treatment_groups")
"""What the treatments are grouped by."""
DOOR: WordTable[str] = WordTable("door")
"""What the form for name and registry writes."""
CHOICE_WORDS: WordTable[str] = WordTable("choice_words")
"""The treatments' words as the panel writes them."""
TREATMENT_PAGE: WordTable[str] = WordTable("treatment_page")
"""What the page of the treatments writes."""
DEVICES_PAGE: WordTable[str] = WordTable("devices_page")
"""What the page writes about the browser's devices."""

__all__ = [
    "BUFFER_PAGE",
    "BUTTONS",
    "CHOICE_WORDS",
    "DEVICES_PAGE",
    "DOOR",
    "JITTER_KINDS",
    "KNOBS",
    "LANGUAGES",
    "LINK_PAGE",
    "PAGE",
    "SOUND_PAGE",
    "TREATMENTS",
    "TREATMENT_GROUPS",
    "TREATMENT_PAGE",
    "WORDS",
    "button_named",
    "figure",
    "language",
    "number",
    "on_change",
    "page_speaks",
    "say",
    "say_all",
]


def button_named(name: str) -> str | None:
    """The command of a phone's button, by its name in the present language, in English
    or in any other: "Call", "Ligar" → "call". None where there is none."""
    others = [catalogue["buttons"] for catalogue in CATALOGUES.values()]
    tables: list[Mapping[str, str]] = [BUTTONS, *others]
    found = (c for table in tables for c, text in table.items() if text == name)
    return next(found, None)
