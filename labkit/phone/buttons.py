"""What is pressed on a phone, and read off it, while people talk.

Each of these methods passes on to the part of the phone that does it: `calls`,
`chatting`, `recording`, `appearance`, `switches`.

Notebook: 04-videocall.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

from labkit.devices import Camera, Microphone, Speaker
from labkit.devices import camera as make_camera
from labkit.devices import microphone as make_microphone
from labkit.devices import speaker as make_speaker
from labkit.errors import LocalError
from labkit.media.treatments import Treatments
from labkit.net.call_link import CallLink
from labkit.net.media import MediaSession
from labkit.phone.appearance import Appearance
from labkit.phone.call import Call
from labkit.phone.calls import Calls
from labkit.phone.chat_log import ChatLine
from labkit.phone.chatting import Chatting
from labkit.phone.lens import Lens
from labkit.phone.picture_quality import PictureQuality
from labkit.phone.present import Present
from labkit.phone.recording import Recordings
from labkit.phone.studio import Device, Devices
from labkit.phone.switches import Switches


class Buttons(ABC):
    """The base of `Phone`: everything but the registry, and its beginning and end."""

    name: str
    own: Lens
    """What we send, as we see it ourselves."""
    peer: Lens
    """What the peer sends."""
    _present: Present
    _calls: Calls
    _chatting: Chatting
    _recordings: Recordings
    _appearance: Appearance
    _switches: Switches

    @abstractmethod
    def _open(self) -> None:
        """Raises LocalError once the phone is closed."""

    def _demanded(self) -> Call:
        self._open()
        return self._present.demanded(self.name)

    # --- calls: may I call you? -----------------------------------------------------

    def call(self, who: str) -> Call:
        """Invite `who`: a registered name, or "sip:NAME@HOST:PORT" (A10).

        Returns as soon as the invitation has left; `call.wait()` waits for the answer.
        Raises UnknownUser, NoAnswer (no registry), LocalError (a call is in progress).
        """
        self._open()
        return self._calls.call(who)

    def answer(self, timeout: float = 5.0) -> Call:
        """Accept the call that is ringing; waits up to `timeout` seconds for one (A11).

        Raises NoAnswer when no call comes in.
        """
        self._open()
        return self._calls.answer(timeout)

    def refuse(self, timeout: float = 5.0) -> Call:
        """Decline the call that is ringing (603). Raises NoAnswer when none comes."""
        self._open()
        return self._calls.refuse(timeout)

    def hang_up(self, call: Call | None = None) -> Call:
        """End the present call, in whatever state it is (A13, B18)."""
        return self._calls.hang_up(call or self._demanded())

    def hold(self, call: Call | None = None) -> Call:
        """Put the present call on hold: nothing is sent or played until `resume`."""
        return self._calls.hold(call or self._demanded())

    def resume(self, call: Call | None = None) -> Call:
        """Go on with a call that you put on hold."""
        return self._calls.resume(call or self._demanded())

    @property
    def present_call(self) -> Call | None:
        """The call in progress or, when it is over, the last one."""
        return self._present.call

    @property
    def media(self) -> MediaSession | None:
        """Media of the present (or last) call: statistics, levels, history."""
        return self._present.media

    # --- what is said in writing ----------------------------------------------------

    def say(self, text: str) -> ChatLine:
        """Say something in writing to the peer of the present call; also on hold.

        Returns at once; the line of `chat` tells later whether it arrived. Raises
        LocalError in no call, for a text that is empty or too long (about 800 bytes),
        when too many wait, or when the peer's phone takes no text.
        """
        return self._chatting.say(self._demanded(), text)

    @property
    def chat(self) -> tuple[ChatLine, ...]:
        """What was written in the present (or last) call, oldest first."""
        return self._chatting.lines

    # --- recordings -----------------------------------------------------------------

    def record(
        self, path: str | Path, *, overwrite: bool = False, minutes: float = 60.0
    ) -> Path:
        """Ask the peer whether this call may be recorded; once they allow it, it is.

        `path` is a new WebM file, or a folder, in which one is named by the time. Both
        pictures are in it, and both voices, yours left and the peer's right. It ends
        with the call, after `minutes`, or when the disc is full. Returns where it will
        be. Raises LocalError in no call, for a path that cannot be, for a file that
        exists (unless `overwrite`), and when the peer's phone cannot be asked.
        """
        return self._recordings.record(self._demanded(), path, overwrite, minutes)

    def stop_recording(self) -> Path | None:
        """Record no more, or ask no more; returns the file, None if there is none.

        Waits until the file is finished, some seconds at most.
        """
        return self._recordings.stop(self._demanded())

    def allow_recording(self) -> None:
        """Let the peer record this call. Raises LocalError when nobody asked."""
        self._recordings.decide(self._demanded(), True)

    def refuse_recording(self) -> None:
        """Do not let the peer record this call; or no longer, if they do already."""
        self._recordings.decide(self._demanded(), False)

    # --- how our user is seen and heard ---------------------------------------------

    @property
    def devices(self) -> Devices:
        """Camera, microphone and loudspeaker of this phone."""
        return self._appearance.devices

    def use(
        self,
        *,
        camera: Camera | str | None = None,
        microphone: Microphone | str | None = None,
        speaker: Speaker | str | None = None,
    ) -> Devices:
        """Take other devices, named as in `Phone`; during a call, too (C9).

        The former one goes on until the new one delivers, so nobody sees a break; if
        that never happens, it keeps its place and `state.notice` says so. Returns the
        devices. Raises DeviceError when one cannot be used: then the former goes on.
        """
        self._open()
        new: list[Device] = []
        eyes = self.devices.camera
        if camera is not None:
            eyes = make_camera(camera, self.name)
            new.append(eyes)
        if microphone is not None:
            new.append(make_microphone(microphone, self.name, beside=eyes))
        if speaker is not None:
            new.append(make_speaker(speaker, self.name))
        self._appearance.use(new)
        return self.devices

    @property
    def picture_quality(self) -> PictureQuality:
        """How good the pictures are that we send (C8); settable at any time.

        A PictureQuality, or the name of one of PICTURE_QUALITIES. LocalError for
        anything else.
        """
        return self._appearance.picture_quality

    @picture_quality.setter
    def picture_quality(self, quality: PictureQuality | str) -> None:
        self._appearance.improve(quality)

    def pause_video(self) -> None:
        """Keep our pictures back; the voices go on (C6).

        The peer is told by a re-INVITE, `a=recvonly`: it is no hold. Whatever it
        answers, no picture leaves.
        """
        self._open()
        self._appearance.pause(True)

    def resume_video(self) -> None:
        """Send pictures again (C7)."""
        self._open()
        self._appearance.pause(False)

    def mute(self) -> None:
        """Send silence in place of our sound; the peer's is heard as before."""
        self._open()
        self._appearance.mute(True)

    def unmute(self) -> None:
        """Send our sound again."""
        self._open()
        self._appearance.mute(False)

    def snapshot(self, whose: Literal["peer", "own"] = "peer") -> bytes:
        """The newest picture of the peer, or our own, as JPEG.

        Raises LocalError when there is none yet.
        """
        if whose not in ("peer", "own"):
            raise LocalError(f'a snapshot is of "peer" or "own", not of {whose!r}')
        latest = (self.peer if whose == "peer" else self.own).latest
        jpeg = b"" if latest is None else latest.as_jpeg()
        if not jpeg:
            raise LocalError(
                "there is no picture of the peer yet; pictures come once a call is "
                "accepted"
                if whose == "peer"
                else "there is no picture of you yet; pictures come once a call is "
                "accepted"
            )
        return jpeg

    # --- a bad network, and what is done about it -----------------------------------

    @property
    def link(self) -> CallLink:
        """What the network does to this phone's media; change it at any time."""
        return self._switches.link

    @property
    def treatments(self) -> Treatments:
        """How this phone treats latency and loss now (A15, A16).

        Setting them, at any time, ends the automatic choice.
        """
        return self._switches.treatments

    @treatments.setter
    def treatments(self, treatments: Treatments) -> None:
        self._switches.treat(treatments, auto=False)

    @property
    def auto(self) -> bool:
        """Whether the phone chooses its treatments itself, by what it measures."""
        return self._switches.auto

    @auto.setter
    def auto(self, auto: bool) -> None:
        self._switches.treat(self._switches.wanted, auto)

    @property
    def advice(self) -> str:
        """Why the phone chose its treatments, in words; empty if it did not."""
        return self._switches.advice

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments, by name, that the present peer does not take."""
        return self._switches.lacks
