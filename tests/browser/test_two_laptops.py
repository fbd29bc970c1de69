"""Two laptops, made of network namespaces: an address, a kernel and a browser each.

Two students go through 10-two-laptops together: find the registry, examine the way,
call, see each other. Linux and root only; nothing leaves the namespaces.

Requirements A19, B3, D1.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import FLAGS
from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.conftest import ROOT
from tests.two_hosts.hosts import Host, two_hosts

NOTEBOOK = "10-two-laptops.ipynb"
ASK = """
import sys, urllib.request
request = urllib.request.Request(
    sys.argv[1], method=sys.argv[2], headers={"Authorization": f"token {sys.argv[3]}"}
)
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


class LabOnAHost(LabServer):
    """A JupyterLab on another host; it is asked from there."""

    def ask(self, path: str, method: str = "GET") -> Any:
        asked = [self.url + path, method, self.token]
        answer = subprocess.run(
            [*self.on, sys.executable, "-c", ASK, *asked],
            capture_output=True,
            check=False,
            timeout=20,
        )
        if answer.returncode:
            raise OSError(answer.stderr.decode(errors="replace"))
        return json.loads(answer.stdout) if answer.stdout.strip() else None


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    with ExitStack() as undo:
        try:
            pair = undo.enter_context(two_hosts())
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"no network namespaces here (Linux and root only): {error}")
        yield pair


@pytest.fixture(scope="module")
def laptops(
    hosts: tuple[Host, Host],
    browser: Browser,
    chromium: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[LabPage]]:
    """The notebook's page, on alice's laptop and on bob's."""
    with ExitStack() as undo:
        pages = []
        for host in hosts:
            folder = tmp_path_factory.mktemp("laptop")
            server = LabOnAHost(folder, ROOT / "notebooks", on=host.runs)
            undo.callback(server.stop)
            program = folder / "chromium"
            program.write_text(f'#!/bin/sh\nexec {" ".join(host.runs)} {chromium} "$@"')
            program.chmod(0o700)
            theirs = browser.browser_type.launch(executable_path=program, args=FLAGS)
            undo.callback(theirs.close)
            page = theirs.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(20_000)
            pages.append(LabPage(page, server))
        yield pages


def fill_in(lab: LabPage, name: str, peer: str, keeper: bool, address: str) -> None:
    """What each student writes into the notebook."""
    file: Path = lab.server.notebooks / NOTEBOOK
    content = json.loads(file.read_text("utf-8"))
    for cell in content["cells"]:
        if cell["id"] == "who-am-i":
            cell["source"] = (
                f"me, you = {name!r}, {peer!r}\nalone = False\nkeeper = {keeper}\n"
            )
        elif cell["id"] == "ways-examine":
            cell["source"] = "".join(cell["source"]).replace("192.168.1.10", address)
    file.write_text(json.dumps(content), "utf-8")


def run(lab: LabPage, text: str) -> str:
    """Run the cell that contains `text`; what it printed."""
    lab.page.bring_to_front()
    return lab.run_cell(lab.index_of(text))


def table(lab: LabPage, text: str) -> str:
    """Run the cell that contains `text`; the table it shows."""
    run(lab, text)
    outputs = lab.cells()[lab.index_of(text)]["outputs"]
    return "".join("".join(each["data"]["text/html"]) for each in outputs)


def panel(lab: LabPage, name: str) -> Locator:
    lab.cell(lab.index_of("PhonePanel(phone)"))
    return lab.page.get_by_role("region", name=name, exact=True)


def test_two_students_find_each_other_examine_the_way_and_call(
    hosts: tuple[Host, Host], laptops: list[LabPage]
) -> None:
    (there, here), (alice, bob) = hosts, laptops
    fill_in(alice, "alice", "bob", keeper=True, address=there.address)
    fill_in(bob, "bob", "alice", keeper=False, address=there.address)
    for lab in laptops:
        lab.open_notebook(NOTEBOOK)
        lab.only_the_notebook()
        run(lab, "me, you =")
    for lab, host in ((alice, there), (bob, here)):
        assert host.address in table(lab, "own_networks()")
    assert there.address in run(alice, "Registry(announce=True)")
    run(bob, "Registry(announce=True)")
    for lab in laptops:
        assert f"{there.address}:5000" in run(lab, "find_registries(")

    run(alice, 'Echo("echo"')
    run(bob, 'Echo("echo"')
    examined = table(bob, "examine_peer(to_examine")
    assert "✗" not in examined
    assert examined.count("✓") == 7
    run(alice, "echo.close()")

    for lab in laptops:
        run(lab, "PhonePanel(phone)")
    hers, his = panel(alice, "alice"), panel(bob, "bob")
    alice.page.bring_to_front()
    hers.get_by_role("textbox").first.fill("bob")
    alice.button("Call", hers).click()
    bob.page.bring_to_front()
    bob.button("Answer", his).click()
    for lab, shown, peer in ((alice, hers, "bob"), (bob, his, "alice")):
        lab.page.bring_to_front()
        expect(shown).to_contain_text(f"In a call with {peer}")
        picture = shown.get_by_role("img", name=re.compile(peer)).first
        lab.wait_until_it_moves(picture)
    sdp = run(bob, "application/sdp")
    assert f"c=IN IP4 {there.address}" in sdp
    assert f"c=IN IP4 {here.address}" in sdp
    run(bob, "while time.time() < patience")
    assert "not known yet" not in run(bob, "def in_ms")
    bob.button("Hang up", his).click()
    expect(hers).to_contain_text("bob hung up")
    for lab in laptops:
        assert lab.console_errors == []
