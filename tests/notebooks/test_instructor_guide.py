"""The instructor's guide says what the notebooks say: minutes, exercises, links."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.house.test_documents import code_of, dead_links, links

FOLDER = ROOT / "notebooks"
GUIDE = (FOLDER / "instructor-guide.md").read_text("utf-8")
COURSE = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))


def cells(notebook: Path, kind: str) -> list[str]:
    found = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == kind]


def row(text: str, notebook: Path) -> list[str]:
    """The cells of the first table row that names this notebook and its minutes."""
    name = notebook.stem[:2]
    found = re.search(rf"^\| (?:\[|\*\*){name} .*\|$", text, flags=re.MULTILINE)
    assert found, f"no row for {notebook.name}"
    return [cell.strip() for cell in found[0].strip("|").split("|")]


def test_every_link_leads_somewhere() -> None:
    assert len(links(GUIDE)) > 50
    assert dead_links(GUIDE, FOLDER) == []


def test_every_notebook_has_its_row() -> None:
    assert len(COURSE) == 12
    for notebook in COURSE:
        row(GUIDE, notebook)


@pytest.mark.parametrize("notebook", COURSE[1:], ids=lambda path: path.stem)
def test_the_minutes_are_those_of_the_notebook_and_of_the_first_one(
    notebook: Path,
) -> None:
    told = re.search(
        r"About (\d+) minutes(?:; with a projector and (\d+))?",
        cells(notebook, "markdown")[0],
    )
    assert told
    _, minutes, projector, *_ = row(GUIDE, notebook)
    assert minutes == told[1]
    assert projector == (told[2] or "in pairs")
    first = "\n".join(cells(COURSE[0], "markdown"))
    assert row(first, notebook)[2] == minutes


@pytest.mark.parametrize("notebook", COURSE, ids=lambda path: path.stem)
def test_every_exercise_is_in_the_guide(notebook: Path) -> None:
    for cell in cells(notebook, "code"):
        unfinished = re.search(r"^def (\w+)[^\0]*raise NotImplementedError", cell)
        if unfinished and unfinished[1] != "our_dialect":
            assert f"`{unfinished[1]}`" in GUIDE


def test_the_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    told = set(re.findall(r"^make (\w+)$", "\n".join(code_of(GUIDE)), re.MULTILINE))
    assert {"lab", "test", "slides"} <= told <= targets


def seconds_of_speech(text: str) -> float:
    """Of what is said in a minute and what is to be seen, aloud, 130 words a minute."""
    said = re.findall(r"\*\*(?:Say|See):\*\* (.*?)(?=\n|$)", text)
    assert len(said) == 2
    return len(" ".join(said).split()) / 130 * 60


def test_the_minutes_of_the_demonstration_are_reckoned_from_its_words() -> None:
    texts = cells(FOLDER / "demo-7-minutes.ipynb", "markdown")[1:8]
    spoken = [round(seconds_of_speech(text)) for text in texts]
    assert f"{min(spoken)} to {max(spoken)} s" in GUIDE
    assert max(spoken) + 10 + 10 < 60  # to scroll, run and click; to look


def test_the_script_of_the_demonstration_has_its_seven_clicks() -> None:
    texts = cells(FOLDER / "demo-7-minutes.ipynb", "markdown")[1:8]
    script = re.findall(r"^\| (\d:00) \|[^|]*\| (.*?) \|", GUIDE, flags=re.MULTILINE)
    assert [at for at, _ in script] == [f"{minute}:00" for minute in range(7)]
    codes = cells(FOLDER / "demo-7-minutes.ipynb", "code")
    for (_, click), text, code in zip(script, texts, codes, strict=True):
        thing = re.search(r"[*`]+([^*`]+)[*`]+", click)
        assert thing
        assert thing[1] in text.partition("**Click")[2]
        assert thing[1] in code.partition("click=")[2]
