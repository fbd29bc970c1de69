"""The kit's commands as programs of their own, typed at and read from.

with program("registry", "--host", "127.0.0.1", "--port", "0") as registry:
    line = registry.until("The registry listens on")
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PATIENCE = 60
"""Seconds for the next line."""


class Program:
    """`labkit …` in a process of its own; `on` is what starts it on another host."""

    def __init__(self, *arguments: str, on: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*on, sys.executable, "-m", "labkit.cli", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=os.environ | {"COLUMNS": "1000"},
        )
        self.printed: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def type(self, text: str) -> None:
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def until(self, wanted: str) -> str:
        """The next line printed that contains `wanted`."""
        while True:
            try:
                self.printed.append(self._lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError(
                    f"{wanted!r} was not printed, but {self.printed}"
                ) from None
            if wanted in self.printed[-1]:
                return self.printed[-1]

    def all(self) -> list[str]:
        """What it prints until its end."""
        self.process.wait(PATIENCE)
        while True:
            try:
                self.printed.append(self._lines.get(timeout=0.2))
            except queue.Empty:
                return self.printed


@contextmanager
def program(*arguments: str, on: Sequence[str] = ()) -> Iterator[Program]:
    """Such a program, killed at the end."""
    running = Program(*arguments, on=on)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait(10)
        running.process.stdin.close()
