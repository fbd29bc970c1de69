"""Recording a call to a file, with the consent of the other side (RFC 7866).

    alice.record("lesson.webm")      # bob is asked
    bob.allow_recording()            # the recording begins, and bob's phone says so
    alice.stop_recording()

Nothing is kept before the peer has consented; when
they take that back, or the call ends, so does the recording.

Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labkit.devices.base import Pixels
from labkit.devices.recorder import Recorder, Whose
from labkit.effects import Effect
from labkit.errors import LabkitError, LocalError
from labkit.media.codecs.jpeg import JpegDecoder
from labkit.net import loop
from labkit.net.media import Shown
from labkit.phone.call import Call
from labkit.phone.calls import Calls
from labkit.phone.lens import Lens
from labkit.phone.notices import Notices
from labkit.phone.recording_file import new_file
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import RecordingChanged
from labkit.signalling.machine.states import CallState

FINISHED = 5.0
"""Seconds in which a file is finished, at most."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be recorded once the peer allows it."""

    call: Call
    path: Path
    overwrite: bool
    seconds: float


class Recordings:
    """Asking for consent and giving it; what is recorded, and where to.

    `own` and `peer` are what our pictures and the peer's are seen through.
    """

    def __init__(self, calls: Calls, notices: Notices, own: Lens, peer: Lens) -> None:
        self.recorder: Recorder | None = None
        """The last one; it may be over."""
        self._calls, self._own, self._peer = calls, own, peer
        self._tell = notices.tell
        self._order: _Order | None = None
        self._untap: list[Callable[[], None]] = []
        """How to take its hands off the media."""

    # --- what our user does ---

    def record(
        self, call: Call, path: str | Path, overwrite: bool, minutes: float
    ) -> Path:
        """Ask whether this call may be recorded; once they allow it, it is."""
        if not 0 < minutes <= 1440:
            raise LocalError(f"record for up to 1440 minutes, not {minutes}")
        order = _Order(call, new_file(path, overwrite), overwrite, 60 * minutes)

        def ask(agent: UserAgent, now: float) -> list[Effect]:
            effects = agent.record(call.call_id, True, now)
            self._order = order
            return effects

        self._calls.line.do(ask)
        return order.path

    def stop(self, call: Call) -> Path | None:
        """Record no more, or ask no more; waits until the file is finished."""

        def stop(agent: UserAgent, now: float) -> tuple[Recorder | None, list[Effect]]:
            recorder = self.recorder if call.snapshot().records else None
            return recorder, agent.record(call.call_id, False, now)

        recorder = self._calls.line.do(stop)
        self._finish()
        return None if recorder is None else recorder.path

    def decide(self, call: Call, allows: bool) -> None:
        """Let the peer record this call, or do not, or no longer."""
        self._calls.line.do(
            lambda agent, now: agent.allow_recording(call.call_id, allows, now)
        )

    def end(self) -> None:
        """The call is over: take hands off its media, finish the file."""
        self._end_recording()
        self._finish()

    # --- what comes of it, on the loop's thread ---

    def hear(self, event: object) -> None:
        """What signalling tells, on the loop's thread."""
        match event:
            case RecordingChanged() if call := self._calls.known(event.call_id):
                call.update(self._calls.line.agent.calls[event.call_id])
                self._ours_changed(call, event)
                self._theirs_changed(call, event)

    def _ours_changed(self, call: Call, event: RecordingChanged) -> None:
        before, now, peer = event.was_recording, event.recording, call.peer
        if before == now:
            return
        if now == "on":
            self._begin_recording(call)
            self._tell(f"{peer} consented; the call is recorded")
        elif before == "on":
            self._end_recording()
            if now == "refused":
                self._tell(f"{peer} wants no recording any more; it ended here")
            elif call.state.is_up:
                self._tell("the recording has ended")
        elif now == "refused":
            self._tell(f"{peer} does not want the call to be recorded")
        elif now == "asked":
            self._tell(f"{peer} is asked whether the call may be recorded")

    def _theirs_changed(self, call: Call, event: RecordingChanged) -> None:
        before, now, peer = event.was_recorded, event.recorded, call.peer
        if before == now:
            return
        if now == "asking":
            self._tell(f"{peer} asks whether they may record the call")
        elif now == "on":
            self._tell(f"{peer} records the call from now on")
        elif before == "on" and call.state.is_up:
            self._tell(f"{peer} does not record the call any more")

    def _begin_recording(self, call: Call) -> None:
        order, studio = self._order, call.studio
        if order is None or order.call is not call or studio is None:
            return
        self._end_recording()
        recorder = Recorder(
            order.path,
            overwrite=order.overwrite,
            seconds=order.seconds,
            ended=lambda why: self._ended_by_itself(call, why),
        )
        session = studio.session
        session.tap_sound(partial(recorder.hear, "own"), partial(recorder.hear, "peer"))
        self.recorder = recorder
        self._untap = [
            lambda: session.tap_sound(None, None),
            self._peer.watch(_Watcher(recorder, "peer", lambda: True)),
            self._own.watch(_Watcher(recorder, "own", lambda: _is_seen(call))),
        ]

    def _end_recording(self) -> None:
        for untap in self._untap:
            untap()
        self._untap = []
        if self.recorder is not None:
            self.recorder.stop()

    def _ended_by_itself(self, call: Call, why: str) -> None:
        """A limit, or a full disc: the recording is over, the call goes on. On the
        recorder's thread."""
        try:
            self._calls.line.do(
                lambda agent, now: agent.record(call.call_id, False, now)
            )
        except LabkitError:
            pass  # the call, or the phone, is over too
        self._tell(f"{why} The recording ends here; the call goes on.")

    def _finish(self) -> None:
        """Wait for the file, but never on the thread that all calls need."""
        if self.recorder is not None and not loop.shared().is_current:
            self.recorder.wait(FINISHED)


class _Watcher:
    """Hands one side's pictures to the recorder, to be decoded there if at all."""

    def __init__(
        self,
        recorder: Recorder,
        whose: Whose,
        is_seen: Callable[[], bool],
    ) -> None:
        self._recorder = recorder
        self._whose: Whose = whose
        self._is_seen = is_seen
        self._decoder = JpegDecoder()

    def __call__(self, shown: Shown) -> None:
        if self._is_seen():
            captured = shown.arrived if shown.captured is None else shown.captured
            self._recorder.see(self._whose, captured, lambda: self._pixels(shown))

    def _pixels(self, shown: Shown) -> Pixels:
        if shown.pixels is not None:
            return shown.pixels
        return self._decoder.decode(shown.jpeg or b"")


def _is_seen(call: Call) -> bool:
    """Whether the peer gets our pictures: what they do not see is not recorded."""
    studio = call.studio
    paused = studio is not None and studio.session.video_paused
    return call.state is CallState.ACCEPTED and not paused
