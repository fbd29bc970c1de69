"""The report can be set from what is in the tree: whole, from 20 to 30 pages, every
number from a result, every drawing from the code. A18."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst

from report import build, pictures
from report.figures import MODULES, draw_all, simulate
from report.figures.transactions import MACHINES, explore
from tests.conftest import ROOT

REPORT = ROOT / "report"
CHAPTERS = sorted((REPORT / "chapters").glob("*.typ"))
FEWEST, MOST = 20, 30

pytestmark = pytest.mark.timeout(600)  # all figures are drawn, on a busy machine too


def text_of(path: Path) -> str:
    """Without its comments."""
    return re.sub(r"(?m)^\s*//.*$", "", path.read_text(encoding="utf-8"))


def named(function: str) -> set[str]:
    """What the chapters hand to one of style.typ's functions first."""
    return {
        name
        for path in CHAPTERS
        for name in re.findall(rf'#?\b{function}\(\s*"([^"]+)"', text_of(path))
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    """All figures are drawn; which could not be, and why."""
    return draw_all(REPORT / "drawn")


@pytest.fixture(scope="module")
def pages(drawn: dict[str, str]) -> list[bytes]:
    """The report, page by page, with nothing missing."""
    found = build.compile_text(REPORT / "report.typ", draft=False, format="svg")
    assert isinstance(found, list)
    return found


def test_the_report_is_whole(pages: list[bytes]) -> None:
    """A18: a text that cites what is not there cannot be set at all."""
    assert FEWEST <= len(pages) <= MOST


def test_every_figure_is_drawn_and_every_drawing_is_in_the_text(
    drawn: dict[str, str],
) -> None:
    assert drawn == {}
    there = {path.stem for path in (REPORT / "drawn").glob("*.svg")}
    assert named("drawn") | {"cover"} == there


def test_every_module_of_figures_is_asked_for_its_figures() -> None:
    modules = {path.stem for path in (REPORT / "figures").glob("*.py")}
    helpers = {"__init__", "style", "boxes", "record_call", "simulate"}
    assert modules - helpers == set(MODULES)


def test_the_same_tree_gives_the_same_bytes(pages: list[bytes]) -> None:
    again = build.compile_text(REPORT / "report.typ", draft=False, format="svg")
    assert again == pages


def test_the_form_of_a_group_can_be_set_without_any_result(
    drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "RESULTS", REPORT / "nothing-here")
    pdf = build.compile_text(REPORT / "template.typ", draft=False)
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF")


def test_a_result_that_is_not_there_stops_the_build(
    drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "RESULTS", REPORT / "nothing-here")
    with pytest.raises(typst.TypstError, match="run make bench"):
        build.compile_text(REPORT / "report.typ", draft=False)


# --- numbers ------------------------------------------------------------------------


def small_text(tmp: Path, body: str) -> Path:
    """A text of one line, beside the others so that it finds them."""
    path = REPORT / f".{tmp.name}.typ"
    path.write_text(f'#import "results.typ": *\n{body}\n', encoding="utf-8")
    return path


@pytest.fixture
def one_line(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    (REPORT / f".{tmp_path.name}.typ").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.036, "0.04"),
        (2.345, "2.35"),
        (9.999, "10.00"),
        (12.34, "12.3"),
        (51234.6, "51\u202f235"),
        (1000, "1000"),
        (-0.5, "−0.50"),
        (1.05, "1.05"),
    ],
)
def test_a_number_is_said_with_the_digits_that_count(
    one_line: Path, value: float, said: str
) -> None:
    path = small_text(one_line, f"#metadata(number({value})) <said>")
    found = typst.query(path, "<said>", field="value", one=True, root=ROOT)
    assert json.loads(found) == said


def test_a_figure_that_is_not_there_stops_the_build(one_line: Path) -> None:
    path = small_text(one_line, '#measured("latency", "no_such_figure")')
    with pytest.raises(typst.TypstError, match="no_such_figure"):
        build.compile_text(path, draft=False)


def test_results_are_cited_not_typed() -> None:
    """The chapter of results has no number with a unit of its own, but for the length
    of a frame of sound, which is the work and not the outcome."""
    text = text_of(REPORT / "chapters" / "10-results.typ")
    typed = re.findall(r"\b\d[\d.,]* ?(?:ms|µs|cores|MB|KiB|%)(?!\w)", text)
    assert set(typed) <= {"20 ms"}


def test_simulated_numbers_are_those_of_the_simulation() -> None:
    kept = json.loads(simulate.KEPT.read_text(encoding="utf-8"))
    line, seed = "in bursts of three", simulate.SEEDS[0]
    again = simulate.by_treatment(line, seed)
    for name, (left, cost) in again.items():
        for value, what in ((left, "left"), (cost, "cost")):
            _, least, most = kept["treated"][line][name][what]
            assert least - 1e-3 <= value <= most + 1e-3, (name, what)


# --- drawings -----------------------------------------------------------------------


def test_the_transactions_are_those_of_the_rfc() -> None:
    """RFC 3261, figures 5 to 8, with RFC 6026: who asks and who answers."""
    caller = explore(MACHINES["INVITE, the caller's side"])
    assert caller["TRYING", "PROCEEDING"] == ["1xx"]
    assert caller["TRYING", "TERMINATED"] == ["timer B"]
    assert caller["PROCEEDING", "ACCEPTED"] == ["2xx"]
    assert caller["COMPLETED", "TERMINATED"] == ["timer D"]
    assert ("PROCEEDING", "TERMINATED") not in caller
    callee = explore(MACHINES["INVITE, the callee's side"])
    assert callee["COMPLETED", "CONFIRMED"] == ["ACK"]
    assert callee["CONFIRMED", "TERMINATED"] == ["timer I"]
    assert set(callee["COMPLETED", "COMPLETED"]) == {"INVITE again", "timer G"}


def test_screenshots_are_there_and_small() -> None:
    there = {path.name: path.stat().st_size for path in pictures.KEPT.glob("*.png")}
    assert (
        named("picture") == set(there) == {f"{name}.png" for name in pictures.PICTURES}
    )
    assert max(there.values()) <= pictures.MOST


def test_every_path_that_the_text_names_exists() -> None:
    """Paths in backticks that begin with a folder of the tree; the last chapter fills
    the form for a group that is made up."""
    gone = []
    paths = re.compile(r"`((?:labkit|tests|report|notebooks)/[^`\s]+)`")
    for chapter in CHAPTERS[:-1]:
        for path in paths.findall(text_of(chapter)):
            if not list(ROOT.glob(path.rstrip("/"))):
                gone.append(f"{chapter.name}: {path}")
    assert gone == []
