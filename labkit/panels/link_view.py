"""What the panel of a bad network shows: a pure function of the link's conditions.

(conditions both ways, the link's own record) in, plain data out; and back: what a page
asks for, made into new `Conditions`. No browser, no thread, no clock.

Requirements A15, A16, D2. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labkit.errors import LocalError
from labkit.link import PRESETS, Conditions, DelayTrace, PathRecord
from labkit.panels.asked import Way
from labkit.panels.words import KNOBS, LINK_PAGE, WORDS, number, say_all

WAYS: tuple[Way, Way] = ("there", "back")
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Knob:
    """A slider: where it stops, and how its unit becomes the conditions'."""

    factor: float
    """One of the conditions' units is so many on the panel."""
    stops: tuple[float, ...]
    """From nothing to much; any number in between may be typed."""
    most: float


PERCENT = (0, 0.5, 1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100)
MILLISECONDS = (0, 2, 5, 10, 20, 30, 50, 80, 100, 150, 200, 300, 400, 600, 800, 1000)
SLIDERS = {
    "loss": Knob(100, PERCENT, 100),
    "burst": Knob(1, (0, 1.5, 2, 3, 4, 5, 8, 10, 15, 20, 30), 1000),
    "delay": Knob(1000, MILLISECONDS, 10_000),
    "jitter": Knob(1000, MILLISECONDS, 10_000),
    "rate": Knob(
        0.001, (0, 10000, 5000, 2000, 1000, 500, 256, 128, 100, 64, 48, 32, 16), 1e8
    ),
    "reorder": Knob(100, PERCENT, 100),
    "duplicate": Knob(100, PERCENT, 100),
    "corrupt": Knob(100, PERCENT, 100),
}
"""By the name of the condition."""
KEYS = frozenset(
    {
        "alike",
        "off",
        "seed",
        *(f"{way}.{k}" for way in WAYS for k in (*SLIDERS, "kind", "preset")),
    }
)
"""All that a page may ask for."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """A phone's link at one moment, and what the panel remembers beside it."""

    name: str
    peer: str
    there: Conditions
    back: Conditions
    seed: int
    there_record: PathRecord
    back_record: PathRecord
    alike: bool
    there_of_late: float | None = None
    """Share lost of what was offered in the last seconds; None: nothing was."""
    back_of_late: float | None = None
    others: tuple[str, ...] = ()
    """What other phones' links add, in words."""
    said: str = ""


def table() -> list[dict[str, Any]]:
    """The page's sliders: what changes with the language alone."""
    return [
        {"name": name, "label": label, "unit": unit, "stops": SLIDERS[name].stops}
        for name, (label, unit) in KNOBS.items()
    ]


def link_view(network: LinkState, errors: Mapping[str, str] = {}) -> dict[str, Any]:
    """The scene."""
    names = {"name": network.name, "peer": network.peer or WORDS["the_peer"]}
    there, back = (WORDS[f"way_{way}"].format(**names) for way in WAYS)
    first = WORDS["both_ways"].format(**names) if network.alike else there
    values: dict[str, Any] = {
        "alike": network.alike,
        "seed": str(network.seed),
    }
    enabled = {}
    for way, conditions in zip(WAYS, (network.there, network.back), strict=True):
        values.update(_values(way, conditions))
        enabled[f"{way}.jitter"] = conditions.trace is None
    return {
        "title": WORDS["network_of"].format(name=network.name),
        "titles": {"there": first, "back": back},
        "now": {
            "there": say_all(network.there.describe()),
            "back": say_all(network.back.describe()),
        },
        "alike": network.alike,
        "perfect": network.there.is_perfect and network.back.is_perfect,
        "values": values,
        "enabled": enabled,
        "errors": dict(errors),
        "others": list(network.others),
        "said": network.said,
        "fates": [
            _fates(there, network.there_record, network.there_of_late),
            _fates(back, network.back_record, network.back_of_late),
        ],
    }


def lost_of_late(then: PathRecord, now: PathRecord) -> float | None:
    """Share lost of what was offered between two looks at a record."""
    offered = now.offered - then.offered
    return (now.lost_in_all - then.lost_in_all) / offered if offered > 0 else None


def changed(
    conditions: Conditions, wanted: Mapping[str, Any], trace: DelayTrace | None
) -> tuple[Conditions, dict[str, str]]:
    """With what the page wants of one way, and what of it cannot be, in words."""
    errors: dict[str, str] = {}
    for name, value in wanted.items():
        try:
            conditions = _changed(conditions, name, value, trace)
        except LocalError as told:
            errors[name] = str(told)
    return conditions, errors


def seed_from(value: Any) -> int:
    """The seed that was typed; LocalError for what is none."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= LARGEST_SEED):
        raise LocalError(
            WORDS["not_a_number"].format(
                label=LINK_PAGE["seed"], least=0, most=LARGEST_SEED, value=text
            )
        )
    return int(text)


def _changed(
    conditions: Conditions, name: str, value: Any, trace: DelayTrace | None
) -> Conditions:
    if name == "preset":
        return PRESETS.get(str(value), conditions)
    if name == "kind":
        if value != "trace":
            return replace(conditions, jitter_kind=value, trace=None)
        if trace is None:
            raise LocalError(WORDS["no_trace"])
        return replace(conditions, trace=trace, jitter=0.0)
    knob = SLIDERS[name]
    number = _number(name, value, knob.most)
    changes: dict[str, Any] = {name: number / knob.factor}
    return replace(conditions, **changes)


def _number(name: str, value: Any, most: float) -> float:
    label, unit = KNOBS[name]
    text = str(value).replace(",", ".").strip()
    try:
        number = float(text.removesuffix(unit))
    except ValueError:
        number = float("nan")
    if not 0 <= number <= most:  # what is not a number is not in between either
        raise LocalError(
            WORDS["not_a_number"].format(
                label=label, least=0, most=f"{most:g} {unit}", value=text
            )
        )
    return number


def _values(way: str, conditions: Conditions) -> dict[str, str]:
    """What the controls of one way show."""
    values = {
        f"{way}.{name}": f"{getattr(conditions, name) * knob.factor:.6g}"
        for name, knob in SLIDERS.items()
    }
    traced = conditions.trace is not None
    values[f"{way}.kind"] = "trace" if traced else conditions.jitter_kind
    values[f"{way}.preset"] = next(
        (name for name, preset in PRESETS.items() if preset == conditions), ""
    )
    return values


def _fates(title: str, record: PathRecord, of_late: float | None) -> dict[str, Any]:
    """One way's line of the ledger."""
    return {
        "title": title,
        "counts": {
            "offered": str(record.offered),
            "delivered": str(record.delivered),
            "lost": str(record.lost_in_all),
            "of_late": "–" if of_late is None else f"{number(100 * of_late, 1)} %",
            "under_way": str(record.under_way),
            "duplicated": str(record.duplicated),
            "corrupted": str(record.corrupted),
        },
        "causes": ", ".join(f"{cause} {n}" for cause, n in record.lost.items() if n),
        "sum": WORDS["adds_up" if record.adds_up else "adds_not"],
        "adds_up": record.adds_up,
    }
