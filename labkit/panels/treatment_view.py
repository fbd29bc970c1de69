"""What the panel of the treatments shows: a pure function of the phones' switches.

(treatments, what the peers lack, figures) in, plain data out; and back: what a page
asks for, made into a new `Treatments`. No browser, no thread, no clock.

Requirements A15, A16, D2. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from labkit.errors import LocalError
from labkit.media import treatments as bounds
from labkit.media.treatments import CHOICES, SWITCHES, Treatments
from labkit.panels.effect import NO_EFFECT, Effect
from labkit.panels.words import (
    CHOICE_WORDS,
    TREATMENT_GROUPS,
    TREATMENT_PAGE,
    TREATMENTS,
    WORDS,
)

NAMES = tuple(one.name for one in fields(Treatments))
NUMBERS: Mapping[str, tuple[int, ...]] = {
    "red": tuple(range(bounds.MOST_RED + 1)),
    "parity": (0, *range(2, bounds.MOST_PARITY + 1)),
    "reed_solomon": tuple(range(bounds.MOST_REED_SOLOMON + 1)),
    "interleaving": tuple(range(1, bounds.MOST_INTERLEAVING + 1)),
    "copies": tuple(range(1, bounds.MOST_COPIES + 1)),
}
"""The treatments that are one of few numbers."""
OFF = {"red": 0, "parity": 0, "reed_solomon": 0, "interleaving": 1}
"""The number that means: not done."""
TIMES = ("playout_delay", "playout_least", "playout_most")
"""The treatments in seconds; in ms on the page."""
NEEDS: Mapping[str, tuple[str, tuple[object, ...]]] = {
    "copies": ("retransmission", (True,)),
    "playout_delay": ("playout", ("fixed",)),
    "playout_least": ("playout", ("adaptive", "quantile")),
    "playout_most": ("playout", ("adaptive", "quantile")),
    "catch_up": ("playout", ("fixed", "adaptive", "quantile")),
}
"""What counts only beside a certain value of another."""
LAYOUT: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("send", "sound", ("red", "interleaving")),
    (
        "send",
        "both",
        ("parity", "reed_solomon", "retransmission", "copies", "rate_rule"),
    ),
    ("send", "pictures", ("restart_intervals",)),
    (
        "receive",
        "sound",
        (
            "playout",
            "playout_delay",
            "playout_least",
            "playout_most",
            "catch_up",
            "concealment",
        ),
    ),
    ("receive", "both", ("reordering", "nack", "lip_sync")),
    ("receive", "pictures", ("keep_old_pixels", "keyframe_requests")),
)
"""The order of the treatments on the panel: side, of what, names."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the panel shows of one phone, at one moment."""

    name: str
    treatments: Treatments
    auto: bool = False
    why: str = ""
    """Why the automatic choice is what it is."""
    lacks: frozenset[str] = frozenset()
    """Treatments that the present peer does not take."""
    effect: Effect = NO_EFFECT


def table() -> list[dict[str, Any]]:
    """The page's rows, group by group: what changes with the language alone."""
    words = TREATMENT_GROUPS
    return [
        {"side": words[side], "of": words[of], "rows": [_row(name) for name in names]}
        for side, of, names in LAYOUT
    ]


def treatment_view(
    phones: Sequence[Share], errors: Mapping[str, str] = {}
) -> dict[str, Any]:
    """The scene; its switches are the first phone's, with words where others differ."""
    first = phones[0]
    names = ", ".join(phone.name for phone in phones)
    rest = {name: _rest(first.treatments, name) for name in NAMES}
    why = [
        WORDS["auto_on"].format(name=phone.name, why=phone.why or WORDS["auto_waits"])
        for phone in phones
        if phone.auto
    ]
    return {
        "title": WORDS["treatments_of"].format(names=names),
        "auto": first.auto,
        "why": why,
        "values": {name: shown(first.treatments, name) for name in NAMES},
        "enabled": {name: not first.auto and not rest[name] for name in NAMES},
        "says": {name: _says(phones, name, rest[name]) for name in NAMES},
        "errors": dict(errors),
        "effects": [[phone.name, *phone.effect.as_texts()] for phone in phones],
    }


def shown(treatments: Treatments, name: str) -> str | bool:
    """A treatment's value as the page's control has it."""
    value = getattr(treatments, name)
    if name in SWITCHES:
        return bool(value)
    return _milliseconds(value) if name in TIMES else str(value)


def changed(
    treatments: Treatments, wanted: Mapping[str, Any]
) -> tuple[Treatments, dict[str, str]]:
    """With what the page wants, and what of it cannot be, in words."""
    errors = {}
    for name, value in wanted.items():
        try:
            treatments = replace(treatments, **{name: _value(name, value)})
        except LocalError as told:
            errors[name] = str(told)
    return treatments, errors


def value_text(name: str, value: object) -> str:
    """A treatment's value for people: `off`, `2`, `Kurose–Ross`, `60 ms`."""
    if isinstance(value, bool):
        return TREATMENT_PAGE["on" if value else "off"]
    if isinstance(value, float):
        return f"{_milliseconds(value)} ms"
    if name in NUMBERS and value == OFF.get(name):
        return TREATMENT_PAGE["off"]
    return CHOICE_WORDS.get(str(value), str(value))


def _milliseconds(seconds: float) -> str:
    """To a tenth: the automatic choice is no round number."""
    return f"{round(1000 * seconds, 1):g}"


def _value(name: str, value: Any) -> Any:
    """From the page's value to the field's; LocalError where it is neither."""
    if name in SWITCHES or name in CHOICES:
        return value
    label, _ = TREATMENTS[name]
    try:
        number = float(str(value).replace(",", ".").removesuffix("ms"))
    except ValueError:
        number = float("nan")
    if name in TIMES:
        least, most = 0, round(1000 * bounds.LONGEST_PLAYOUT)
    else:
        least, most = NUMBERS[name][0], NUMBERS[name][-1]
    if not least <= number <= most:  # what is not a number is not in between either
        raise LocalError(
            WORDS["not_a_number"].format(
                label=label.removesuffix(", ms"),
                least=least,
                most=f"{most} ms" if name in TIMES else most,
                value=str(value),
            )
        )
    if name in TIMES:
        return number / 1000
    return int(number) if number == int(number) else number


def _row(name: str) -> dict[str, Any]:
    label, text = TREATMENTS[name]
    row: dict[str, Any] = {"name": name, "label": label, "text": text}
    if name in SWITCHES:
        return {**row, "kind": "switch"}
    if name in TIMES:
        most = round(1000 * bounds.LONGEST_PLAYOUT)
        return {**row, "kind": "number", "least": 0, "most": most}
    choices = NUMBERS.get(name) or CHOICES[name]
    return {
        **row,
        "kind": "choice" if len(choices) <= 4 else "menu",
        "options": [[str(choice), value_text(name, choice)] for choice in choices],
    }


def _rest(treatments: Treatments, name: str) -> str:
    """Why a treatment counts for nothing beside the others; empty where it counts."""
    needed, values = NEEDS.get(name, ("", ()))
    if not needed or getattr(treatments, needed) in values:
        return ""
    label, _ = TREATMENTS[needed]
    choices = " / ".join(value_text(needed, value) for value in values)
    return WORDS["not_used_without"].format(label=label, value=choices)


def _says(phones: Sequence[Share], name: str, rest: str) -> str:
    """What there is to know about a row now."""
    own = getattr(phones[0].treatments, name)
    told = [rest] if rest else []
    for phone in phones:
        value = getattr(phone.treatments, name)
        if value != own:
            text = value_text(name, value)
            told.append(WORDS["differs"].format(name=phone.name, value=text))
        if name in phone.lacks and value != OFF.get(name, False):
            told.append(WORDS["lacks"].format(name=phone.name))
    return " ".join(told)
