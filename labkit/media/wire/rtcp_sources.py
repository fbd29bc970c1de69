"""Who the sources are, and that they leave: SDES and BYE as bytes.

RFC 3550 sections 6.5 and 6.6. A description is a list of chunks, a chunk an SSRC and a
list of items; a zero byte ends the list and zeros fill the last word:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |                             SSRC                              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |    CNAME=1    |     length    | the canonical name ...        |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

A bye is the SSRCs that leave, then, if there is a reason, its length and its text.

Notebook: 03-media.
"""

from __future__ import annotations

import struct

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import Bye, SourceChunk, SourceDescription

CNAME, END = 1, 0

_SSRC = struct.Struct("!L")


def parse_description(count: int, body: bytes) -> SourceDescription:
    """A description of `count` chunks; of their items only the CNAME is kept.

    Raises RemoteError when a chunk or an item runs past the end.
    """
    chunks = []
    start = 0
    for _ in range(count):
        chunk, start = _parse_chunk(body, start)
        chunks.append(chunk)
    return SourceDescription(tuple(chunks))


def write_description(description: SourceDescription) -> bytes:
    """What follows the common header; struct.error for a number that does not fit."""
    return b"".join(
        _filled(
            _SSRC.pack(chunk.ssrc) + bytes([CNAME]) + _text("CNAME", chunk.cname),
            least=1,
        )
        for chunk in description.chunks
    )


def parse_bye(count: int, body: bytes) -> Bye:
    """A bye of `count` sources; RemoteError when `body` is too short for it."""
    start = count * _SSRC.size
    if len(body) < start:
        raise RemoteError(
            f"RTCP bye of {count} sources needs {start} bytes after its header, "
            f"got {len(body)}"
        )
    reason = ""
    if len(body) > start:
        reason = _parse_text("bye", body, start)
    return Bye(struct.unpack_from(f"!{count}L", body), reason)


def write_bye(bye: Bye) -> bytes:
    """What follows the common header; struct.error for a number that does not fit."""
    ssrcs = struct.pack(f"!{len(bye.ssrcs)}L", *bye.ssrcs)
    return ssrcs + (_filled(_text("reason", bye.reason)) if bye.reason else b"")


def _parse_chunk(body: bytes, start: int) -> tuple[SourceChunk, int]:
    """The chunk at `start`, and where the next one begins."""
    if len(body) < start + _SSRC.size:
        raise RemoteError(
            f"RTCP description needs {_SSRC.size} bytes for a source, "
            f"got {len(body) - start}"
        )
    (ssrc,) = _SSRC.unpack_from(body, start)
    cname = ""
    position = start + _SSRC.size
    while position < len(body) and body[position] != END:
        if body[position] == CNAME:
            cname = _parse_text("CNAME", body, position + 1)
        else:
            _parse_text("item", body, position + 1)
        position += 2 + body[position + 1]
    if position == len(body):
        raise RemoteError("the last item of an RTCP description has no zero after it")
    return SourceChunk(ssrc, cname), position + 4 - position % 4


def _parse_text(what: str, body: bytes, position: int) -> str:
    """The text whose length is the byte at `position`."""
    if position >= len(body):
        raise RemoteError(f"RTCP {what} ends before its length")
    start, end = position + 1, position + 1 + body[position]
    if len(body) < end:
        raise RemoteError(
            f"RTCP {what} needs {body[position]} bytes, got {len(body) - start}"
        )
    return body[start:end].decode("utf-8", "replace")


def _text(what: str, text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise LocalError(f"an RTCP {what} has at most 255 bytes, not {len(data)}")
    return bytes([len(data)]) + data


def _filled(data: bytes, least: int = 0) -> bytes:
    """`data` and at least `least` zeros, up to a multiple of 4 bytes."""
    return data + bytes(least + -(len(data) + least) % 4)
