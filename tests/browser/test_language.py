"""Panels speak the browser's language, or the one chosen in their menu (A14)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer

PHONE = """
from labkit import Phone
from labkit.panels import LinkPanel, PhonePanel
alice = Phone("alice")
PhonePanel(alice)
"""


@pytest.mark.parametrize("lab", ["pt-BR"], indirect=True)
def test_the_first_page_and_then_the_menu_choose_the_language(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("language", PHONE, "LinkPanel(alice)"))
    lab.run_all_cells()
    panel = lab.cell(1).get_by_role("region", name="alice", exact=True)
    expect(panel).to_have_attribute("lang", "pt")
    expect(panel).to_contain_text("Sem chamada; não registrado")
    expect(lab.button("Ligar", panel)).to_be_disabled()
    panel.get_by_role("textbox", name="Nome").fill("sip:bob@127.0.0.1:9")
    expect(lab.button("Ligar", panel)).to_be_enabled()

    menu = panel.get_by_role("combobox", name="Idioma")
    menu.focus()
    menu.select_option(label="Español (España)")
    expect(panel).to_have_attribute("lang", "es")
    expect(lab.button("Llamar", panel)).to_be_enabled()
    expect(panel.get_by_role("textbox", name="Nombre")).to_have_value(
        "sip:bob@127.0.0.1:9"
    )
    expect(panel.get_by_role("combobox", name="Idioma")).to_be_focused()
    network = lab.cell(2).get_by_role("region", name="La red de alice", exact=True)
    expect(network).to_contain_text("una red perfecta")
    slider = network.get_by_role("slider", name="Retardo").first
    slider.press("ArrowRight")
    expect(network).to_contain_text("2 ms de retardo")
