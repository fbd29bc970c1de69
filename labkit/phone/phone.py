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
from weakref import WeakValueDictionary

from labkit import devices
from labkit.effects import Address, Effect
from labkit.errors import LabkitError, LocalError, NoAnswer
from labkit.net import loop
from labkit.net.addresses import local_host_towards, parse_address, resolve
from labkit.net.media import MediaSession
from labkit.net.sip import SipEndpoint
from labkit.phone.call import Call
from labkit.phone.directory import Directory, RegistryLike, registry_address
from labkit.phone.lens import Lens
from labkit.phone.negotiation import PREFERRED, known_formats, plans, setups
from labkit.phone.state import PhoneState
from labkit.phone.studio import Devices, Studio
from labkit.phone.worker import Worker
from labkit.registry.messages import User, checked_name
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import (
    BusyRefused,
    CallChanged,
    ChangeRefused,
    IncomingCall,
    MediaAgreed,
)
from labkit.signalling.machine.states import CallState
from labkit.signalling.messages.plan import MediaPlan
from labkit.trace import Trace

SIP_PORT = 5060
DECLINED, BUSY = 603, 486
_log = logging.getLogger("labkit.phone")
_phones: WeakValueDictionary[str, Phone] = WeakValueDictionary()


class Phone:
    """One user's phone. Making a second one of the same name closes the first.

    `registry` is a `Registry`, an `Address` or "HOST:PORT"; without one, calls go to
    addresses only. `camera`, `microphone` and `speaker` are devices or their names, as
    "test", "file:clip.mp4", "camera:0", "mic", "none" (`labkit.devices`). `formats` are
    the codecs to offer, best first. `quality` is the JPEG quality, 1 to 99. `t1` is
    SIP's estimate of a round trip in seconds (RFC 3261, 17.1.1.1); 0.1 suits a LAN. A
    call that nobody answers ends after `ring_for` seconds.

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
        t1: float = 0.5,
        ring_for: float = 60.0,
        random: Random | None = None,
    ) -> None:
        self.name = name = checked_name(name)
        former = _phones.pop(name, None)
        if former is not None:
            former.close()
        self.trace = Trace(name)
        self.registry = registry_address(registry)
        self.host = host or local_host_towards(self.registry or Address("127.0.0.1", 9))
        self.own, self.peer = Lens(), Lens()
        self._formats = known_formats(formats)
        self._quality = quality
        self._t1, self._ring_for = t1, ring_for
        self._random = random or SystemRandom()
        eyes = devices.camera(camera, name)
        self._devices = Devices(
            eyes,
            devices.microphone(microphone, name, beside=eyes),
            devices.speaker(speaker),
        )
        self._directory = Directory(name, self.registry, self.trace, self._tell)
        self._calls: dict[str, Call] = {}
        self._call: Call | None = None
        self._notice = ""
        self._changed = threading.Condition()
        self._listeners: list[Callable[[PhoneState], None]] = []
        self._closed = False
        self._endpoint = SipEndpoint(
            self.host,
            port,
            self._new_agent,
            self._on_event,
            self.trace,
        )
        self._worker = Worker(f"labkit-{name}-studio")
        _phones[name] = self

    # --- the registry: who is where ---

    def register(self) -> User:
        """Tell the registry under which name and address calls are taken here (A1).

        Raises NameTaken, AddressTaken or AddressRefused as the registry answers,
        NoAnswer when nobody listens there.
        """
        self._open()
        user = self._directory.register(self.host, self.address.port)
        self._tell(f"registered as {user.name} at {user.host}:{user.port}")
        return user

    def unregister(self) -> None:
        """Take the name off the registry, say goodbye and wait for its 221 (A3, A8)."""
        self._directory.unregister()
        self._tell("unregistered")

    def query(self, name: str) -> User:
        """Ask the registry where `name` is (A2). Raises UnknownUser, NoAnswer."""
        self._open()
        return self._directory.query(name)

    def users(self) -> list[User]:
        """Everybody who is registered (A9). Raises NoAnswer."""
        self._open()
        return self._directory.users()

    # --- calls: may I call you? ---

    def call(self, who: str) -> Call:
        """Invite `who`: a registered name, or "sip:NAME@HOST:PORT" (A10).

        Returns as soon as the invitation has left; `call.wait()` waits for the answer.
        Raises UnknownUser, NoAnswer (no registry), LocalError (a call is in progress).
        """
        self._open()
        if self._call is not None and not self._call.state.is_over:
            raise LocalError(
                f"{self.name} is in a call with {self._call.peer}; hang up first"
            )
        if who == self.name:
            raise LocalError(f"{who} is you; call somebody else")
        target, to = self._find(who)
        studio = self._new_studio()
        media = self._plans(studio)

        def dial(agent: UserAgent, now: float) -> tuple[Call, list[Effect]]:
            call_id, effects = agent.call(target, to, media, now)
            call = self._begin(call_id, studio)
            self._tell(f"calling {call.peer}")
            return call, effects

        try:
            call = self._endpoint.do(dial)
        except LabkitError:
            studio.close()
            raise
        return call

    def answer(self, timeout: float = 5.0) -> Call:
        """Accept the call that is ringing; waits up to `timeout` seconds for one (A11).

        Raises NoAnswer when no call comes in.
        """
        call = self._ringing(timeout)
        studio = self._new_studio()
        media = self._plans(studio)

        def accept(agent: UserAgent, now: float) -> list[Effect]:
            effects = agent.answer(call.call_id, media, now)
            call.studio = studio  # only now: somebody else may have answered meanwhile
            return effects

        try:
            self._endpoint.do(accept)
        except LabkitError:
            studio.close()
            raise
        return call

    def refuse(self, timeout: float = 5.0) -> Call:
        """Decline the call that is ringing (603). Raises NoAnswer when none comes."""
        call = self._ringing(timeout)
        self._endpoint.do(
            lambda agent, now: agent.refuse(call.call_id, now, status=DECLINED)
        )
        return call

    def hang_up(self, call: Call | None = None) -> Call:
        """End the present call, in whatever state it is (A13, B18)."""
        call = call or self._present()

        def end(agent: UserAgent, now: float) -> list[Effect]:
            # Asked here, on the loop: the other side may hang up at the same moment.
            return [] if call.state.is_over else agent.hang_up(call.call_id, now)

        if not call.state.is_over:
            self._endpoint.do(end)
        return call

    def hold(self, call: Call | None = None) -> Call:
        """Put the present call on hold: nothing is sent or played until `resume`."""
        call = call or self._present()
        self._endpoint.do(lambda agent, now: agent.hold(call.call_id, now))
        return call

    def resume(self, call: Call | None = None) -> Call:
        """Go on with a call that you put on hold."""
        call = call or self._present()
        self._endpoint.do(lambda agent, now: agent.resume(call.call_id, now))
        return call

    # --- what there is to see ---

    @property
    def address(self) -> Address:
        """Where this phone takes calls."""
        return self._endpoint.address

    @property
    def present_call(self) -> Call | None:
        """The call in progress or, when it is over, the last one."""
        return self._call

    @property
    def media(self) -> MediaSession | None:
        """Media of the present (or last) call: statistics, levels, history."""
        call = self._call
        return call.studio.session if call is not None and call.studio else None

    @property
    def devices(self) -> Devices:
        """Camera, microphone and loudspeaker of this phone."""
        return self._devices

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
        self._tell("this phone is closed")

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

    def _new_agent(self, contact: Address) -> UserAgent:
        return UserAgent(
            self.name,
            contact,
            random=self._random,
            t1=self._t1,
            ring_for=self._ring_for,
        )

    def _open(self) -> None:
        if self._closed:
            raise LocalError(f"{self.name}'s phone is closed; make a new Phone")

    def _find(self, who: str) -> tuple[str, Address]:
        if who.startswith("sip:"):
            name, _, host = who.removeprefix("sip:").partition("@")
            if not name or not host:
                raise LocalError(f"{who!r} is not sip:NAME@HOST:PORT")
            to = resolve(parse_address(host, SIP_PORT))
            return who, to
        user = self.query(who)
        to = Address(user.host, user.port)
        return f"sip:{user.name}@{to}", to

    def _new_studio(self) -> Studio:
        session = MediaSession(
            self.host,
            name=self.name,
            trace=self.trace,
            random=self._random,
            kinds=tuple(dict.fromkeys(media.kind for media in self._formats)),
        )
        session.quality = self._quality
        session.on_own_picture = self.own.show
        session.on_peer_picture = self.peer.show
        return Studio(session, self._devices, self._worker, self._tell)

    def _plans(self, studio: Studio) -> tuple[MediaPlan, ...]:
        sees = self._devices.camera.fps > 0
        return plans(self._formats, studio.session.ports, sends_video=sees)

    def _begin(self, call_id: str, studio: Studio | None) -> Call:
        """Take up a call that signalling has just begun; on the loop's thread."""
        call = Call(self, self._endpoint.agent.calls[call_id], studio)
        with self._changed:
            over = [key for key, old in self._calls.items() if old.state.is_over]
            for key in over:
                del self._calls[key]
            self._calls[call_id] = self._call = call
            self._changed.notify_all()
        return call

    def _on_event(self, event: object) -> None:
        """What signalling tells, on the loop's thread."""
        match event:
            case IncomingCall():
                call = self._begin(event.call_id, None)
                self._tell(f"{call.peer} is calling; answer or refuse")
            case CallChanged() if event.call_id in self._calls:
                self._call_changed(self._calls[event.call_id])
            case MediaAgreed() if event.call_id in self._calls:
                studio = self._calls[event.call_id].studio
                if studio is not None:
                    held = self._endpoint.agent.calls[event.call_id].held_by_me
                    studio.set_up(setups(event.streams, held))
            case ChangeRefused():
                self._tell(f"refused: {event.why}; the call goes on as it was")
            case BusyRefused():
                self._tell(f"{event.peer.name} called and was told that you are busy")

    def _call_changed(self, call: Call) -> None:
        call.update(self._endpoint.agent.calls[call.call_id])
        if call.state.is_over and call.studio is not None:
            call.studio.close()
        self._tell(str(call.snapshot()))

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

    def _present(self) -> Call:
        self._open()
        if self._call is None:
            raise LocalError(f"{self.name} is in no call")
        return self._call

    def _ringing(self, timeout: float) -> Call:
        self._open()

        def incoming() -> bool:
            return self._call is not None and self._call.state is CallState.INCOMING

        with self._changed:
            if not self._changed.wait_for(incoming, timeout) or self._call is None:
                raise NoAnswer(
                    f"no call came in for {self.name} within {timeout:g} s; "
                    f"let somebody call {self.name} first"
                )
            return self._call

    def _end_call(self) -> None:
        call = self._call
        if call is None:
            return
        try:
            self.hang_up(call)
        finally:
            if call.studio is not None:
                call.studio.close()


@atexit.register
def _close_all() -> None:
    for phone in tuple(_phones.values()):
        phone.close()
