"""What both chains are set by: the switches, and what the peer can use.

Notebook: 06-loss.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from labkit.media.repair.formats import RepairFormats
from labkit.media.treatments import Treatments


class Switched(ABC):
    """The base of `Protection` and `Recovery`; both may be set at any time."""

    def __init__(
        self, formats: RepairFormats | None, treatments: Treatments | None
    ) -> None:
        self._formats = formats or RepairFormats()
        self._treatments = treatments or Treatments()

    @property
    def formats(self) -> RepairFormats:
        """Repair as it was agreed: under the numbers of whoever receives it."""
        return self._formats

    @formats.setter
    def formats(self, formats: RepairFormats) -> None:
        self._formats = formats
        self._choose()

    @property
    def treatments(self) -> Treatments:
        """The switches."""
        return self._treatments

    @treatments.setter
    def treatments(self, treatments: Treatments) -> None:
        self._treatments = treatments
        self._choose()

    @abstractmethod
    def _choose(self) -> None:
        """What is both wanted and possible, so that no packet need ask."""
