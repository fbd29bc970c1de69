"""Every treatment of loss and latency as a switch, flipped while the call runs.

    TreatmentPanel(alice, bob)

Each switch stands beside what it buys and costs, and all beside what they change: loss
before and after repair, waiting, bytes, score. What is set goes to all phones given.

Requirements A15, A16, D2. Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.errors import LocalError
from labkit.net import clock
from labkit.panels.asked import PhoneWithSwitches
from labkit.panels.effect import EffectMeter
from labkit.panels.live import LivePanel, script
from labkit.panels.treatment_view import (
    NAMES,
    Share,
    changed,
    table,
    treatment_view,
)
from labkit.panels.wishes import Wishes
from labkit.panels.words import TREATMENT_PAGE, WORDS

KEYS = frozenset({*NAMES, "auto"})


class TreatmentPanel(LivePanel):
    """The switches of one phone or several, and what they change."""

    _esm = script("controls.js", "treatments.js")

    def __init__(self, *phones: PhoneWithSwitches) -> None:
        """Raises LocalError without a phone."""
        if not phones:
            raise LocalError(WORDS["nobody_there"])
        names = ", ".join(phone.name for phone in phones)
        super().__init__(names, every=0.25)
        self.phones = phones
        self._meters = [EffectMeter() for _ in phones]
        self._wishes = Wishes(names, self._fulfil, self._channel.wake)
        self._open()

    def set(self, timeout: float = 10.0, **treatments: Any) -> None:
        """Flip switches as a hand would: `set(red=2)`, `set(auto=True)`; times are in
        ms, as on the panel. What cannot be is shown in the panel (`errors`).

        Raises LocalError for a treatment that does not exist.
        """
        for name in treatments:
            if name not in KEYS:
                known = ", ".join(sorted(KEYS))
                raise LocalError(WORDS["not_known"].format(name=name, known=known))
        done = self._wishes.wish(treatments)
        if done is not None:
            done.result(timeout)

    @property
    def errors(self) -> Mapping[str, str]:
        """What was wrong with the last wish for a treatment, in words."""
        return self._wishes.errors

    # --- inside ---

    def _words(self) -> dict[str, Any]:
        return {**super()._words(), **TREATMENT_PAGE, "table": table()}

    def _scene(self) -> dict[str, Any]:
        now = clock.now()
        setting = [
            (one.treatments, one.link.there, one.link.back) for one in self.phones
        ]
        phones = [
            Share(
                phone.name,
                phone.treatments,
                phone.auto,
                phone.advice,
                phone.lacks,
                meter.measured(phone.media, now, setting),
            )
            for phone, meter in zip(self.phones, self._meters, strict=True)
        ]
        scene = treatment_view(phones, self._wishes.errors)
        scene["heard"] = self._wishes.heard
        closed = all(phone.state.closed for phone in self.phones)
        return {**scene, "closed": WORDS["phone_closed"]} if closed else scene

    def _on_command(self, content: Mapping[str, Any]) -> None:
        if content.get("kind") == "set":
            self._wishes.hear(content, KEYS)

    def _fulfil(self, wanted: Mapping[str, Any]) -> Mapping[str, str]:
        """On the worker's thread: to all phones; what is wrong with which."""
        wanted = dict(wanted)
        auto = wanted.pop("auto", None)
        errors: dict[str, str] = {}
        if auto is not None:
            for phone in self.phones:
                if auto:
                    phone.auto = True
                elif phone.auto:  # what was chosen stays, to be changed by hand
                    phone.treatments = phone.treatments
        if wanted and self.phones[0].auto:
            return dict.fromkeys(wanted, WORDS["auto_rules"])
        for phone in self.phones if wanted else ():
            treatments, wrong = changed(phone.treatments, wanted)
            phone.treatments = treatments
            errors.update(wrong)
        return errors

    def _let_go(self) -> None:
        self._wishes.close()
