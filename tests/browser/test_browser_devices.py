"""The browser's own camera, microphone and loudspeaker as those of a phone.

Chromium has a camera that sees one colour and a microphone that hears one tone
(`fake_devices`): what the peer sees and hears is measured. And the states that a page
can be in: not allowed, loaded again, twice there, gone, its kernel gone.
"""

from __future__ import annotations

import copy
import json
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import FLAGS, lab_page
from tests.browser.fake_devices import ORANGE, TONE, write_camera, write_microphone
from tests.browser.lab_page import READY, LabPage
from tests.browser.lab_server import LabServer

PHONES = """
import json
import numpy as np
from labkit import Phone, Registry
from labkit.panels import BrowserDevices, PhonePanel, side_by_side

registry = Registry("127.0.0.1", port=0)
alice = Phone(
    "alice", registry, camera="browser", microphone="browser", speaker="browser"
)
bob = Phone("bob", registry)
alice.register()
bob.register()
"""
STRIP = "BrowserDevices(alice)"
PANELS = "side_by_side(PhonePanel(alice), PhonePanel(bob))"
CALL = """
call = alice.call("bob")
bob.answer()
call.wait("accepted")
"""
REPORT = """
speaker = bob.devices.speaker
heard = speaker.heard[-2 * speaker.rate :].astype(float)
spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) if len(heard) else [0]
devices, seen = alice.devices, alice.own.latest
print(json.dumps({
    "pictures": seen.sequence if seen else 0,
    "tone": float(np.argmax(spectrum) * speaker.rate / max(1, len(heard))),
    "loud": float(np.abs(heard).max(initial=0)),
    "hidden": bool(devices.camera.page.here and devices.camera.page.here.hidden),
    "states": [devices.camera.state, devices.microphone.state, devices.speaker.state],
}))
"""
HIDE = """() => {
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
PHONES_CELL, PANEL_CELL, CALL_CELL, REPORT_CELL = 1, 2, 3, 4


@pytest.fixture(scope="session")
def devoted(
    launch: Callable[[list[str]], Browser], tmp_path_factory: pytest.TempPathFactory
) -> Browser:
    """A Chromium whose camera sees orange and whose microphone hears a tone."""
    folder = tmp_path_factory.mktemp("fake-devices")
    camera = write_camera(folder / "orange.y4m")
    microphone = write_microphone(folder / "tone.wav")
    return launch(
        [
            *FLAGS,
            f"--use-file-for-fake-video-capture={camera}",
            f"--use-file-for-fake-audio-capture={microphone}",
        ]
    )


@pytest.fixture(scope="session")
def browser_that_asks(launch: Callable[[list[str]], Browser]) -> Browser:
    """A Chromium whose pages have no camera before somebody allows it."""
    asking = [flag for flag in FLAGS if "fake-ui" not in flag]
    return launch([*asking, "--host-resolver-rules=MAP lab.test 127.0.0.1"])


@pytest.fixture
def lab(
    devoted: Browser, jupyterlab: LabServer, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    yield from lab_page(devoted, jupyterlab, request)


@pytest.fixture
def asking_lab(
    browser_that_asks: Browser, jupyterlab: LabServer, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    yield from lab_page(browser_that_asks, jupyterlab, request)


@pytest.fixture
def notebook(jupyterlab: LabServer) -> str:
    return jupyterlab.write("browser-devices", PHONES, STRIP, CALL, REPORT)


def called(lab: LabPage, notebook: str) -> None:
    """Alice calls bob, and her browser's devices are on."""
    lab.open_notebook(notebook)
    lab.theme("light")
    lab.only_the_notebook()
    lab.size("wide")
    for cell in (PHONES_CELL, PANEL_CELL, CALL_CELL):
        lab.run_cell(cell)
    lab.wait_until(
        lambda: report(lab)["states"] == ["on"] * 3, "alice's devices are on"
    )


def report(lab: LabPage) -> dict[str, Any]:
    """What the kernel says of alice's devices, and of what bob gets from them."""
    told: dict[str, Any] = json.loads(lab.run_cell(REPORT_CELL))
    return told


def pictures_go_on(lab: LabPage, by: int = 10) -> None:
    before = report(lab)["pictures"]
    lab.wait_until(lambda: report(lab)["pictures"] >= before + by, "more pictures come")


def devices(lab: LabPage) -> Locator:
    """Alice's devices, as the page shows them."""
    lab.cell(PANEL_CELL)
    return lab.page.get_by_role("region", name="This browser's devices").first


def test_bob_sees_alices_browser_camera_and_hears_her_microphone(
    lab: LabPage, jupyterlab: LabServer
) -> None:
    called(lab, jupyterlab.write("browser-call", PHONES, PANELS, CALL, REPORT))
    lab.cell(PANEL_CELL)
    bob = lab.page.get_by_role("region", name="bob", exact=True)
    picture = bob.get_by_role("img", name="Picture from alice")

    def is_orange() -> bool:
        seen = lab.picture(picture)[100:300, 100:500].mean((0, 1))
        return bool(np.abs(seen - ORANGE).max() < 12)

    lab.wait_until(is_orange, "bob's page shows alice's orange")
    lab.wait_until_it_moves(picture)

    def is_the_tone() -> bool:
        told = report(lab)
        return told["loud"] > 500 and abs(told["tone"] - TONE) < 5

    lab.wait_until(is_the_tone, "bob hears alice's tone")
    strip = devices(lab)
    for device in ("camera", "microphone", "speaker"):
        row = strip.locator(f"[data-device={device}]")
        expect(row).to_have_attribute("data-state", "on")
    lab.screenshot("devices-on")

    # Somebody looks at another tab: sound goes on, and here the pictures do as well.
    lab.page.evaluate(HIDE)
    expect(strip).to_contain_text("This tab is hidden: your sound goes on")
    lab.wait_until(lambda: report(lab)["hidden"], "the kernel knows it, too")
    pictures_go_on(lab)
    lab.wait_until(is_the_tone, "bob hears alice's tone")


def test_a_page_that_is_loaded_again_starts_its_devices_again(
    lab: LabPage, notebook: str
) -> None:
    called(lab, notebook)
    lab.command("docmanager:save")
    lab.page.reload()
    lab.page.wait_for_function(READY)
    pictures_go_on(lab)
    assert report(lab)["states"][:2] == ["on", "on"]


def test_of_two_tabs_one_has_the_devices_and_the_other_can_take_them(
    lab: LabPage, notebook: str
) -> None:
    called(lab, notebook)
    lab.command("docmanager:save")
    second = LabPage(lab.page.context.new_page(), lab.server)
    second.open_notebook(notebook)
    here = "Use here"
    second.button(here, devices(second)).click()
    expect(second.button(here)).to_be_hidden(timeout=20_000)  # two whole JupyterLabs
    expect(lab.button(here, devices(lab))).to_be_visible()
    pictures_go_on(second)

    # It vanishes without a word; the first has them again by itself.
    second.page.close(run_before_unload=False)
    expect(lab.button(here)).to_be_hidden(timeout=10_000)
    pictures_go_on(lab)


def test_a_closed_page_lets_go_and_the_phone_says_that_nobody_is_there(
    lab: LabPage, notebook: str
) -> None:
    called(lab, notebook)
    devices(lab)
    lab.command("notebook:clear-cell-output")
    lab.wait_until(
        lambda: report(lab)["states"] == ["away"] * 3, "nobody is there any more"
    )
    before = report(lab)["pictures"]
    lab.page.wait_for_timeout(300)
    assert report(lab)["pictures"] == before


def test_what_is_not_allowed_is_said_with_a_way_out(
    asking_lab: LabPage, notebook: str
) -> None:
    lab = asking_lab
    lab.open_notebook(notebook)
    lab.run_cell(PHONES_CELL)
    lab.run_cell(PANEL_CELL)
    strip = devices(lab)
    expect(lab.button("Allow", strip)).to_be_visible()
    lab.run_cell(CALL_CELL)  # nobody answers the question: that is a no
    devices(lab)
    expect(strip).to_contain_text("Camera, Microphone: the browser was told not to")
    expect(lab.button("Try again", strip)).to_be_visible()
    assert report(lab)["states"] == ["refused", "refused", "on"]
    lab.page.context.grant_permissions(["camera", "microphone"])
    pictures_go_on(lab)
    expect(lab.button("Try again", strip)).to_be_hidden()


def test_a_page_that_comes_by_http_from_a_name_says_why_it_has_no_camera(
    asking_lab: LabPage, notebook: str
) -> None:
    lab = asking_lab
    lab.server = copy.copy(lab.server)
    lab.server.url = lab.server.url.replace("127.0.0.1", "lab.test")
    lab.open_notebook(notebook)
    lab.run_cell(PHONES_CELL)
    lab.run_cell(PANEL_CELL)
    strip = devices(lab)
    expect(strip).to_contain_text("only to pages that come by https or from localhost")
    expect(strip).to_contain_text("ssh -L 8888:localhost:8888")
    lab.run_cell(CALL_CELL)  # a call works all the same
    lab.wait_until(
        lambda: report(lab)["states"] == ["insecure"] * 3, "the kernel knows it"
    )


def test_a_page_lets_go_of_the_camera_when_its_kernel_is_gone(
    lab: LabPage, notebook: str
) -> None:
    called(lab, notebook)
    kernels = list(lab.server.kernel_processes())
    strip = devices(lab)
    for kernel in kernels:
        os.kill(kernel, signal.SIGKILL)
    expect(strip.locator("[data-device=camera]")).to_have_attribute(
        "data-state", "off", timeout=10_000
    )
    lab.page.get_by_text("No word from the kernel").first.wait_for()
    # JupyterLab tells its own console that the kernel went; that is no error of ours.
    lab.console_errors.clear()
