"""Who cannot see, or uses no mouse: axe-core finds no serious fault in any panel.

axe-core's rules are those of the WCAG; JupyterLab's own page around the panels is not
looked at. Requirement A14.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

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


def test_no_panel_has_a_serious_fault_in_light_or_dark(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    cells = (PANELS, PHONES, RING, CALL, *OTHERS)
    lab.open_notebook(jupyterlab.write("axe", *cells))
    lab.only_the_notebook()
    for cell in range(1, 1 + len(cells)):
        lab.run_cell(cell)
        # Ringing and talking are seen in the phones' panels, cell 2.
        lab.cell(2 if cell in (3, 4) else cell)
        if cell in (3, 4):
            lab.page.get_by_text("bob", exact=False).first.wait_for()
        lab.page.locator(".lk-root").last.wait_for()
        for theme in ("light", "dark"):
            lab.theme(theme)
            assert faults(lab) == [], (cells[cell - 1], theme)


def test_every_panel_is_a_region_that_is_called_as_its_heading(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    cells = (PANELS, PHONES, *OTHERS)
    lab.open_notebook(jupyterlab.write("regions", *cells))
    lab.only_the_notebook()
    for cell in range(1, 1 + len(cells)):
        lab.run_cell(cell)
        lab.cell(cell)
        for panel in lab.page.locator(".lk-root > .lk-panel:visible").all():
            name = panel.locator("h3").text_content() or "no heading"
            expect(panel).to_have_role("region")
            expect(panel).to_have_accessible_name(name)


def test_a_fault_would_be_found(lab: LabPage, jupyterlab: LabServer) -> None:
    lab.open_notebook(jupyterlab.write("axe-finds", PANELS))
    lab.run_cell(1)
    lab.page.evaluate(
        "document.querySelector('.lk-root').append(document.createElement('button'))"
    )
    assert any(fault.startswith("button-name") for fault in faults(lab))
