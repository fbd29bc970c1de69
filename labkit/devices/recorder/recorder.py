"""The recorder of a call: a thread that lays four streams on one time, and writes them.

    recorder = Recorder(Path("lesson.webm"))
    recorder.hear("peer", sound)                    # from any thread; returns at once
    recorder.see("own", captured, lambda: pixels)
    recorder.stop()

Whoever hands something over only puts it in a short queue, which drops its oldest: a
call never waits for a recording. The thread works `DELAY` seconds behind the present,
when sound that was on its way has come, 15 pictures a second; when it is behind, it
skips pictures, never sound.

Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from labkit.devices.base import Pixels
from labkit.devices.recorder.layout import together
from labkit.devices.recorder.voice_track import RATE, VoiceTrack
from labkit.devices.recorder.webm import BLOCK, FPS, WebmFile
from labkit.errors import DeviceError, LabkitError
from labkit.frames import Sound
from labkit.net import clock

DELAY = 0.5
"""Seconds; more than a playout buffer's usual length."""
LATEST = 0.8 * DELAY
"""Seconds ago, at most, that something is taken to have been captured: what took longer
(a bad network; a peer whose clock cannot be believed) counts as of then."""
MOST_PICTURES = 16
MOST_SOUNDS = 100
"""Waiting for the thread: a second of pictures, two of sound in stretches of 20 ms."""
MOST_BEHIND = 3
"""Pictures by which the thread may be late before it skips some."""
MOST_BYTES = 2_000_000_000

Whose: TypeAlias = Literal["own", "peer"]
_log = logging.getLogger("labkit.recorder")


class _Pictures:
    """One side's pictures: those that wait, and the one that is seen now."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, Callable[[], Pixels]]] = deque(
            maxlen=MOST_PICTURES
        )
        self._kept = 0.0
        self._seen: Pixels | None = None

    def put(self, captured: float, pixels: Callable[[], Pixels]) -> None:
        if captured - self._kept > 0.8 / FPS or captured < self._kept:
            self._kept = captured
            self._waiting.append((captured, pixels))

    def at(self, time: float) -> Pixels | None:
        """The picture of that time: the newest taken until then, decoded only now."""
        newest = None
        while self._waiting and self._waiting[0][0] <= time:
            newest = self._waiting.popleft()[1]
        if newest is not None:
            try:
                self._seen = newest()
            except LabkitError as error:
                _log.info("a picture is left out: %s", error)
        return self._seen


class Recorder:
    """Records from its construction until `stop`.

    `ended` is called with the reason, in words, when it ends by itself: after `seconds`
    or `most_bytes`, or because the file cannot be written. It runs on the recorder's
    thread.
    """

    def __init__(
        self,
        path: Path,
        *,
        overwrite: bool = False,
        seconds: float = 3600.0,
        most_bytes: int = MOST_BYTES,
        ended: Callable[[str], None] = lambda why: None,
    ) -> None:
        self.path = path
        self.skipped = 0
        """Pictures left out because the thread was behind."""
        self._overwrite = overwrite
        self._seconds, self._most_bytes = seconds, most_bytes
        self._ended = ended
        self._begin = clock.now()
        self._end = self._begin + seconds
        self._stopping = threading.Event()
        self._sounds: dict[Whose, deque[Sound]] = {
            "own": deque(maxlen=MOST_SOUNDS),
            "peer": deque(maxlen=MOST_SOUNDS),
        }
        self._pictures: dict[Whose, _Pictures] = {
            "own": _Pictures(),
            "peer": _Pictures(),
        }
        self._voices: dict[Whose, VoiceTrack] = {
            "own": VoiceTrack(self._begin),
            "peer": VoiceTrack(self._begin),
        }
        self._sound_written = 0
        self._thread = threading.Thread(
            target=self._run, name="labkit-recorder", daemon=True
        )
        self._thread.start()

    # --- from any thread ---

    def hear(self, whose: Whose, sound: Sound) -> None:
        """Take a stretch of a voice, by its capture time."""
        self._sounds[whose].append(replace(sound, captured=_sane(sound.captured)))

    def see(self, whose: Whose, captured: float, pixels: Callable[[], Pixels]) -> None:
        """Take a picture; `pixels` is called later, if it is wanted, on the recorder's
        thread, and may raise a LabkitError."""
        self._pictures[whose].put(_sane(captured), pixels)

    def stop(self) -> None:
        """Write what is there, then end; returns at once. Safe to repeat."""
        if not self._stopping.is_set():
            self._end = min(self._end, clock.now())
            self._stopping.set()

    def wait(self, timeout: float = 5.0) -> bool:
        """Whether the file was finished before the time was up."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # --- on the recorder's thread ---

    def _run(self) -> None:
        try:
            file = WebmFile(self.path, self._overwrite)
            try:
                why = self._record(file)
            finally:
                file.close()
        except DeviceError as error:
            why = str(error)
        except Exception as error:
            _log.exception("the recorder failed")
            why = f"the recording failed: {error}"
        if why:
            self._ended(why)

    def _record(self, file: WebmFile) -> str:
        """Until told to stop (returns nothing), or until a limit: then, which one."""
        number = 0
        while (time := self._begin + number / FPS) < self._end:
            self._stopping.wait(max(time + DELAY - clock.now(), 0.0))
            behind = int((clock.now() - time - DELAY) * FPS)
            if behind > MOST_BEHIND and not self._stopping.is_set():
                self.skipped += behind
                number += behind
                time = self._begin + number / FPS
            peer, own = (self._pictures[w].at(time) for w in ("peer", "own"))
            file.write_picture(together(peer, own), number)
            self._write_sound(file, time)
            if file.size > self._most_bytes:
                return f"{self.path.name} has reached its {self._most_bytes:,} bytes."
            number += 1
        self._write_sound(file, self._end)
        if self._stopping.is_set():
            return ""
        return f"{self.path.name} has reached its {self._seconds / 60:g} minutes."

    def _write_sound(self, file: WebmFile, until: float) -> None:
        for whose, sounds in self._sounds.items():
            while sounds:
                self._voices[whose].put(sounds.popleft())
        end = int((until - self._begin) * RATE) // BLOCK * BLOCK
        while self._sound_written < end:
            count = min(end - self._sound_written, RATE)
            left, right = (
                self._voices["own"].take(count),
                self._voices["peer"].take(count),
            )
            file.write_sound(left, right)
            self._sound_written += count


def _sane(captured: float) -> float:
    now = clock.now()
    return min(max(captured, now - LATEST), now)
