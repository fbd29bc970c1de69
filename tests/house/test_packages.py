"""Three lists of packages agree: pyproject.toml, environment.yml, constraints.txt."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import Counter

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8")

IN_CONDA = {"opencv-python": "opencv", "opencv-python-headless": "opencv"}
"""Where conda-forge has another name."""
ONLY_IN_CONDA = {"pip", "portaudio"}
"""What pip does not install: itself, and a C library."""

SYSTEMS = [
    {"sys_platform": system, "os_name": os_name, "python_version": version}
    | {"python_full_version": f"{version}.0"}
    for system, os_name in [("linux", "posix"), ("darwin", "posix"), ("win32", "nt")]
    for version in ("3.11", "3.12", "3.13")
]


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    read = [Requirement(line) for line in lines]
    return {canonicalize_name(one.name): one.specifier for one in read}


def all_extras() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    return [line for extra in extras for line in extra]


def pins_on(system: dict[str, str]) -> dict[str, str]:
    """The version pinned for every package on one system."""
    pins = {}
    for line in PINS.splitlines():
        if not line or line.startswith("#"):
            continue
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(system):
            (version,) = pin.specifier
            assert version.operator == "==", f"constraints.txt does not pin: {line}"
            assert pin.name not in pins, f"{pin.name} is pinned twice on {system}"
            pins[pin.name] = version.version
    return pins


def test_environment_yml_has_the_names_and_bounds_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    # python=3.12 is conda's way to say 3.12.*, and the one that repo2docker reads.
    python, *packages = environment["dependencies"]
    in_conda = bounds(packages)
    extras = PROJECT["optional-dependencies"]
    beside = extras["sound"] + extras["voila"]
    expected = {
        IN_CONDA.get(name, name): specifier
        for name, specifier in bounds(PROJECT["dependencies"] + beside).items()
    }
    assert {k: v for k, v in in_conda.items() if k not in ONLY_IN_CONDA} == expected
    version = re.fullmatch(r"python=(3\.[0-9]+)", python)
    assert version
    assert version[1] in SpecifierSet(PROJECT["requires-python"])
    assert {"pip", "portaudio"} <= in_conda.keys()
    assert environment["channels"][0] == "conda-forge"


def test_every_package_the_kit_names_is_pinned_within_its_bounds_on_every_system() -> (
    None
):
    for system in SYSTEMS:
        pins = pins_on(system)
        for line in PROJECT["dependencies"] + all_extras():
            wanted = Requirement(line)
            if wanted.marker and not wanted.marker.evaluate(system):
                continue
            pin = pins.get(canonicalize_name(wanted.name))
            assert pin, f"{wanted.name} is not pinned on {system}: make pins"
            assert pin in wanted.specifier, f"{line}, but pinned: {pin}: make pins"


def test_what_comes_along_on_one_system_only_is_pinned_there_alone() -> None:
    on = {system["sys_platform"]: pins_on(system) for system in SYSTEMS}
    for package, home in [("pywinpty", "win32"), ("appnope", "darwin")]:
        assert [system for system in on if package in on[system]] == [home]
    for system, pins in on.items():
        windowless = "opencv-python-headless" in pins
        assert windowless == (system == "linux"), "one cv2 a system, and one only"
        assert windowless != ("opencv-python" in pins)


def test_the_pins_name_packages_and_versions_and_no_host() -> None:
    lines = [line for line in PINS.splitlines() if line and not line.startswith("#")]
    assert len(lines) > 100, "the packages that come along are pinned too"
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .+)?", line), line
        assert "://" not in line
    unmarked = Counter(line.split("==")[0] for line in lines if ";" not in line)
    assert max(unmarked.values()) == 1


def test_an_image_for_binder_is_made_of_environment_yml_and_the_kit_itself() -> None:
    """repo2docker takes no file of the root once there is a folder binder/, and marks
    postBuild as a program itself; a shell has to understand it."""
    assert not [name for name in ("binder", ".binder") if (ROOT / name).exists()]
    post_build = ROOT / "postBuild"
    subprocess.run(["/bin/sh", "-n", str(post_build)], check=True)
    text = post_build.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh")
    assert "pip install --no-deps" in text
