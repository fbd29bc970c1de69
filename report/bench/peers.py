"""The programs of others that the benches measure beside the kit: are they here?

aiortc comes with `pip install labkit[bench]`; GStreamer and Redis are packages of the
system. vidstream wants opencv-python, which cannot live beside the headless one (two
cv2 in one place), and PyAudio, which needs a sound card. The bench gives it the cv2
that is here and stand-ins for the rest, so its own code is all that is fetched, into a
folder of its own inside the environment, which nothing but `latency_vidstream.py` sees.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import common

AIORTC, VIDSTREAM, GSTREAMER, REDIS = "aiortc", "vidstream", "gstreamer", "redis"
VIDSTREAM_VERSION = "0.0.14"
VIDSTREAM_FOLDER = Path(sys.prefix) / "vidstream"
PROGRAMS = {GSTREAMER: "gst-launch-1.0", REDIS: "redis-server"}
HOW = {
    AIORTC: "pip install labkit[bench]",
    VIDSTREAM: "make bench fetches it",
    GSTREAMER: "apt install gstreamer1.0-tools gstreamer1.0-plugins-good",
    REDIS: "apt install redis-server",
}


def is_here(name: str) -> bool:
    """Whether this program can be measured."""
    if name == AIORTC:
        return importlib.util.find_spec(AIORTC) is not None
    if name == VIDSTREAM:
        return (VIDSTREAM_FOLDER / VIDSTREAM).is_dir()
    return shutil.which(PROGRAMS[name]) is not None


def absent(names: Iterable[str]) -> dict[str, str]:
    """Those of them that are not here, each with how to get it."""
    return {name: f"not here: {HOW[name]}" for name in names if not is_here(name)}


def get_vidstream() -> None:
    """Fetch vidstream's own code, once; without it there is one rival less."""
    if is_here(VIDSTREAM):
        return
    common.say(f"fetching vidstream into {VIDSTREAM_FOLDER}")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install")
    wish = ("--quiet", "--no-deps", "--target", str(VIDSTREAM_FOLDER))
    subprocess.run([*pip, *wish, f"vidstream=={VIDSTREAM_VERSION}"], check=False)


def versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of those that are no package of this environment."""
    found = {}
    for name in names:
        if not is_here(name):
            found[name] = "not installed"
        elif name == VIDSTREAM:
            found[name] = VIDSTREAM_VERSION
        else:
            command = [PROGRAMS[name], "--version"]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            # "gst-launch-1.0 version 1.22.0", "Redis server v=7.0.15 sha=…"
            found[name] = told.stdout.split()[2].removeprefix("v=")
    return found
