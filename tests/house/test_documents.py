"""What is written for people is kept in order: links, commands, notebooks, numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README = ROOT / "README.md"
REQUIREMENTS = {"A": 20, "B": 21, "C": 11, "D": 7}
"""The letters of the requirements and how many each has: A1…A20, B1…B21, …"""
LONGEST_CELL = 25


def headings(text: str) -> set[str]:
    """The anchors that GitHub makes of the headings, and JupyterLab, which keeps their
    capitals."""
    titles = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    plain = {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
    return plain | {anchor.lower() for anchor in plain}


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", text)


def cells(notebook: Path, kind: str) -> list[dict[str, object]]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return [cell for cell in content["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, object]) -> str:
    return "".join(cell["source"])  # type: ignore[arg-type]


def dead_links(text: str, folder: Path) -> list[str]:
    """Links to files or headings that are not there; the web is not asked."""
    dead = []
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        alive = (folder / name).exists() if name else anchor in headings(text)
        if not alive:
            dead.append(link)
    return dead


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    assert links(text)
    assert dead_links(text, ROOT) == []


def test_a_dead_link_is_found() -> None:
    text = "# One, two\n[a](#one-two) [b](#three) [c](gone.md) [d](https://a.example)"
    assert dead_links(text, ROOT) == ["#three", "gone.md"]


def test_every_make_target_and_file_that_the_readme_tells_to_use_exists() -> None:
    """A19: a run must not fail for want of an instruction, or for a wrong one."""
    text = README.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    told = set(re.findall(r"^make ([a-z]+)", "\n".join(code_of(text)), re.MULTILINE))
    assert {"lab", "test"} <= told
    assert told <= targets
    for path in re.findall(r"\bnotebooks/[\w.-]+\.ipynb", text):
        assert (ROOT / path).exists(), path


def code_of(text: str) -> list[str]:
    """What stands in code fences or between backticks."""
    fenced = re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
    rest = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", rest)


def test_the_course_is_there() -> None:
    begun = [
        "00-start-here",
        "01-registry",
        "02-signalling",
        "03-media",
        "04-videocall",
        "05-latency",
        "07-jitter-buffer",
        "08-voice-room",
        "09-practica3",
        "10-two-laptops",
        "11-real-phones",
    ]
    assert {notebook.stem for notebook in NOTEBOOKS} >= set(begun)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_with_short_cells(
    notebook: Path,
) -> None:
    code = cells(notebook, "code")
    assert code
    for number, cell in enumerate(code, 1):
        where = f"{notebook.name}, code cell {number}"
        assert cell["outputs"] == [], f"{where} has outputs stored"
        assert cell["execution_count"] is None, f"{where} has a number stored"
        lines = source(cell).count("\n") + 1
        assert lines <= LONGEST_CELL, f"{where} has {lines} lines"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_link_of_a_notebook_leads_somewhere(notebook: Path) -> None:
    text = "\n".join(source(cell) for cell in cells(notebook, "markdown"))
    assert dead_links(text, notebook.parent) == []


COURSE = [path for path in NOTEBOOKS if re.match(r"\d\d-", path.name)]


@pytest.mark.parametrize("notebook", COURSE[1:], ids=lambda path: path.stem)
def test_a_notebook_of_the_course_begins_with_the_whole_way(notebook: Path) -> None:
    top = source(cells(notebook, "markdown")[0])
    (way,) = re.findall(r"^\[start\].*", top, flags=re.MULTILINE)
    assert links(way) == [other.name for other in COURSE if other != notebook]
    assert len(re.findall(r"\*\*\d\d .+?\*\*", way)) == 1


@pytest.mark.parametrize("notebook", COURSE, ids=lambda path: path.stem)
def test_a_notebook_of_the_course_ends_with_the_way_to_the_next(notebook: Path) -> None:
    end = source(cells(notebook, "markdown")[-1])
    last = notebook == COURSE[-1]
    following = "phone.ipynb" if last else COURSE[COURSE.index(notebook) + 1].name
    _, _, told = end.partition("**From here:**" if last else "**Next:**")
    assert links(told)[:1] == [following]


def unknown_requirements(text: str) -> list[str]:
    """Requirement numbers that no list has: A21, C0, …"""
    cited = re.findall(r"\b([ABCD])(\d{1,3})\b(?!\.\d)", text)
    return [f"{a}{n}" for a, n in cited if not 1 <= int(n) <= REQUIREMENTS[a]]


def test_every_requirement_that_a_docstring_or_a_text_cites_exists() -> None:
    wrong = []
    for path in [*(ROOT / "labkit").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        if path == Path(__file__):
            continue
        for line in re.findall(r"Requirements?:? [^.\n]*", path.read_text("utf-8")):
            wrong += [f"{path.name}: {name}" for name in unknown_requirements(line)]
    for path in NOTEBOOKS:
        text = "\n".join(source(cell) for cell in cells(path, "markdown"))
        wrong += [f"{path.name}: {name}" for name in unknown_requirements(text)]
    assert not wrong


def test_an_unknown_requirement_is_seen() -> None:
    assert unknown_requirements("A1, A21, B21, B22 and D7") == ["A21", "B22"]
