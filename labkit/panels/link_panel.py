"""A bad network on a running call: sliders for loss, delay, jitter, rate and order.

    LinkPanel(alice)                  there: alice → bob, back: bob → alice

The sliders change the link inside the first phone, through which both directions pass;
what became of each packet is that link's own record. A value that cannot be is said in
words, and the network stays as it was.

Requirements A15, A16, D2. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.errors import LocalError
from labkit.link import PRESETS, Conditions, DelayTrace, PathRecord, parse_trace
from labkit.net import clock
from labkit.panels.asked import PhoneWithSwitches
from labkit.panels.link_view import (
    KEYS,
    WAYS,
    LinkState,
    changed,
    link_view,
    lost_of_late,
    seed_from,
    table,
)
from labkit.panels.live import LivePanel, script
from labkit.panels.window import Window
from labkit.panels.wishes import Wishes
from labkit.panels.words import JITTER_KINDS, LINK_PAGE, WORDS, say_all


class LinkPanel(LivePanel):
    """The network of one phone, both directions."""

    _esm = script("controls.js", "link.js")

    def __init__(
        self, *phones: PhoneWithSwitches, trace: DelayTrace | None = None
    ) -> None:
        """Of other phones it is only said what their own links do on top. `trace`: a
        recorded delay to be had as a kind of jitter.

        Raises LocalError without a phone.
        """
        if not phones:
            raise LocalError(WORDS["network_nobody"])
        self._phone, *self._others = phones
        super().__init__(self._phone.name, every=0.25)
        link = self._phone.link
        self._alike = link.there == link.back
        self._trace = trace or link.there.trace or link.back.trace
        self._said = ""
        self._there: Window[PathRecord] = Window()
        self._back: Window[PathRecord] = Window()
        self._wishes = Wishes(self._phone.name, self._fulfil, self._channel.wake)
        self._open()

    def set(self, timeout: float = 10.0, **wanted: Any) -> None:
        """Move sliders as a hand would: `set(loss=10, delay=50)` in the panel's units,
        `set(preset="train")`, `set(seed=7)`, `set(off=True)`; one way alone with
        `set(back_loss=5)`. What cannot be is shown in the panel (`errors`).

        Raises LocalError for a slider that does not exist.
        """
        keys = {}
        for name, value in wanted.items():
            way, _, rest = name.partition("_")
            key = f"{way}.{rest}" if way in WAYS else name
            for found in [key] if key in KEYS else [f"{way}.{name}" for way in WAYS]:
                if found not in KEYS:
                    known = ", ".join(sorted(KEYS))
                    raise LocalError(WORDS["not_known"].format(name=name, known=known))
                keys[found] = value
        done = self._wishes.wish(keys)
        if done is not None:
            done.result(timeout)

    @property
    def errors(self) -> Mapping[str, str]:
        """What was wrong with the last wish for a slider, in words."""
        return self._wishes.errors

    # --- inside ---

    def _words(self) -> dict[str, Any]:
        lists = {"kinds": [*JITTER_KINDS.items()], "presets": [*PRESETS]}
        return {**super()._words(), **LINK_PAGE, **lists, "knobs": table()}

    def _scene(self) -> dict[str, Any]:
        link, state, now = self._phone.link, self._phone.state, clock.now()
        there, back = link.record("there"), link.record("back")
        network = LinkState(
            name=self._phone.name,
            peer=state.call.peer if state.call is not None else "",
            there=link.there,
            back=link.back,
            seed=link.seed,
            there_record=there,
            back_record=back,
            there_of_late=lost_of_late(*self._there.add(there, now, link.there)),
            back_of_late=lost_of_late(*self._back.add(back, now, link.back)),
            alike=self._alike and link.there == link.back,
            others=tuple(_on_top(phone) for phone in self._others if _spoils(phone)),
            said=self._said,
        )
        scene = link_view(network, self._wishes.errors)
        scene["heard"] = self._wishes.heard
        return {**scene, "closed": WORDS["phone_closed"]} if state.closed else scene

    def _on_command(self, content: Mapping[str, Any]) -> None:
        kind, text = content.get("kind"), content.get("text")
        if kind == "set":
            self._wishes.hear(content, KEYS)
        elif kind == "trace" and isinstance(text, str):
            self._wishes.wish({"trace": text})

    def _fulfil(self, wanted: Mapping[str, Any]) -> Mapping[str, str]:
        """On the worker's thread; what is wrong with which wish."""
        errors: dict[str, str] = {}
        if "trace" in wanted:
            errors.update(self._load(wanted["trace"]))
        link = self._phone.link
        there, back, seed = link.there, link.back, link.seed
        if "seed" in wanted:
            try:
                seed = seed_from(wanted["seed"])
            except LocalError as told:
                errors["seed"] = str(told)
        if wanted.get("off"):
            there = back = Conditions()
        if "alike" in wanted:
            self._alike = bool(wanted["alike"])
        ways = {way: _of(way, wanted) for way in WAYS}
        there, wrong = changed(there, ways["there"], self._trace)
        errors.update({f"there.{name}": text for name, text in wrong.items()})
        if self._alike:
            back = there
        else:
            back, wrong = changed(back, ways["back"], self._trace)
            errors.update({f"back.{name}": text for name, text in wrong.items()})
        link.set(there=there, back=back, seed=seed)
        return errors

    def _load(self, text: str) -> Mapping[str, str]:
        try:
            trace = parse_trace(text.encode())
        except LocalError as told:
            return {"trace": WORDS["not_trace"].format(why=told)}
        self._trace = trace
        source = f"{trace.source}: " if trace.source else ""
        self._said = WORDS["trace_loaded"].format(
            source=source, count=len(trace.times), seconds=trace.duration
        )
        return {}

    def _let_go(self) -> None:
        self._wishes.close()


def _of(way: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes for one way, under the names of its conditions."""
    prefix = f"{way}."
    return {
        k.removeprefix(prefix): v for k, v in wanted.items() if k.startswith(prefix)
    }


def _spoils(phone: PhoneWithSwitches) -> bool:
    return not (phone.link.there.is_perfect and phone.link.back.is_perfect)


def _on_top(phone: PhoneWithSwitches) -> str:
    there = say_all(phone.link.there.describe())
    back = say_all(phone.link.back.describe())
    return WORDS["another_network"].format(name=phone.name, there=there, back=back)
