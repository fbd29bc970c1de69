"""The doctor looks at programs: Python, the packages, a browser, Wireshark.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import platform
import shutil
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from labkit.doctor.finding import Finding


def python() -> Finding:
    """Is Python new enough?"""
    machine = f"{platform.python_version()} on {platform.platform(terse=True)}"
    old = sys.version_info < (3, 11)
    return Finding(
        "Python", not old, machine, "The kit needs Python 3.11 or newer." if old else ""
    )


def packages() -> Finding:
    """Is everything installed, and can it be loaded?"""
    needed = ("numpy", "av", "ipywidgets", "anywidget", "jupyterlab", "matplotlib")
    versions = {name: _version(name) for name in (*needed, "rich", "typer")}
    versions["OpenCV"] = _version("opencv-python-headless", "opencv-python", "opencv")
    absent = [name for name, number in versions.items() if not number]
    broken = [name for name in ("cv2", "av", "numpy") if not _can_import(name)]
    found = ", ".join(
        f"{name} {number or 'missing'}" for name, number in versions.items()
    )
    if absent or broken:
        which = ", ".join([*absent, *(f"{name} (cannot be loaded)" for name in broken)])
        return Finding(
            "packages",
            False,
            found,
            f"Install anew, with `make lab` or conda: {which}.",
        )
    return Finding("packages", True, found)


def browser() -> Finding:
    """Is there a Chromium for the tests?"""
    topic = "browser for the tests"
    others = "Only the tests need it; notebooks open in any browser."
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        get = "To get it: Chrome, or on Debian sudo apt install chromium."
        return Finding(topic, False, "no Chromium found", f"{others} {get}")
    if not _version("playwright"):
        get = "`make test` installs it, and so does `pip install playwright`."
        return Finding(topic, False, f"{found}, but no playwright", f"{others} {get}")
    return Finding(topic, True, found)


def wireshark() -> Finding:
    """Is there a program that opens capture files?"""
    found = shutil.which("wireshark") or shutil.which("tshark")
    if found:
        return Finding("Wireshark", True, found)
    return Finding(
        "Wireshark",
        False,
        "not found",
        "The ladder and the table show every message without it; to open the capture "
        "files that the kit writes, get it from wireshark.org (Debian: sudo apt "
        "install wireshark, or tshark for the console).",
    )


def _version(*names: str) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def _can_import(name: str) -> bool:
    try:
        import_module(name)
    except Exception:  # a missing library of the system may raise anything
        return False
    return True
