"""A table of the catalogue, looked up anew in the present language at each access.

    WORDS["calling"].format(peer="bob")     "Calling bob", or "Ligando para bob"

Requirement A14. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from labkit.panels.words.spoken import words_now

T = TypeVar("T")


class WordTable(Mapping[str, T]):
    """One table of the catalogue, or several as one, in their order."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, key: str) -> T:
        catalogue = words_now()
        found = next((name for name in self._names if key in catalogue[name]), None)
        if found is None:
            raise KeyError(key)
        value: T = catalogue[found][key]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def __repr__(self) -> str:
        return f"<words of {', '.join(self._names)}>"

    def _keys(self) -> dict[str, None]:
        catalogue = words_now()
        return dict.fromkeys(key for name in self._names for key in catalogue[name])
