"""A JPEG picture of which packets are missing: the old pixels stay there.

Restart intervals are compressed independently of one another, and a restart marker is
numbered by its place. So the intervals that are missing can be taken, as they are, from
the picture shown before: what results is a valid JPEG, and nothing was decoded. RFC
2435 section 3.1.7, ITU-T T.81 section E.1.4.

Only when the picture before was written otherwise (its quality or its interval has
changed, or it has no markers) is it decoded and encoded again in the new way. Where
there is no picture before, or it was of another size, what is missing is grey.

Notebook: 06-loss.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np

from labkit.errors import RemoteError
from labkit.media.payloads.jpeg.header import Fragment, Kind
from labkit.media.payloads.jpeg.tables import Quantisation, qualities
from labkit.media.wire.jpeg_file import END, RESTART, parse_jpeg

_OTHER_MARKER = re.compile(rb"\xff[^\x00]")
_MARKERS = tuple(bytes((0xFF, 0xD0 + number)) for number in range(8))

_SAMPLING = {
    0: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    1: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
}
_BLOCKS_OF_LUMA = {0: 2, 1: 4}
_GREY_LUMA, _GREY_CHROMA = "00" + "1010", "00" + "00"
"""A block without any detail, by the standard Huffman tables: no difference, no more.
"""


def mend(
    fragments: Sequence[Fragment],
    header: bytes,
    tables: Quantisation,
    old: bytes | None,
) -> tuple[bytes, float]:
    """The compressed data of a whole picture, and which share of it is new.

    `fragments` are of one picture, in order of their offsets, `header` is that of its
    file, `old` the file shown before. Raises RemoteError when no interval of it came.
    """
    kind = fragments[0].kind
    blocks = _blocks(kind)
    count = -(-blocks // kind.restart_interval)
    fresh = {
        number: interval
        for first, chunk in _chunks(fragments)
        for number, interval in enumerate(_split(chunk), first)
        if number < count and interval and not _OTHER_MARKER.search(interval)
    }
    if not fresh:
        raise RemoteError("RTP/JPEG picture of which no restart interval came whole")
    intervals = None
    if old is not None and len(fresh) < count:
        intervals = _old_intervals(old, header, kind, tables)
    if intervals is None or len(intervals) != count:
        intervals = _all_grey(kind, blocks, count)
    for number, interval in fresh.items():
        intervals[number] = interval
    return _with_markers(intervals), len(fresh) / count


def _blocks(kind: Kind) -> int:
    """How many blocks (MCUs, of 16×16 or 16×8 pixels) such a picture has."""
    if not kind.restart_interval:
        raise RemoteError("RTP/JPEG picture has no restart markers to mend it at")
    height = 16 if kind.type else 8
    return -(-kind.width // 16) * -(-kind.height // height)


def _all_grey(kind: Kind, blocks: int, count: int) -> list[bytes]:
    """A grey picture's intervals; the last one may be shorter than the others."""
    most = min(kind.restart_interval, blocks)
    last = blocks - (count - 1) * kind.restart_interval
    return [grey(kind.type, most)] * (count - 1) + [grey(kind.type, last)]


@lru_cache(maxsize=16)
def grey(type_: int, blocks: int) -> bytes:
    """A restart interval of so many medium grey blocks of this type of picture."""
    block = _GREY_LUMA * _BLOCKS_OF_LUMA[type_] + _GREY_CHROMA * 2
    bits = block * blocks
    bits += "1" * (-len(bits) % 8)  # as section F.1.2.3 pads
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunks(fragments: Iterable[Fragment]) -> Iterator[tuple[int, bytes]]:
    """The chunks that are whole: number of their first interval, and their data."""
    open_at, data, end = -1, b"", -1
    for fragment in fragments:
        place = fragment.place
        if place is None:
            continue
        if place.first:
            open_at, data = place.interval, fragment.data
        elif place.interval == open_at and fragment.offset == end:
            data += fragment.data
        else:
            open_at = -1
        end = fragment.offset + len(fragment.data)
        if place.last and open_at >= 0:
            yield open_at, data
            open_at = -1


def _split(chunk: bytes) -> list[bytes]:
    """The intervals of a chunk; a marker may stand at its end, its beginning, or
    neither."""
    intervals = RESTART.split(chunk.removesuffix(END))
    return intervals[1:] if len(intervals) > 1 and not intervals[0] else intervals


def _old_intervals(
    old: bytes, header: bytes, kind: Kind, tables: Quantisation
) -> list[bytes] | None:
    """The intervals of the picture before, written as this one; None: not possible."""
    if not old.startswith(header):
        try:
            old = _written_anew(old, kind, tables)
            header = old[: parse_jpeg(old).scan_start]
        except RemoteError:
            return None
    return RESTART.split(old[len(header) :].removesuffix(END))


def _written_anew(old: bytes, kind: Kind, tables: Quantisation) -> bytes:
    """The old picture in the new quality and with the new restart interval."""
    before = parse_jpeg(old)
    quality = qualities().get(tables)
    if quality is None or (before.width, before.height) != (kind.width, kind.height):
        raise RemoteError("the picture before cannot be written as the new one")
    settings = {
        cv2.IMWRITE_JPEG_QUALITY: quality,
        cv2.IMWRITE_JPEG_RST_INTERVAL: kind.restart_interval,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR: _SAMPLING[kind.type],
    }
    try:
        pixels = cv2.imdecode(np.frombuffer(old, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise RemoteError("the picture before is broken")
        _, data = cv2.imencode(".jpg", pixels, [*itertools.chain(*settings.items())])
    except cv2.error as error:
        raise RemoteError(f"the picture before is broken: {error}") from None
    return data.tobytes()


def _with_markers(intervals: Sequence[bytes]) -> bytes:
    """The intervals with a marker between any two: RST0 to RST7, and again."""
    parts = [intervals[0]]
    for marker, interval in zip(itertools.cycle(_MARKERS), intervals[1:], strict=False):
        parts += (marker, interval)
    return b"".join(parts)
