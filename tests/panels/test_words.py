"""One catalogue in three languages, and panels that speak the one chosen (A14)."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from string import Formatter
from typing import Any

import numpy as np
import pytest

from labkit import LocalError, Phone
from labkit.panels import PhonePanel, SoundPanel, before_after
from labkit.panels.words import BUTTONS, PAGE, WORDS, button_named, language, spoken
from labkit.panels.words.spoken import CATALOGUES, SOURCE, page_speaks

OTHERS = sorted(CATALOGUES.keys() - {SOURCE})
"""The translations."""


@pytest.fixture(autouse=True)
def english_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kernel in which nobody has chosen a language yet; and English after it."""
    language("en")
    monkeypatch.setattr(spoken, "_settled", False)
    yield
    language("en")


def texts(of: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a catalogue with its place, as ("words.idle", "No call")."""
    items = of.items() if isinstance(of, dict) else enumerate(of)
    for key, value in items:
        if isinstance(value, str):
            yield f"{path}{key}", value
        else:
            yield from texts(value, f"{path}{key}.")


def placeholders(text: str) -> list[tuple[str, str, str]]:
    return sorted(
        (name, spec or "", conversion or "")
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    )


def read(code: str) -> dict[str, str]:
    """As the file has it: what a catalogue lacks is not filled here."""
    return dict(texts(spoken.read_file(code)))


# --- the catalogue ---


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_the_same_words_in_the_same_order(code: str) -> None:
    assert list(read(code)) == list(read(SOURCE))


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_fills_in_the_same_things(code: str) -> None:
    source = read(SOURCE)
    for place, text in read(code).items():
        assert placeholders(text) == placeholders(source[place]), place


@pytest.mark.parametrize("code", [SOURCE, *OTHERS])
def test_no_word_is_empty(code: str) -> None:
    assert [place for place, text in read(code).items() if not text.strip()] == []


# --- which language is spoken ---


def test_words_are_looked_up_in_the_language_of_the_moment() -> None:
    assert WORDS["calling"].format(peer="bob") == "Calling bob"
    assert language("pt") == "pt"
    assert WORDS["calling"].format(peer="bob") == "Ligando para bob"
    assert {**PAGE}["hang_up"] == "Desligar"
    assert list(BUTTONS)[:2] == ["register", "unregister"]


@pytest.mark.parametrize("tag", ["pt", "pt-BR", "pt_BR.UTF-8", "PT", " pt-PT "])
def test_a_language_is_known_by_any_of_its_tags(tag: str) -> None:
    assert language(tag) == "pt"


@pytest.mark.parametrize("tag", ["de", "", "portuguese" * 100, "../pt", 5])
def test_an_unknown_language_is_an_error_that_names_those_there_are(tag: Any) -> None:
    with pytest.raises(LocalError, match=r"en \(English\).*pt \(Português"):
        language(tag)
    assert language() == "en"


def test_the_first_page_decides_until_somebody_chooses() -> None:
    for nonsense in (None, 5, ["pt"], "de-AT", "x" * 10_000):
        page_speaks(nonsense)
    assert language() == "en"
    page_speaks("es-ES")
    page_speaks("pt-BR")
    assert language() == "es"


def test_what_was_chosen_stays_whatever_a_page_speaks() -> None:
    language("en")
    page_speaks("es-ES")
    assert language() == "en"


def test_the_environment_chooses_when_the_kernel_starts() -> None:
    program = "from labkit.panels.words import language; print(language())"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"LABKIT_LANG": "pt_BR.UTF-8", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout.strip() == "pt"
    assert ended.stderr == ""


def test_a_mistake_in_the_environment_is_told_and_english_it_is() -> None:
    with pytest.warns(UserWarning, match="LABKIT_LANG: .*'klingon'.*pt"):
        spoken._begin("klingon")
    spoken._begin("")
    assert language() == "en"


def test_buttons_answer_to_their_name_in_any_language() -> None:
    assert button_named("Hang up") == "hang_up"
    assert button_named("Desligar") == button_named("Colgar") == "hang_up"
    assert button_named("Dance") is None


# --- on the panels ---


@pytest.fixture
def panel() -> Iterator[PhonePanel]:
    with Phone("words-alice") as alice:
        panel = PhonePanel(alice)
        yield panel
        panel.close()


def becomes(panel: PhonePanel, code: str, headline: str) -> None:
    """Wait until the page has been told."""
    told = threading.Event()
    panel.observe(lambda _: told.set(), "scene")
    while not (panel.words["language"] == code and panel.scene["headline"] == headline):
        assert told.wait(10), (panel.words["language"], panel.scene["headline"])
        told.clear()


def test_a_live_panel_changes_its_words_and_its_scene(panel: PhonePanel) -> None:
    assert panel.scene["headline"] == "No call; not registered"
    assert panel.words["call"] == "Call"
    language("pt")
    becomes(panel, "pt", "Sem chamada; não registrado")
    assert panel.words["call"] == "Ligar"
    assert ["es", "Español (España)"] in [list(one) for one in panel.words["languages"]]


def test_a_page_chooses_in_the_menu_and_tells_its_browsers_language(
    panel: PhonePanel,
) -> None:
    panel._on_page(None, {"kind": "hello", "page": "p", "language": "es-MX"}, [])
    becomes(panel, "es", "Sin llamada; sin registrar")
    panel._on_page(None, {"kind": "language", "language": "pt"}, [])
    becomes(panel, "pt", "Sem chamada; não registrado")
    for nonsense in (None, 7, "xx", {"pt": 1}, "pt" * 1000):
        panel._on_page(None, {"kind": "language", "language": nonsense}, [])
    assert language() == "pt"


def test_python_presses_the_buttons_by_either_name(panel: PhonePanel) -> None:
    language("es")
    panel.type_name("sip:bob@127.0.0.1:5062")
    assert panel.enabled("Call")
    assert panel.enabled("Llamar")
    with pytest.raises(LocalError, match=r"No hay botón 'Bailar'.*Llamar"):
        panel.click("Bailar")


def test_a_panel_of_sounds_changes_too() -> None:
    panel: SoundPanel = before_after(("a", np.zeros(80, np.int16), 8000))
    assert panel.scene["title"] == "Listen"
    language("pt")
    assert panel.scene["title"] == "Ouvir"
    assert panel.words["pause_this"] == "Pausar: {name}"
