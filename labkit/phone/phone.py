"""The phone: what a student types, and what the buttons press.

    alice = Phone("alice", registry)
    alice.register()
    call = alice.call("bob")        # bob.answer()
    call.hang_up()

Requirements A1-A13, B11-B18. Notebook: 04-videocall.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Sequence
from random import Random, SystemRandom
from typing import cast
from weakref import WeakValueDictionary

from labkit import devices
from labkit.dialects import Dialect, load
from labkit.effects import Address
from labkit.errors import LabkitError, LocalError
from labkit.media.treatments import Treatments
from labkit.net import loop
from labkit.net.addresses import local_host_towards
from labkit.net.dialect_calls import DialectEndpoint
from labkit.net.registry_errors import NameTaken
from labkit.net.sip import SipEndpoint
from labkit.phone.appearance import Appearance
from labkit.phone.directory import Directory, RegistryLike, registry_address
from labkit.phone.lens import Lens
from labkit.phone.negotiation import PREFERRED, known_formats
from labkit.phone.patience import SILENT
from labkit.phone.picture_quality import PictureQuality
from labkit.phone.speaking import usual_pictures, usual_port
from labkit.phone.state import PhoneState
from labkit.phone.studio import Devices
from labkit.phone.worker import Worker
from labkit.registry.messages import User, checked_name
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.destination import Transport
from labkit.trace import Trace

_log = logging.getLogger("labkit.phone")
_phones: WeakValueDictionary[str, Phone] = WeakValueDictionary()


class Phone(Appearance):
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
        wanted = picture_quality or usual_pictures(self._dialect, quality)
        super().__init__(treatments, wanted)
        self.name = name = checked_name(name)
        former = _phones.pop(name, None)
        if former is not None:
            former.close()
        self.trace = Trace(name)
        self.registry = registry_address(registry, usual_port(self._dialect))
        self.host = host or local_host_towards(self.registry or Address("127.0.0.1", 9))
        self.own, self.peer = Lens(), Lens()
        self._formats = known_formats(formats)
        self._transport, self._t1, self._ring_for = transport, t1, ring_for
        self._silent, self._password, self._srtp = silent, password, srtp
        self._random = random or SystemRandom()
        eyes = devices.camera(camera, name)
        self._devices = Devices(
            eyes,
            devices.microphone(microphone, name, beside=eyes),
            devices.speaker(speaker, name),
        )
        self._directory = self._new_directory()
        self._notice = self._suggestion = ""
        self._changed = threading.Condition()
        self._listeners: list[Callable[[PhoneState], None]] = []
        self._closed = False
        self._endpoint = self._new_endpoint(port)
        self._worker = Worker(f"labkit-{name}-studio")
        _phones[name] = self

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
        self._tell(f"registered as {user.name} at {user.host}:{user.port}")
        return user

    def unregister(self) -> None:
        """Take the name off the registry, say goodbye and wait for its 221 (A3, A8)."""
        self._directory.unregister()
        self._tell("unregistered")

    def rename(self, name: str) -> None:
        """Take another name, such as the one that NameTaken suggests (B6).

        A phone of this kernel that has it is closed. Raises LocalError for a name that
        cannot be, during a call, and while this phone is registered.
        """
        self._open()
        name = checked_name(name)
        if self._call is not None and not self._call.state.is_over:
            raise LocalError(f"{self.name} is in a call; hang up first")
        if self._directory.registered:
            raise LocalError(f"{self.name} is registered; unregister first")
        self._take_name(name)
        self.name = self.trace.observer = name
        self._suggestion = ""
        self._endpoint.do(lambda agent, now: agent.rename(name))
        self._directory.close()
        self._directory = self._new_directory()
        self._tell(f"your name is {name} now")

    def _take_name(self, name: str) -> None:
        """Have the name in this kernel: who had it before is closed."""
        former = _phones.pop(name, None)
        if former is not None and former is not self:
            former.close()
        if _phones.get(self.name) is self:
            del _phones[self.name]
        _phones[name] = self

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
        return self._endpoint.address

    @property
    def state(self) -> PhoneState:
        """The phone at this moment, frozen."""
        call = self._call
        return PhoneState(
            self.name,
            self.address,
            self.registry,
            self._directory.registered,
            call.snapshot() if call is not None else None,
            self._notice,
            self._closed,
            self._video_paused,
            self._muted,
            suggestion=self._suggestion,
        )

    def subscribe(self, listener: Callable[[PhoneState], None]) -> Callable[[], None]:
        """Call `listener` with the new state at every change; returns how to stop.

        It is called on the thread that made the change and must return at once.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

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
            self._end_call,
            self._directory.close,
            self._endpoint.close,
            self._worker.close,
        ):
            try:
                end()
            except LabkitError as error:
                _log.info("while closing %s: %s", self.name, error)
            except KeyboardInterrupt:  # who is in a hurry wants all of it to end
                interrupted = True
        self._tell("this phone is closed")
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
        call = self._call.snapshot() if self._call is not None else "no call"
        return f"<Phone {self.name} at {self.address}: {where}; {call}>"

    # --- inside ---

    def _new_directory(self) -> Directory:
        return Directory(
            self.name,
            self.registry,
            self.trace,
            self._tell,
            self._dialect,
            self._password,
        )

    def _new_endpoint(self, port: int) -> SipEndpoint[UserAgent]:
        if self._dialect is None:
            return SipEndpoint(
                self.host, port, self._new_agent, self._on_event, self.trace
            )
        endpoint = DialectEndpoint(
            self.host,
            port,
            self.name,
            self._dialect,
            self._on_event,
            self.trace,
            lambda name: self._directory.query(name).address,
        )
        return cast(SipEndpoint[UserAgent], endpoint)

    def _new_agent(self, contact: Address) -> UserAgent:
        return UserAgent(
            self.name,
            contact,
            random=self._random,
            transport=self._transport,
            t1=self._t1,
            ring_for=self._ring_for,
            password=self._password,
        )

    def _open(self) -> None:
        if self._closed:
            raise LocalError(f"{self.name}'s phone is closed; make a new Phone")

    def _tell(self, notice: str) -> None:
        with self._changed:
            self._notice = notice
            self._changed.notify_all()
        state = self.state
        for listener in tuple(self._listeners):
            try:
                listener(state)
            except Exception:
                _log.exception("a listener of %s's phone failed", self.name)


@atexit.register
def _close_all() -> None:
    for phone in tuple(_phones.values()):
        phone.close()
