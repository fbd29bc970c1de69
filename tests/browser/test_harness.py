"""The browser tests' own tools, tried on a small notebook: D1, D2, D3 in miniature."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.browser.lab_page import CellFailed, LabPage
from tests.browser.lab_server import LabServer, wait_for

BUTTON = """
import ipywidgets
label = ipywidgets.Label("not yet")
button = ipywidgets.Button(description="Press me")
button.on_click(lambda _: setattr(label, "value", "pressed"))
ipywidgets.HBox([button, label])
"""
CANVAS = """
import anywidget, threading, traitlets

class Moving(anywidget.AnyWidget):
    _esm = '''
    function render({ model, el }) {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [64, 48];
        const draw = () => {
            const context = canvas.getContext("2d");
            context.fillStyle = `rgb(${model.get("red")}, 20, 30)`;
            context.fillRect(0, 0, 64, 48);
        };
        model.on("change:red", draw);
        draw();
        el.append(canvas);
    }
    export default { render };
    '''
    red = traitlets.Int(0).tag(sync=True)

canvas = Moving()
canvas
"""
MOVE = """
def move():
    for red in range(50, 250, 10):
        canvas.red = red
        stop.wait(0.05)

stop = threading.Event()
threading.Thread(target=move, daemon=True).start()
print("moving")
"""


@pytest.fixture
def small_notebook(jupyterlab: LabServer) -> str:
    return jupyterlab.write("a-small-notebook", BUTTON, CANVAS, MOVE)


def test_a_button_is_pressed_and_a_canvas_moves(
    lab: LabPage, small_notebook: str
) -> None:
    lab.open_notebook(small_notebook)
    lab.run_all_cells()

    first = lab.cell(1)
    lab.button("Press me", within=first).click()
    first.get_by_text("pressed", exact=True).wait_for()

    canvas = lab.cell(2).locator("canvas")
    assert lab.picture(canvas).shape == (48, 64, 3)
    assert lab.run_cell(3) == "moving\n"
    lab.wait_until_it_moves(canvas)
    lab.wait_until(
        lambda: np.array_equal(lab.picture(canvas)[24, 32], (30, 20, 240)),
        "the last red arrives",
    )


def test_the_kernel_is_that_of_this_environment(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    source = "import sys, os\nprint(sys.prefix, os.getcwd(), os.environ['HOME'])"
    lab.open_notebook(jupyterlab.write("which-kernel", source))
    prefix, folder, home = lab.run_cell(1).split()
    assert prefix == sys.prefix
    assert folder == str(jupyterlab.notebooks)
    assert home.startswith(str(jupyterlab.notebooks.parent))


def test_a_failing_cell_is_reported_with_its_text(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("failing", "1 + 1", "nobody['home']"))
    assert lab.run_cell(1) == "2"
    with pytest.raises(CellFailed, match=r"nobody\['home'\][^$]*NameError"):
        lab.run_all_cells()


def test_the_page_turns_dark_and_narrow(lab: LabPage, small_notebook: str) -> None:
    lab.open_notebook(small_notebook)
    lab.theme("light")
    light = lab.pixels(lab.page.locator("#main")).mean()
    lab.theme("dark")
    lab.size("narrow")
    lab.only_the_notebook()
    dark = lab.pixels(lab.page.locator("#main"))
    assert dark.shape[:2] == (1000, 760)
    assert dark.mean() < 100 < light
    notebook = lab.page.locator(".jp-NotebookPanel").bounding_box()
    assert notebook is not None
    assert notebook["width"] > 600, "the side bars are folded away"
    assert lab.screenshot("harness-dark-narrow").stat().st_size > 5_000


def test_an_error_on_the_console_is_noticed(lab: LabPage, small_notebook: str) -> None:
    lab.open_notebook(small_notebook)
    lab.page.evaluate("console.error('something broke')")
    lab.page.evaluate("setTimeout(() => { throw new Error('thrown') }, 0)")
    lab.wait_until(lambda: len(lab.console_errors) == 2, "both errors are heard")
    assert "something broke" in lab.console_errors[0]
    assert "thrown" in lab.console_errors[1]
    lab.console_errors.clear()


def test_kernels_end_with_their_test(lab: LabPage, small_notebook: str) -> None:
    lab.open_notebook(small_notebook)
    assert len(list(lab.server.kernel_processes())) == 1
    lab.server.end_kernels()
    wait_for(lambda: not list(lab.server.kernel_processes()), 10, "the kernel's end")
