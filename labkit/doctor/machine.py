"""What this machine can do, and what to do about the rest: `labkit doctor`.

Each examination looks at one thing and answers in a sentence; one that fails or hangs
is itself a finding, so the doctor always comes to an end. Nothing here is needed for a
call between two phones on this machine but Python, the packages and the loopback.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from labkit.doctor import devices, network, software
from labkit.doctor.finding import Finding

PATIENCE = 8.0
"""Seconds that all examinations together may take: OpenCV and PyAudio come slowly from
a cold disc."""
_TRY = "Everything else may work all the same: run the doctor again, or go on and see."

EXAMINATIONS: dict[str, Callable[[], Finding]] = {
    "Python": software.python,
    "packages": software.packages,
    "camera": devices.camera,
    "microphone": devices.microphone,
    "loudspeaker": devices.loudspeaker,
    "ports on this machine": network.loopback,
    f"port {network.REGISTRY_PORT}": network.registry_port,
    "network": network.network,
    "browser for the tests": software.browser,
    "Wireshark": software.wireshark,
}
"""In the order of the table."""


def examine(patience: float = PATIENCE) -> list[Finding]:
    """Look at everything at once, for at most `patience` seconds; never raises."""
    findings: dict[str, Finding] = {}

    def run(topic: str, examination: Callable[[], Finding]) -> None:
        try:
            findings[topic] = examination()
        except Exception as error:
            findings[topic] = Finding(
                topic, False, f"could not be examined: {error}", _TRY
            )

    threads = [
        threading.Thread(target=run, args=one, name=f"doctor-{one[0]}", daemon=True)
        for one in EXAMINATIONS.items()
    ]
    until = time.monotonic() + patience
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = f"did not answer within {patience:g} seconds"
    return [
        findings.get(topic) or Finding(topic, False, late, _TRY)
        for topic in EXAMINATIONS
    ]
