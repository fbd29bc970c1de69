"""What a call's picture and sound can come from, by names that a page may send.

A page chooses a name off the list, never a path: what stands behind `file:clip.mp4` is
looked up in the one folder that the user pointed to.

Requirements C9, D2. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.devices import (
    LocalMicrophone,
    LocalSpeaker,
    MemorySpeaker,
    Silence,
    SyntheticVoice,
    TestCard,
)
from labkit.errors import LocalError
from labkit.panels.words import WORDS

FILMS = frozenset({".mp4", ".m4v", ".webm", ".mkv", ".mov", ".avi", ".y4m", ".mjpeg"})
SOUNDS = frozenset({".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a"})
MOST_FILES = 100
LONGEST_NAME = 120
KINDS = ("camera", "microphone", "speaker")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of a menu: the name it goes by, and how people read it."""

    name: str
    label: str


Offered = Mapping[str, tuple[MenuEntry, ...]]
"""Kind of device → what there is to choose."""


def offered(folder: Path | None, cameras: Sequence[tuple[str, str]] = ()) -> Offered:
    """The three menus; `cameras` are this machine's: spec and name."""
    films = tuple(MenuEntry(f"file:{name}", name) for name in files(folder, FILMS))
    sounds = tuple(
        MenuEntry(f"file:{name}", name) for name in files(folder, FILMS | SOUNDS)
    )
    here = tuple(
        MenuEntry(spec, WORDS["this_camera"].format(name=name[:LONGEST_NAME]))
        for spec, name in cameras
    )
    return {
        "camera": (
            MenuEntry("test", WORDS["test_card"]),
            MenuEntry("browser", WORDS["browser_camera"]),
            MenuEntry("screen", WORDS["screen"]),
            *here,
            *films,
            MenuEntry("none", WORDS["nothing"]),
        ),
        "microphone": (
            MenuEntry("test", WORDS["voice"]),
            MenuEntry("browser", WORDS["browser_microphone"]),
            MenuEntry("mic", WORDS["this_microphone"]),
            *sounds,
            MenuEntry("none", WORDS["nothing"]),
        ),
        "speaker": (
            MenuEntry("memory", WORDS["memory"]),
            MenuEntry("browser", WORDS["browser_speaker"]),
            MenuEntry("speaker", WORDS["this_speaker"]),
        ),
    }


def files(folder: Path | None, endings: frozenset[str]) -> list[str]:
    """The names of the files in `folder` that end so, in order, at most MOST_FILES."""
    if folder is None:
        return []
    try:
        names = sorted(
            path.name
            for path in folder.iterdir()
            if path.suffix.lower() in endings
            and len(path.name) <= LONGEST_NAME
            and _is_within(path, folder)
        )
    except OSError:
        return []
    return names[:MOST_FILES]


def spec(kind: str, name: object, choices: Offered, folder: Path | None) -> str:
    """What to ask the phone for. Raises LocalError for a name not on the list."""
    if not any(source.name == name for source in choices.get(kind, ())):
        raise LocalError(WORDS["not_offered"])
    word, _, rest = str(name).partition(":")
    if word != "file" or folder is None:
        return str(name)
    path = folder / rest
    if not _is_within(path, folder):  # it may have changed since it was listed
        raise LocalError(WORDS["not_offered"])
    return f"file:{path}"


def _is_within(path: Path, folder: Path) -> bool:
    """A file, and no link that leads elsewhere."""
    return path.is_file() and path.resolve().parent == folder.resolve()


_MADE_BY: Mapping[type, str] = {
    TestCard: "test",
    SyntheticVoice: "test",
    Silence: "none",
    MemorySpeaker: "memory",
    LocalMicrophone: "mic",
    LocalSpeaker: "speaker",
}
"""Class of a device → the name it stands under."""


def name_of(device: object, kind: str, choices: Offered) -> str:
    """Under which name a device stands on the list; empty for one that does not."""
    names = {source.name for source in choices[kind]}
    own = str(getattr(device, "name", ""))
    made_by = _MADE_BY.get(type(device), own)
    candidates = (made_by, f"file:{own}", own.replace(" ", ":"))
    return next((name for name in candidates if name in names), "")
