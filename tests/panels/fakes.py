"""A phone as the panels of a bad network see it: switches, a link, no call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.effects import Address
from labkit.link import Conditions, PathRecord
from labkit.media.treatments import Treatments
from labkit.phone import PhoneState


class FakeLink:
    """Keeps what it is set to, and counts nothing by itself."""

    def __init__(self) -> None:
        self.there = self.back = Conditions()
        self.seed = 1
        self.records: Mapping[str, PathRecord] = {
            "there": PathRecord(),
            "back": PathRecord(),
        }

    def set(
        self, *, there: Conditions, back: Conditions, seed: int | None = None
    ) -> None:
        self.there, self.back = there, back
        self.seed = self.seed if seed is None else seed

    def record(self, way: str) -> PathRecord:
        return self.records[way]


class FakePhone:
    """As much of a phone as these panels ask for."""

    def __init__(self, name: str = "alice") -> None:
        self.name = name
        self._treatments = Treatments()
        self.auto = False
        self.advice = ""
        self.lacks: frozenset[str] = frozenset()
        self.link = FakeLink()
        self.media: Any = None
        self.closed = False

    @property
    def treatments(self) -> Treatments:
        return self._treatments

    @treatments.setter
    def treatments(self, treatments: Treatments) -> None:
        self._treatments, self.auto = treatments, False  # as a real phone has it

    @property
    def state(self) -> PhoneState:
        here = Address("127.0.0.1", 5060)
        return PhoneState(self.name, here, None, False, None, "", self.closed)
