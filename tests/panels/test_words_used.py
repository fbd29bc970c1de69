"""No text of a panel outside the catalogue, and no word in it that nobody says (A14).

A new text goes into labkit/panels/words/*.toml, in all languages; a page has it as
`words.name`, Python as `WORDS["name"]`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.link.conditions import JITTER_KINDS
from labkit.media.treatments import CHOICES
from labkit.panels.link_view import SLIDERS
from labkit.panels.treatment_view import LAYOUT, NAMES
from labkit.panels.words.spoken import CATALOGUES, SOURCE
from tests.conftest import ROOT

PANELS = ROOT / "labkit" / "panels"
MODULES = [one for one in sorted(PANELS.rglob("*.py")) if "words" not in one.parts]
SCRIPTS = sorted((PANELS / "page").rglob("*.js"))
TABLES = CATALOGUES[SOURCE]

NO_TEXT = {
    "Enter", "Escape", "Esc", "Arrow", "ArrowUp", "ArrowDown", "ArrowLeft",
    "ArrowRight", "Home", "End", "AbortError",
    "Snapshot", "Stretch", "left out", "of its own ",
    "export default {};",
}  # fmt: skip
"""What looks like a text for people, but is a name for programs."""
WORDY = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}|^[A-Z][a-zà-ü]+\b")
"""Two words, or a capital at the beginning: likely meant for people."""

MADE = re.compile(r"(state|step|do|way)_\w+|\w+_(label|hint)")
"""Names of words that the code puts together."""


OF_NAMES = {
    "treatments": {*NAMES},
    "knobs": {*SLIDERS},
    "jitter_kinds": {*JITTER_KINDS, "trace"},
    "choice_words": {word for words in CHOICES.values() for word in words},
}
"""Tables whose keys are the names of something, and of what."""


def name_of(path: Path) -> str:
    return str(path.relative_to(PANELS))


def texts_in_python(source: str) -> Iterator[str]:
    """Strings that are neither docstrings nor for the log."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Call) and "_log" in ast.unparse(node.func):
            skipped.update(map(id, node.args))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            yield from [node.value] if isinstance(node.value, str) else []


def texts_in_javascript(source: str) -> Iterator[str]:
    code = re.sub(r"(^|\s)//[^\n]*", "", source)
    for plain, template in re.findall(r'"([^"\n]*)"|`([^`]*)`', code):
        yield plain or re.sub(r"\$\{[^}]*\}", "", template)


def for_people(texts: Iterator[str]) -> list[str]:
    return [
        text
        for text in texts
        if WORDY.search(text)
        and text not in NO_TEXT
        and not all(word.startswith("lk-") for word in text.split())
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_page_has_its_texts_from_the_catalogue(path: Path) -> None:
    assert for_people(texts_in_javascript(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_view_has_its_texts_from_the_catalogue(path: Path) -> None:
    assert for_people(texts_in_python(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        'write(node, "Nothing yet");',
        'element("p", { class: "lk-hint" }, "Nothing");',
        'made.setAttribute("aria-label", "Hang up");',
        "label(`${count} users are there`);",
    ],
)
def test_a_text_in_a_script_is_found(code: str) -> None:
    assert len(for_people(texts_in_javascript(code))) == 1


@pytest.mark.parametrize(
    "code", ['{"said": "Nobody is there"}', 'f"{count} of them came"', '"Idle"']
)
def test_a_text_in_a_view_is_found(code: str) -> None:
    assert len(for_people(texts_in_python(f"say = {code}"))) == 1


def all_code() -> str:
    files = [*MODULES, *SCRIPTS]
    return "\n".join(one.read_text(encoding="utf-8") for one in files)


@pytest.mark.parametrize(
    "table", sorted(TABLES.keys() - {"language", "told", *OF_NAMES})
)
def test_every_word_is_said_somewhere(table: str) -> None:
    code = all_code()
    unused = {
        key
        for key in TABLES[table]
        if not MADE.fullmatch(key)
        and not re.search(rf'(["\'`]){key}\1|\.{key}\b', code)
    }
    assert unused == set()


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r'\b([A-Z_]+)\["(\w+)"\]', all_code()))
    for name, key in asked:
        if name.lower() in TABLES:
            tables = ["buttons", "page"] if name == "PAGE" else [name.lower()]
            assert any(key in TABLES[one] for one in tables), f'{name}["{key}"]'


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_every_word_a_page_asks_for_is_there(path: Path) -> None:
    given = {"language", "languages", "table", "knobs", "presets", "kinds"}
    tables = TABLES.keys() - {"words", "told", "language"}
    known = {key for table in tables for key in TABLES[table]}
    asked = set(re.findall(r"\bwords\.(\w+)", path.read_text(encoding="utf-8")))
    assert asked <= known | given


@pytest.mark.parametrize("table", OF_NAMES)
def test_every_treatment_slider_and_choice_has_its_words(table: str) -> None:
    assert set(TABLES[table]) == OF_NAMES[table]


def test_every_treatment_is_on_the_panel() -> None:
    assert {name for *_, names in LAYOUT for name in names} == set(NAMES)


@pytest.mark.parametrize("table", [t for t in TABLES if t.endswith("_page")])
def test_words_that_meet_on_a_page_have_names_of_their_own(table: str) -> None:
    assert TABLES[table].keys() & (TABLES["page"].keys() | TABLES["buttons"]) == set()
