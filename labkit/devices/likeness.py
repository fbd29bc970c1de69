"""What a name looks and sounds like: the same everywhere, different for most names.

Notebook: 03-media.
"""

from __future__ import annotations

import unicodedata
import zlib


def trait(name: str, of: str, choices: int) -> int:
    """A number from 0 to `choices` − 1 that belongs to this name and trait `of`."""
    text = f"{of}:{unicodedata.normalize('NFC', name)}"
    return zlib.crc32(text.encode()) * choices >> 32
