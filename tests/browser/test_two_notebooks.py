"""Two notebooks, two kernels, one registry: a call between two processes' panels.

What two students on two laptops do, here on one machine (B21, D1, D2).
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer

ALICE = """
from labkit import Phone, Registry
from labkit.panels import PhonePanel
registry = Registry("127.0.0.1", port=0)
print(registry.address)
"""
ALICES_PHONE = 'PhonePanel(Phone("alice", registry))'
BOB = """
from labkit import Phone
from labkit.panels import PhonePanel
PhonePanel(Phone("bob", "{registry}", formats=("PCMU", "VP8")))
"""


def test_a_call_from_one_notebook_to_another(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    lab.open_notebook(jupyterlab.write("alices", ALICE, ALICES_PHONE))
    registry = lab.run_cell(1).strip()
    lab.run_cell(2)
    alice = lab.page.get_by_role("region", name="alice", exact=True)
    lab.button("Register", alice).click()

    other = LabPage(lab.page.context.new_page(), jupyterlab)
    other.open_notebook(jupyterlab.write("bobs", BOB.format(registry=registry)))
    other.run_cell(1)
    bob = other.page.get_by_role("region", name="bob", exact=True)
    other.button("Register", bob).click()
    expect(bob).to_contain_text("registered as")
    bob.get_by_role("textbox").fill("alice")
    other.button("Call", bob).click()

    lab.button("Answer", alice).click()
    for page, panel, peer in ((lab, alice, "bob"), (other, bob, "alice")):
        page.page.bring_to_front()
        expect(panel).to_contain_text(f"In a call with {peer}")
        picture = panel.get_by_role("img", name=re.compile(peer, re.IGNORECASE)).first
        page.wait_until_it_moves(picture)

    other.button("Hang up", bob).click()
    lab.page.bring_to_front()
    expect(alice).to_contain_text("bob hung up")
    assert other.console_errors == []
