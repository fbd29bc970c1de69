"""Every notebook, executed from top to bottom as a class would: D1, D7."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS_A_CELL = 120

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(600)]


def execute(notebook: Path, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in a kernel of this environment; the notebook with its outputs.

    AssertionError with the cell's text and its traceback if one fails or hangs.
    """
    content = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        content,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError) as error:
        raise AssertionError(f"{notebook.name}: {error}") from None
    return content


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of notebooks/ to run in, apart from the user's own Jupyter and IPython."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    return Path(shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, folder: Path) -> None:
    content = execute(folder / notebook.name, folder)
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.execution_count for cell in code)


def write(folder: Path, *cells: str) -> Path:
    notebook = folder / "tried.ipynb"
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code), notebook)
    return notebook


def test_the_kernel_is_that_of_this_environment(folder: Path) -> None:
    content = execute(write(folder, "import sys; print(sys.executable)"), folder)
    assert content.cells[0].outputs[0].text.strip() == sys.executable


def test_a_failing_cell_is_reported_with_its_text(folder: Path) -> None:
    failing = write(folder, "1 + 1", "nobody['home']")
    with pytest.raises(AssertionError, match=r"nobody\['home'\](.|\n)*NameError"):
        execute(failing, folder)
