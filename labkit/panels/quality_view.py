"""How good the pictures are that a phone sends, as sliders show and change it.

Pure functions of a `PictureQuality`: what the sliders show of it, and what it is after
a hand has moved them.

Requirement C8. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labkit.errors import LocalError
from labkit.panels.words import WORDS

SIZES = ("160x120", "320x240", "640x480", "1280x720")
_SIDES = {size: tuple(int(side) for side in size.split("x")) for size in SIZES}
AS_IT_COMES = "camera"
OF_ITS_OWN = "own"
BIT_RATES = (50, 100, 200, 400, 800, 1500, 2500, 4000)
"""Steps of the slider, kbit/s."""
KEYS = frozenset({"preset", "size", "fps", "quality", "bit_rate"})


def quality_view(
    quality: Any, presets: Mapping[str, Any], codec: str = ""
) -> dict[str, Any]:
    """Values, words and switches of the sliders; `codec` is the call's, if known."""
    size = f"{quality.width}x{quality.height}"
    preset = next((n for n, known in presets.items() if known == quality), OF_ITS_OWN)
    jpeg = "JPEG" in codec.upper()
    step = 0 if quality.bit_rate is None else _step(quality.bit_rate)
    return {
        "values": {
            "preset": preset,
            "size": size if size in SIZES else AS_IT_COMES,
            "fps": 30 if quality.fps is None else min(30, round(quality.fps)),
            "quality": 50 if quality.quality is None else quality.quality,
            "bit_rate": step,
        },
        "texts": {
            "fps": _text(quality.fps),
            "quality": _text(quality.quality),
            "bit_rate": _text(quality.bit_rate and quality.bit_rate / 1000),
        },
        "enabled": {
            "quality": not codec or jpeg,
            "bit_rate": not codec or not jpeg,
        },
        "presets": [
            ("low", WORDS["low"]),
            ("medium", WORDS["medium"]),
            ("high", WORDS["high"]),
            (AS_IT_COMES, WORDS["as_it_comes"]),
            (OF_ITS_OWN, WORDS["of_its_own"]),
        ],
        "sizes": [
            *((size, size.replace("x", " × ")) for size in SIZES),
            (AS_IT_COMES, WORDS["as_it_comes"]),
        ],
    }


def changed(
    quality: Any, presets: Mapping[str, Any], wanted: Mapping[str, Any]
) -> tuple[Any, dict[str, str]]:
    """The quality after these wishes, and what is wrong with which, in words."""
    errors: dict[str, str] = {}
    for key in ("preset", "size", "fps", "quality", "bit_rate"):  # a preset goes first
        if key not in wanted:
            continue
        try:
            quality = _changed(quality, presets, key, wanted[key])
        except (LocalError, ValueError, TypeError, OverflowError) as told:
            known = isinstance(told, LocalError)
            errors[key] = str(told) if known else WORDS["not_offered"]
    return quality, errors


def _changed(quality: Any, presets: Mapping[str, Any], key: str, value: Any) -> Any:
    if key == "preset":
        return quality if value == OF_ITS_OWN else _listed(presets, value)
    if key == "size":
        width, height = _listed({**_SIDES, AS_IT_COMES: (None, None)}, value)
        return replace(quality, width=width, height=height)
    if key == "bit_rate":
        rates = dict(enumerate(BIT_RATES))
        return replace(quality, bit_rate=1000 * _listed(rates, _whole(value)))
    number = _whole(value)
    return replace(quality, **{key: float(number) if key == "fps" else number})


def _listed(choices: Mapping[Any, Any], value: Any) -> Any:
    if not isinstance(value, str | int) or value not in choices:
        raise LocalError(WORDS["not_offered"])
    return choices[value]


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LocalError(WORDS["not_offered"])
    return int(value)


def _step(bit_rate: float) -> int:
    """The slider's step that is nearest."""
    kilobits = bit_rate / 1000
    return min(range(len(BIT_RATES)), key=lambda step: abs(BIT_RATES[step] - kilobits))


def _text(value: float | None) -> str:
    return WORDS["as_it_comes"] if value is None else f"{value:g}"
