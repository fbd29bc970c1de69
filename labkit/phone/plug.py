"""Where a device is plugged into a call: it can be exchanged without a break (C9).

    put(new)     ...former delivers...former delivers... new's first → former is stopped

The new device is started beside the former one, and takes its place with the first
thing that it delivers (or asks for, a loudspeaker). Until then nothing is missing, and
a device that cannot be used changes nothing. Only two that are the same piece of
hardware cannot run side by side: there the former is stopped first, and started again
if the new one fails.

`put`, `restart` and `stop` belong to one thread, the phone's worker; what devices
deliver comes on threads of their own. Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import inf
from typing import Generic, ParamSpec, TypeVar

from labkit.devices import Camera, Microphone, Speaker
from labkit.net import clock

PATIENCE = 60.0
"""Seconds for the first picture: a browser first asks, its user has to find where."""
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
Device = TypeVar("Device", Camera, Microphone, Speaker)


class DeviceGate:
    """Lets through what one start of a device delivers, while it is that one's turn."""

    def __init__(self, takes: Callable[[], bool], lock: threading.Lock) -> None:
        self.takes = takes
        self._lock = lock

    def of(
        self, use: Callable[_Arguments, _Result], otherwise: _Result
    ) -> Callable[_Arguments, _Result]:
        """`use`, or `otherwise` as its result while it is another device's turn.

        One at a time: an encoder is never used by two cameras' threads at once.
        """

        def through(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
            with self._lock:
                return use(*arguments, **named) if self.takes() else otherwise

        return through


class Plug(Generic[Device]):
    """The camera, the microphone or the loudspeaker of one call."""

    def __init__(
        self,
        start: Callable[[Device, DeviceGate], None],
        later: Callable[[Callable[[], None]], object],
        gave_up: Callable[[Device, Device], None],
    ) -> None:
        """`start(device, gate)` starts a device, `later(work)` does work on the worker;
        `gave_up(silent, going)` is told of a device that never delivered anything."""
        self._start: Callable[[Device, DeviceGate], None] = start
        self._later = later
        self._gave_up: Callable[[Device, Device], None] = gave_up
        self._running: dict[float, Device] = {}
        """Devices that were started, by the number of their turn."""
        self._turn: float = 0
        """Whose turn it is; it only rises."""
        self._starts = 0
        self._deadline = inf
        self._lock = threading.Lock()

    @property
    def is_used(self) -> bool:
        """Whether a device was put in, and not stopped."""
        return bool(self._running)

    def put(self, device: Device) -> None:
        """Start `device`; the former one goes on until it delivers.

        Raises DeviceError, and the former one goes on.
        """
        going = self._running.get(self._turn)
        self._stop([n for n, other in self._running.items() if other is not going])
        if going is device:
            return
        is_same = going is not None and going.hardware == device.hardware != ""
        if is_same:
            self._stop(list(self._running))
        self._deadline = clock.now() + PATIENCE
        try:
            self._begin(device)
        except Exception:
            if is_same and going is not None:
                self._begin(going)
            raise

    def restart(self, device: Device) -> None:
        """Stop what runs, and start `device` afresh. Raises DeviceError."""
        self._stop(list(self._running))
        self._begin(device)

    def stop(self) -> None:
        """Let nothing more through, and stop every device."""
        with self._lock:
            self._turn = inf
        self._stop(list(self._running))

    def _begin(self, device: Device) -> None:
        self._starts = number = self._starts + 1
        self._running[number] = device
        try:
            self._start(device, DeviceGate(lambda: self._takes(number), self._lock))
        except Exception:
            self._running.pop(number, None)
            raise

    def _takes(self, number: int) -> bool:
        """Whether it is this one's turn; the first time that a newer one asks, it is.

        On a device's thread, under the lock.
        """
        if number == self._turn:
            if clock.now() > self._deadline:
                self._deadline = inf
                self._later(self._take_out)
            return True
        if number < self._turn or number not in self._running:
            return False
        self._turn, self._deadline = number, inf
        self._later(self._stop_former)
        return True

    def _stop_former(self) -> None:
        self._stop([number for number in self._running if number < self._turn])

    def _take_out(self) -> None:
        """The new one never delivered anything: the former keeps its place."""
        if self._deadline != inf:
            return  # meanwhile another one was put in
        silent = [number for number in self._running if number > self._turn]
        going = self._running.get(self._turn)
        for number in silent:
            device = self._running[number]
            self._stop([number])
            if going is not None:
                self._gave_up(device, going)

    def _stop(self, numbers: list[float]) -> None:
        for number in numbers:
            device = self._running.pop(number, None)
            if device is not None:
                device.stop()
