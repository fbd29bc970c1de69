"""Netstrings, the framing of baresip's remote control: `5:hello,`.

A length in decimal, a colon, that many bytes, a comma (D. J. Bernstein, 1997).

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.errors import RemoteError

LONGEST = 1_000_000


def write(data: bytes) -> bytes:
    """One netstring."""
    return b"%d:%s," % (len(data), data)


def read(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole netstrings at the beginning of `stream`, and what is left.

    Raises RemoteError for what is none.
    """
    found: list[bytes] = []
    while True:
        if not stream:
            return found, stream
        digits, colon, rest = stream.partition(b":")
        if not digits.isdigit() or len(digits) > 7:
            raise RemoteError(f"no netstring: {stream[:20]!r}")
        if not colon:
            return found, stream
        length = int(digits)
        if length > LONGEST:
            raise RemoteError(f"a netstring of {length} bytes is too long")
        if len(rest) <= length:
            return found, stream
        if rest[length : length + 1] != b",":
            raise RemoteError(f"a netstring without its comma: {stream[:20]!r}")
        found.append(rest[:length])
        stream = rest[length + 1 :]
