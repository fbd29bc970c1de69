"""The phone: what a student types, and what the buttons press.

    alice = Phone("alice", registry)
    alice.register()
    call = alice.call("bob")        # bob.answer()
    call.hang_up()

Requirements A1-A13, B11-B18. Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from random import Random, SystemRandom

from labkit import devices
from labkit.dialects import Dialect, load
from labkit.effects import Address
from labkit.errors import LabkitError, LocalError
from labkit.media.treatments import Treatments
from labkit.net import loop
from labkit.net.addresses import local_host_towards
from labkit.net.registry_errors import NameTaken
from labkit.phone import names
from labkit.phone.appearance import Appearance
from labkit.phone.buttons import Buttons
from labkit.phone.calls import Calls
from labkit.phone.chatting import Chatting
from labkit.phone.dialect_defaults import usual_pictures, usual_port
from labkit.phone.directory import Directory, RegistryLike, registry_address
from labkit.phone.lens import Lens
from labkit.phone.line import open_line
from labkit.phone.negotiation import PREFERRED, known_formats
from labkit.phone.notices import Notices
from labkit.phone.patience import SILENT
from labkit.phone.picture_quality import PictureQuality, chosen_quality
from labkit.phone.present import Present
from labkit.phone.recording import Recordings
from labkit.phone.state import PhoneState
from labkit.phone.studio import Devices
from labkit.phone.studio_maker import StudioMaker
from labkit.phone.switches import Switches
from labkit.phone.worker import Worker
from labkit.registry.messages import User, checked_name
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.destination import Transport
from labkit.trace import Trace

_log = logging.getLogger("labkit.phone")


class Phone(Buttons):
    """One user's phone. Making a second one of the same name closes the first.

    `registry` is a `Registry`, an `Address`, "HOST:PORT", or "lan" for the one that
    announces itself on this network; without one, calls go to addresses only.
    `camera`, `microphone` and `speaker` are devices or their names, as "test",
    "file:clip.mp4", "camera:0", "mic", "none" (`labkit.devices`). `formats` are
    the codecs to offer, best first. `picture_quality` says how large and how good the
    pictures are, as "low" or `PictureQuality(width=320)`; `quality` is short for one
    that names only the JPEG quality, 1 to 99.
    `transport`, "UDP" or "TCP", carries SIP in the calls that we make. `t1` is SIP's
    estimate of a round trip in seconds (RFC 3261, 17.1.1.1); 0.1 suits a LAN. A call
    that nobody answers ends after `ring_for` seconds; one in which nothing comes from
    the peer any more, neither media nor reports, after `silent` seconds. `treatments`
    are the switches for latency and loss (A15, A16); without them the phone chooses
    itself. `password` answers whoever asks who we are, by a digest (RFC 8760).
    With `srtp` sound and pictures are encrypted (RFC 3711, 4568), or there is no call.
    `dialect` names another group's wire format, or its file (`labkit.dialects`):
    registry, calls and media then speak that.

    Raises LocalError for a name, address or format that cannot be, DeviceError for a
    device that nobody knows.
    """

    def __init__(
        self,
        name: str,
        registry: RegistryLike | None = None,
        *,
        host: str | None = None,
        port: int = 0,
        camera: devices.Camera | str = "test",
        microphone: devices.Microphone | str = "test",
        speaker: devices.Speaker | str = "memory",
        formats: Sequence[str] = PREFERRED,
        quality: int = 50,
        picture_quality: PictureQuality | str | None = None,
        transport: Transport = "UDP",
        t1: float = 0.5,
        ring_for: float = 60.0,
        password: str = "",
        srtp: bool = False,
        silent: float = SILENT,
        treatments: Treatments | None = None,
        dialect: Dialect | str | None = None,
        random: Random | None = None,
    ) -> None:
        self._dialect = load(dialect) if isinstance(dialect, str) else dialect
        usual = usual_pictures(self._dialect, quality)
        pictures = chosen_quality(picture_quality or usual)
        self._notices = notices = Notices(lambda: self.state)
        self._present = present = Present()
        self._switches = Switches(treatments, present)
        self.name = checked_name(name)
        names.free(name)
        self.trace = Trace(name)
        self.registry = registry_address(registry, usual_port(self._dialect))
        self.host = host or local_host_towards(self.registry or Address("127.0.0.1", 9))
        self.own, self.peer = Lens(), Lens()
        known, random = known_formats(formats), random or SystemRandom()
        eyes = devices.camera(camera, name)
        chosen = Devices(
            eyes,
            devices.microphone(microphone, name, beside=eyes),
            devices.speaker(speaker, name),
        )
        self._appearance = Appearance(
            chosen, pictures, present, notices, self._offer_pictures
        )
        self._password, self._suggestion, self._closed = password, "", False
        self._directory = self._new_directory()
        self._worker = Worker(f"labkit-{name}-studio")
        studios = StudioMaker(
            self.host,
            known,
            srtp=srtp,
            dialect=self._dialect,
            trace=self.trace,
            random=random,
            appearance=self._appearance,
            switches=self._switches,
            lenses=(self.own, self.peer),
            worker=self._worker,
            notices=notices,
        )
        self._calls = calls = Calls(name, present, studios, notices, self.query, silent)
        self._chatting = Chatting(present, calls, notices)
        self._recordings = Recordings(calls, notices, self.own, self.peer)
        new_agent = partial(
            UserAgent,
            name,
            random=random,
            transport=transport,
            t1=t1,
            ring_for=ring_for,
            password=password,
        )
        try:
            calls.line = open_line(
                self.host,
                port,
                new_agent,
                self._on_event,
                self.trace,
                dialect=self._dialect,
                find=lambda name: self._directory.query(name).address,
            )
        except BaseException:
            self._worker.close()
            raise
        names.give(name, self)

    # --- the registry: who is where ---

    def register(self) -> User:
        """Tell the registry under which name and address calls are taken here (A1).

        Raises NameTaken, AddressTaken or AddressRefused as the registry answers,
        NoAnswer when nobody listens there.
        """
        self._open()
        self._suggestion = ""
        try:
            user = self._directory.register(self.host, self.address.port)
        except NameTaken as taken:
            self._suggestion = taken.suggestion
            raise
        self._notices.tell(f"registered as {user.name} at {user.host}:{user.port}")
        return user

    def unregister(self) -> None:
        """Take the name off the registry, say goodbye and wait for its 221 (A3, A8)."""
        self._directory.unregister()
        self._notices.tell("unregistered")

    def rename(self, name: str) -> None:
        """Take another name, such as the one that NameTaken suggests (B6).

        A phone of this kernel that has it is closed. Raises LocalError for a name that
        cannot be, during a call, and while this phone is registered.
        """
        self._open()
        name = checked_name(name)
        if self._present.call is not None and not self._present.call.state.is_over:
            raise LocalError(f"{self.name} is in a call; hang up first")
        if self._directory.registered:
            raise LocalError(f"{self.name} is registered; unregister first")
        names.free(name, self)
        names.give(name, self)
        self.name = self._calls.name = self.trace.observer = name
        self._suggestion = ""
        self._calls.line.do(lambda agent, now: agent.rename(name))
        self._directory.close()
        self._directory = self._new_directory()
        self._notices.tell(f"your name is {name} now")

    def query(self, name: str) -> User:
        """Ask the registry where `name` is (A2). Raises UnknownUser, NoAnswer."""
        self._open()
        return self._directory.query(name)

    def users(self) -> list[User]:
        """Everybody who is registered (A9). Raises NoAnswer."""
        self._open()
        return self._directory.users()

    # --- what there is to see ---

    @property
    def address(self) -> Address:
        """Where this phone takes calls."""
        return self._calls.line.address

    @property
    def state(self) -> PhoneState:
        """The phone at this moment, frozen."""
        call = self._present.call
        return PhoneState(
            self.name,
            self.address,
            self.registry,
            self._directory.registered,
            call.snapshot() if call is not None else None,
            self._notices.last,
            self._closed,
            self._appearance.video_paused,
            self._appearance.muted,
            suggestion=self._suggestion,
        )

    def subscribe(self, listener: Callable[[PhoneState], None]) -> Callable[[], None]:
        """Call `listener` with the new state at every change; returns how to stop.

        It is called on the thread that made the change and must return at once.
        """
        return self._notices.subscribe(listener)

    def close(self) -> None:
        """Hang up, unregister, free every socket and thread. Safe to repeat.

        From a subscriber's callback it returns at once: what it waits for would wait
        for the callback.
        """
        if self._closed:
            return
        self._closed = True
        if loop.shared().is_current:
            threading.Thread(target=self._close, name=f"labkit-{self.name}-end").start()
        else:
            self._close()

    def _close(self) -> None:
        interrupted = False
        for end in (
            self._calls.end,
            self._recordings.end,
            self._directory.close,
            self._calls.line.close,
            self._worker.close,
        ):
            try:
                end()
            except LabkitError as error:
                _log.info("while closing %s: %s", self.name, error)
            except KeyboardInterrupt:  # who is in a hurry wants all of it to end
                interrupted = True
        self._notices.tell("this phone is closed")
        if interrupted:
            raise KeyboardInterrupt

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._closed:
            return f"<Phone {self.name}: closed>"
        where = "registered" if self._directory.registered else "not registered"
        call = (
            self._present.call.snapshot()
            if self._present.call is not None
            else "no call"
        )
        return f"<Phone {self.name} at {self.address}: {where}; {call}>"

    # --- inside ---

    def _new_directory(self) -> Directory:
        return Directory(
            self.name,
            self.registry,
            self.trace,
            self._notices.tell,
            self._dialect,
            self._password,
        )

    def _on_event(self, event: object) -> None:
        """What signalling tells, on the loop's thread."""
        for part in (self._calls, self._chatting, self._recordings):
            part.hear(event)

    def _offer_pictures(self) -> None:
        self._calls.offer_pictures()

    def _open(self) -> None:
        if self._closed:
            raise LocalError(f"{self.name}'s phone is closed; make a new Phone")
