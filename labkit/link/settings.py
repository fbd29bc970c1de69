"""Conditions as one types them: `loss 20% burst 3 delay 50ms`.

The same names and units are the options of `labkit link`. What is not named stays as it
was, so a running link is changed by typing what is to be different.

Notebook: 06-loss.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from labkit.errors import LocalError
from labkit.link.conditions import JITTER_KINDS, Conditions
from labkit.link.presets import preset
from labkit.link.trace import DelayTrace
from labkit.link.units import parse_rate, parse_share, parse_size, parse_time

Load = Callable[[str], DelayTrace]
"""Reads the trace in a file; raises LocalError."""
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\S+)")
EXAMPLES = {
    "preset": "bad-wifi",
    "loss": "10%",
    "burst": "3 (lost in a row, in the mean; 0: each for itself)",
    "lose": "1/10 (exactly so many of every so many; 0: off)",
    "delay": "50ms",
    "jitter": "20ms",
    "jitter-kind": ", ".join(JITTER_KINDS),
    "in-order": "on, off",
    "trace": "wifi.csv (a recorded delay; off: none)",
    "rate": "1Mbit (0: no limit)",
    "queue": "200ms or 64kB",
    "reorder": "1%",
    "duplicate": "1%",
    "corrupt": "1%",
}
"""Every setting and what may be typed for it."""


def change(conditions: Conditions, text: str, load: Load) -> Conditions:
    """Conditions with what `text` names changed, all of it or nothing.

    Raises LocalError for what is unknown or cannot be, in words.
    """
    words = ["".join(groups) for groups in _WORD.findall(text)]
    names = [name.lower().replace("_", "-") for name in words[::2]]
    for name in names:
        if name not in EXAMPLES:
            known = ", ".join(EXAMPLES)
            raise LocalError(f"no setting is called {name[:40]!r}; there are: {known}")
    if len(words) % 2:
        raise LocalError(f"{names[-1]} needs a value, such as {EXAMPLES[names[-1]]}")
    return apply(conditions, dict(zip(names, words[1::2], strict=True)), load)


def apply(conditions: Conditions, settings: dict[str, str], load: Load) -> Conditions:
    """Conditions with these settings changed; a preset is the ground for the others."""
    changes: dict[str, object] = {}
    for name, text in settings.items():
        if name == "preset":
            conditions = preset(text)
        else:
            changes |= _fields(name, text, load)
    return replace(conditions, **changes)  # type: ignore[arg-type]


def _fields(name: str, text: str, load: Load) -> dict[str, object]:
    """What a setting changes in Conditions."""
    if name == "trace":
        return {"trace": None if text.lower() in ("off", "none") else load(text)}
    if name == "queue":
        return _queue(text)
    if name == "lose":
        return _lose(text)
    return {name.replace("-", "_"): _READERS[name](text)}


def _queue(text: str) -> dict[str, object]:
    if text.strip().lower().endswith("b"):
        return {"queue_bytes": parse_size(text)}
    return {"queue": parse_time(text), "queue_bytes": 0}


def _burst(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text.strip(), re.ASCII) is None:
        raise LocalError(f"burst is a number such as 3, not {text[:40]!r}")
    return float(text)


def _lose(text: str) -> dict[str, object]:
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip(), re.ASCII)
    if match is not None:
        return {"lose": int(match[1]), "every": int(match[2])}
    if text.strip() in ("0", "off"):
        return {"lose": 0}
    raise LocalError(f"write 1/10 for one lost of every ten, not {text[:40]!r}")


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise LocalError(f"in-order is on or off, not {text[:40]!r}")
    return text.lower() == "on"


_READERS: dict[str, Callable[[str], object]] = {
    "loss": parse_share,
    "burst": _burst,
    "delay": parse_time,
    "jitter": parse_time,
    "jitter-kind": str.lower,
    "in-order": _switch,
    "rate": parse_rate,
    "reorder": parse_share,
    "duplicate": parse_share,
    "corrupt": parse_share,
}
