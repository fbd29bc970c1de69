"""Which languages there are, and which one the panels speak now.

    language()              "en"
    language("pt-BR")       "pt", and all panels change to it

What is chosen counts: in Python, in a panel's menu, or by LABKIT_LANG when the kernel
starts. Until then the first page whose browser speaks one of the languages decides.

Requirement A14. Notebook: 04-videocall.
"""

from __future__ import annotations

import os
import tomllib
import warnings
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from labkit.errors import LocalError

SOURCE = "en"
"""The language that the others are translated from."""
LONGEST_TAG = 35
"""Characters of a language tag (RFC 5646, 4.4.1)."""
_FOLDER = resources.files("labkit.panels.words")


def read_file(code: str) -> dict[str, Any]:
    """A catalogue as its file has it."""
    return tomllib.loads(_FOLDER.joinpath(f"{code}.toml").read_text("utf-8"))


def _read() -> dict[str, Mapping[str, Any]]:
    """Every catalogue here, by its code; what one lacks is filled from English."""
    names = (file.name for file in _FOLDER.iterdir())
    codes = sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml"))
    source = read_file(SOURCE)
    others = {code: _filled(source, read_file(code)) for code in codes}
    return {SOURCE: source, **others}


def _filled(source: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _filled(value, other.get(key, {}))
        if isinstance(value, dict)
        else other.get(key, value)
        for key, value in source.items()
    }


CATALOGUES = _read()
LANGUAGES: Mapping[str, str] = {
    code: one["language"]["name"] for code, one in CATALOGUES.items()
}
"""Code → the language's own name for itself."""

_now = SOURCE
_settled = False
_listeners: list[Callable[[], None]] = []


def language(wanted: str | None = None) -> str:
    """The code of the language that panels speak; after changing it, where one is given
    as "pt", "pt-BR" or "pt_BR.UTF-8".

    Raises LocalError for a language that there is not.
    """
    global _settled
    if wanted is not None:
        code = _code_of(wanted)
        if code is None:
            known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
            raise LocalError(
                f"there is no language {str(wanted)[:40]!r}; there are: {known}"
            )
        _settled = True
        _speak(code)
    return _now


def page_speaks(tag: object) -> None:
    """A page tells its browser's language: it counts while none was chosen."""
    global _settled
    code = _code_of(tag)
    if code is not None and not _settled:
        _settled = True  # the next page is not asked: two would take turns
        _speak(code)


def on_change(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after every change of language, on the thread that made it."""
    _listeners.append(listener)
    return listener


def words_now() -> Mapping[str, Any]:
    """The catalogue of the language spoken now, table by table."""
    return CATALOGUES[_now]


def _code_of(tag: object) -> str | None:
    if not isinstance(tag, str) or len(tag) > LONGEST_TAG:
        return None
    code = tag.strip().replace("_", "-").replace(".", "-").split("-")[0].lower()
    return code if code in LANGUAGES else None


def _speak(code: str) -> None:
    global _now
    if code != _now:
        _now = code
        for listener in _listeners:
            listener()


def _begin(wanted: str) -> None:
    """What the environment asks for; a mistake there must not stop a notebook."""
    try:
        if wanted.strip():
            language(wanted)
    except LocalError as told:
        warnings.warn(f"LABKIT_LANG: {told}; English it is", stacklevel=2)


_begin(os.environ.get("LABKIT_LANG", ""))
