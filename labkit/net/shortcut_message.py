"""What travels on a shortcut between page and kernel, as bytes.

    ┌──────────────┬──────────────┬──────────────────┐
    │ length, 4 B  │ head, JSON   │ one buffer, or 0 │
    └──────────────┴──────────────┴──────────────────┘

`panels/page/carrier.js` writes and reads the same. Notebook: 03-media.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from labkit.errors import RemoteError

LARGEST_HEAD = 1 << 16
_LENGTH = struct.Struct("!I")

Buffers: TypeAlias = Sequence[bytes | memoryview]


def packed(content: Mapping[str, Any], buffers: Buffers = ()) -> bytes:
    """A message as bytes; ValueError where there is more than one buffer."""
    if len(buffers) > 1:
        raise ValueError(f"a message has at most one buffer, not {len(buffers)}")
    head = json.dumps(content).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *buffers))


def unpacked(message: bytes | bytearray) -> tuple[dict[str, Any], list[memoryview]]:
    """Content and buffers of these bytes. Raises RemoteError where they are none."""
    if len(message) < _LENGTH.size:
        raise RemoteError("a message from the page is cut off")
    (length,) = _LENGTH.unpack_from(message)
    end = _LENGTH.size + length
    if length > LARGEST_HEAD or end > len(message):
        raise RemoteError(f"a message from the page has a head of {length} bytes")
    try:
        content = json.loads(message[_LENGTH.size : end])
    except (ValueError, RecursionError) as error:
        raise RemoteError(f"a message from the page is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise RemoteError("a message from the page is not a JSON object")
    rest = memoryview(message)[end:]
    return content, [rest] if rest else []
