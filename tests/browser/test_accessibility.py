"""Who cannot see, or uses no mouse: axe-core finds no serious fault in any panel.

axe-core's rules are those of the WCAG; JupyterLab's own page around the panels is not
looked at. Requirement A14.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer

PANELS = """
from labkit import Phone, Registry
from labkit.panels import *
registry = Registry("127.0.0.1", port=0)
alice, bob = Phone("alice", registry), Phone("bob", registry)
RegistryPanel(registry)
"""
PHONES = "side_by_side(PhonePanel(alice), PhonePanel(bob))"
RING = "alice.register(); bob.register(); call = alice.call('bob')"
CALL = "bob.answer(); call.wait('accepted')"
OTHERS = (
    "LadderPanel(alice, bob)",
    "side_by_side(LatencyPlot(alice), LossPlot(alice))",
    "LinkPanel(alice)",
    "TreatmentPanel(alice, bob)",
    "BufferPanel(bob)",
)
SERIOUS = {"serious", "critical"}


def faults(lab: LabPage) -> list[str]:
    """The serious faults of the panels on the page: rule, element, what is wrong."""
    found = Axe().run(lab.page, context=".lk-root").response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_panel_has_a_serious_fault(
    lab: LabPage, jupyterlab: LabServer, theme: str
) -> None:
    cells = (PANELS, PHONES, RING, CALL, *OTHERS)
    lab.open_notebook(jupyterlab.write(f"axe-{theme}", *cells))
    lab.theme(theme)
    lab.only_the_notebook()
    for cell in (1, 2):
        lab.run_cell(cell)
        lab.cell(cell)
        assert faults(lab) == []
    for cell in (3, 4):  # it rings; they talk
        lab.run_cell(cell)
        lab.cell(2)
        lab.page.get_by_text("bob", exact=False).first.wait_for()
        assert faults(lab) == []
    for cell in range(5, 5 + len(OTHERS)):
        lab.run_cell(cell)
        lab.cell(cell)
        lab.page.locator(".lk-root").last.wait_for()
        assert faults(lab) == []


def test_a_fault_would_be_found(lab: LabPage, jupyterlab: LabServer) -> None:
    lab.open_notebook(jupyterlab.write("axe-finds", PANELS))
    lab.run_cell(1)
    lab.page.evaluate(
        "document.querySelector('.lk-root').append(document.createElement('button'))"
    )
    assert any(fault.startswith("button-name") for fault in faults(lab))
