"""A dialect read from its file, a TOML of some 30 lines.

    load("uam")             one of the kit's own, see DECLARED
    load("ours.toml")       yours

Mistakes are told by line and field. The files of `labkit/dialects/declared` show all
that can be said. Notebook: 08-voice-room.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from labkit.dialects.declaration.languages import LONGEST, defaults_of, language
from labkit.dialects.declaration.section import Mistake, Section, line_of
from labkit.dialects.dialect import (
    CallTalk,
    Dialect,
    PictureTalk,
    RegistryTalk,
    SoundTalk,
)
from labkit.dialects.messages import AUDIO, CALLS, REPLIES, REQUESTS, VIDEO, Meanings
from labkit.dialects.wire.kinds import Value
from labkit.dialects.wire.language import Language
from labkit.errors import LocalError

_FOLDER = Path(__file__).parent.parent / "declared"
DECLARED = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""The dialects that the kit brings along."""
MOST_BYTES = 65_536


def load(which: str | Path) -> Dialect:
    """The dialect of this name, or of this file.

    Raises LocalError: no such dialect, no such file, or a mistake in it, with its line.
    """
    if which in DECLARED:
        return _declared(str(which))
    path = Path(which)
    if path.suffix != ".toml":
        raise LocalError(
            f"there is no dialect {str(which)!r}; there are {', '.join(DECLARED)}, and "
            "your own as a file whose name ends in .toml"
        )
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LocalError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise LocalError(f"{path} is longer than {MOST_BYTES} bytes: is it a dialect?")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LocalError(f"{path}, line {line}: this is not UTF-8") from None
    return parse(text, path.name)


@cache
def _declared(name: str) -> Dialect:
    path = _FOLDER / f"{name}.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, file: str = "dialect.toml") -> Dialect:
    """The dialect of a file's text; LocalError, with the line, for a mistake in it."""
    try:
        return _dialect(Section(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = where[1] if where else str(text.count("\n") + 1)
        words = str(error).partition(" (at ")[0]
        raise LocalError(f"{file}, line {line}: this is no TOML: {words}") from None
    except RecursionError:
        raise LocalError(f"{file}: tables within tables within tables") from None
    except Mistake as mistake:
        line = str(line_of(text, mistake.path))
        where_ = ".".join(mistake.path) or "the file"
        raise LocalError(f"{file}, line {line}, {where_}: {mistake}") from None


def _dialect(top: Section) -> Dialect:
    name = top.get("name", "")
    if not name:
        raise top.wrong('a dialect has a name: name = "ours"')
    about = top.get("about", "")
    defaults = defaults_of(top.section("defaults"))
    shared = top.any("registry") if _is_name(top) else None
    dialect = Dialect(
        name,
        about,
        _shared(top, shared) if shared else _registry(name, top, defaults),
        _call(name, top, defaults),
        _sound(name, top),
        _pictures(name, top),
    )
    top.end()
    if dialect.registry is None and dialect.call is None:
        raise top.wrong("it says nothing: a dialect has a table [registry] or [call]")
    return dialect


def _is_name(top: Section) -> bool:
    return "registry" in top and top.holds_text("registry")


def _shared(top: Section, other: object) -> RegistryTalk | None:
    """`registry = "labkit"`: the same registry as in another dialect of the kit."""
    if other not in DECLARED:
        raise top.wrong(f'"{other}" is none of {", ".join(DECLARED)}', "registry")
    return _declared(str(other)).registry


def _registry(
    name: str, top: Section, defaults: Mapping[str, Value]
) -> RegistryTalk | None:
    if "registry" not in top:
        return None
    here = top.section("registry")
    here.one_of("transport", "tcp")

    def talk(which: str, meanings: Meanings) -> Language:
        messages = here.section(which)
        spoken = f"{name}, {which}"
        # Read for both, for the framing of a `segment` looks at the messages.
        framing = here.copy("framing", "longest")
        if which == "replies":  # a list of users may be long
            framing.set_default("longest", LONGEST)
        return language(spoken, messages, meanings, framing, defaults)

    found = RegistryTalk(
        here.number("port", 5000, 1, 65_535),
        talk("requests", REQUESTS),
        talk("replies", REPLIES),
        here.get("lasting", False),
        here.seconds("patience", 0.3),
    )
    here.drop("framing", "longest")
    here.end()
    return found


def _call(name: str, top: Section, defaults: Mapping[str, Value]) -> CallTalk | None:
    if "call" not in top:
        return None
    here = top.section("call")
    transport = here.one_of("transport", "udp", "tcp")
    if transport == "udp":
        here.set_default("framing", "datagram")
    messages = here.section("messages")
    spoken = language(f"{name}, call", messages, CALLS, here, defaults)
    for needed in ("invite", "accept", "refuse", "end"):
        if needed not in spoken.forms:
            raise messages.wrong(f"a call needs a message {needed}")
    found = CallTalk(
        "udp" if transport == "udp" else "tcp",
        here.number("port", 0, 0, 65_535),
        spoken,
        here.one_of("reply_to", "source", "verified", "invitation"),  # type: ignore[arg-type]
        here.one_of("connections", "one", "replies", "each"),  # type: ignore[arg-type]
        here.seconds("repeat", 1.0),
        here.seconds("ring_for", 30.0),
        here.seconds("patience", 0.3),
        here.get("refused", ""),
    )
    here.end()
    return found


def _sound(name: str, top: Section) -> SoundTalk | None:
    if "audio" not in top:
        return None
    here = top.section("audio")
    found = SoundTalk(
        _media(here, name, "audio", AUDIO),
        here.number("port", 0, -1000, 1000),
        here.number("rate", 44_100, 8000, 96_000),
        here.number("channels", 1, 1, 2),
        here.number("samples", 1024, 16, 8192),
    )
    here.end()
    return found


def _pictures(name: str, top: Section) -> PictureTalk | None:
    if "video" not in top:
        return None
    here = top.section("video")
    found = PictureTalk(
        _media(here, name, "video", VIDEO),
        here.number("port", 0, -1000, 1000),
        here.number("width", 320, 16, 1920),
        here.number("height", 240, 16, 1080),
        here.number("fps", 20, 1, 60),
    )
    here.end()
    return found


def _media(here: Section, name: str, kind: str, meanings: Meanings) -> Language:
    here.one_of("transport", "udp")
    message = here.any("message", "{data}")
    messages = Section({kind: message}, (*here.path,))
    here.set_default("framing", "raw")
    here.set_default("longest", 65_507)
    try:
        return language(f"{name}, {kind}", messages, meanings, here, {})
    except Mistake as mistake:
        if mistake.path[-1] != kind or len(mistake.path) == 1:
            raise
        raise here.wrong(str(mistake), "message") from None
