"""Two phones of a dialect in one notebook: the same panel, other bytes (C2-C7, A14)."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer

PHONES = """
from labkit import Phone, Registry
from labkit.panels import LadderPanel, PhonePanel, side_by_side
registry = Registry("127.0.0.1", port=0, dialect="uam")
alice, bob = (Phone(name, registry, dialect="uam") for name in ("alice", "bob"))
for phone in (alice, bob):
    phone.register()
side_by_side(PhonePanel(alice), PhonePanel(bob))
"""
LADDER = "LadderPanel(alice, bob, height=420)"


def test_a_call_of_the_spanish_client_by_button(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("practica", PHONES, LADDER))
    lab.run_cell(1)
    lab.run_cell(2)
    alice, bob = (
        lab.page.get_by_role("region", name=name, exact=True)
        for name in ("alice", "bob")
    )
    alice.get_by_role("textbox").first.fill("bob")
    lab.button("Call", alice).click()
    lab.button("Answer", bob).click()
    for panel, peer in ((alice, "bob"), (bob, "alice")):
        expect(panel).to_contain_text(f"In a call with {peer}")
        picture = panel.get_by_role("img", name=re.compile(peer, re.IGNORECASE)).first
        lab.wait_until_it_moves(picture)
    lab.button("Hold", bob).click()
    expect(alice).to_contain_text("hold")
    lab.button("Resume", bob).click()
    expect(alice).to_contain_text("In a call with bob")
    lab.button("Hang up", alice).click()
    expect(bob).to_contain_text("hung up")
    expect(lab.page.get_by_text("CALL_HOLD bob").first).to_be_attached()
