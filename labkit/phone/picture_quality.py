"""How good the pictures are that a phone sends: size, pace, quality, bit rate (C8).

    alice.picture_quality = "low"
    alice.picture_quality = PictureQuality(width=320, height=240, fps=10)

It may change at any time, also while a call lasts. What is left out (None) stays as the
camera or the codec has it.

Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labkit.devices.fit import LARGEST, SMALLEST_SIDE
from labkit.errors import LocalError
from labkit.media.codecs.jpeg import HIGHEST_QUALITY, LOWEST_QUALITY
from labkit.media.codecs.predicting import HIGHEST_BIT_RATE, LOWEST_BIT_RATE

SLOWEST, FASTEST = 1, 120
"""Pictures a second."""


def _check(
    name: str, value: float | None, least: int, most: int, whole: bool = True
) -> None:
    if value is None:
        return
    is_number = isinstance(value, int if whole else int | float)
    if not is_number or isinstance(value, bool) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise LocalError(
            f"{name} is {kind} from {least} to {most}, or None for as it comes, "
            f"not {value!r}"
        )


@dataclass(frozen=True, slots=True)
class PictureQuality:
    """What to make of the camera's pictures before they are sent.

    The rate rule may go below it when the network is bad, never above. Raises
    LocalError for a value that cannot be, and says which ones can.
    """

    width: int | None = None
    """Pixels at most, 16 to 1920. A picture keeps its shape, and is never enlarged."""
    height: int | None = None
    """Pixels at most, 16 to 1080."""
    fps: float | None = None
    """Pictures a second at most, 1 to 120."""
    quality: int | None = None
    """Of JPEG, 1 (small) to 99 (beautiful)."""
    bit_rate: int | None = None
    """Bits a second that VP8 and H264 aim at, 20 000 to 50 000 000."""

    def __post_init__(self) -> None:
        _check("width", self.width, SMALLEST_SIDE, LARGEST[0])
        _check("height", self.height, SMALLEST_SIDE, LARGEST[1])
        _check("fps", self.fps, SLOWEST, FASTEST, whole=False)
        _check("quality", self.quality, LOWEST_QUALITY, HIGHEST_QUALITY)
        _check("bit_rate", self.bit_rate, LOWEST_BIT_RATE, HIGHEST_BIT_RATE)

    @property
    def box(self) -> tuple[int, int]:
        """Width and height that a picture has to fit into."""
        return self.width or LARGEST[0], self.height or LARGEST[1]


PICTURE_QUALITIES: Mapping[str, PictureQuality] = MappingProxyType(
    {
        "low": PictureQuality(320, 240, 15, 30, 200_000),
        "medium": PictureQuality(640, 480, 24, 50, 800_000),
        "high": PictureQuality(1280, 720, 30, 75, 2_500_000),
        "camera": PictureQuality(),
    }
)
"""Qualities by name; "camera" leaves the pictures as the camera has them."""


def chosen_quality(wanted: PictureQuality | str) -> PictureQuality:
    """The quality that is meant; LocalError, which says what can be, for another."""
    if isinstance(wanted, PictureQuality):
        return wanted
    if isinstance(wanted, str) and wanted in PICTURE_QUALITIES:
        return PICTURE_QUALITIES[wanted]
    names = ", ".join(f'"{name}"' for name in PICTURE_QUALITIES)
    raise LocalError(
        f"a picture quality is one of {names}, or PictureQuality(width=320, …), "
        f"not {wanted!r}"
    )
