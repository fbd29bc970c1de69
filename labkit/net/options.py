"""Is anybody there? OPTIONS, asked once, by UDP or by TCP, and its answer.

RFC 3261 section 11. A phone answers it whatever else it does; so it shows whether
signalling passes between two machines, by each transport on its own.

Notebook: 02-signalling.
"""

from __future__ import annotations

import socket
from random import SystemRandom

from labkit.effects import Address
from labkit.errors import NoAnswer, RemoteError
from labkit.net import clock
from labkit.net.addresses import local_host_towards, resolve
from labkit.signalling.machine.destination import Transport
from labkit.signalling.machine.profile import Profile
from labkit.signalling.machine.timing import Timing
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.uri import Uri
from labkit.signalling.wire import sip
from labkit.signalling.wire.framing import Splitter

AGAIN = 0.5
"""Seconds after which a question by UDP is repeated: T1 (section 17.1.2.2)."""


class NobodyListens(NoAnswer):
    """The machine answers, but no program has that port."""


def ask(to: Address, transport: Transport, timeout: float = 2.0) -> Response:
    """Ask the phone at `to` what it understands, and wait for the answer.

    Raises NobodyListens when nobody listens there, NoAnswer when nothing comes back,
    RemoteError when it is no SIP that comes back, LocalError for an unknown host.
    """
    to = resolve(to)
    try:
        return _by_tcp(to, timeout) if transport == "TCP" else _by_udp(to, timeout)
    except ConnectionRefusedError:
        raise NobodyListens(
            f"{to.host} answers, but nobody listens at port {to.port}"
        ) from None
    except TimeoutError:
        raise NoAnswer(f"nothing came back from {to} within {timeout:g} s") from None
    except OSError as error:
        raise NoAnswer(f"{to} cannot be reached: {error.strerror or error}") from None


def _by_udp(to: Address, timeout: float) -> Response:
    family = socket.AF_INET6 if ":" in to.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as mine:
        mine.bind((local_host_towards(to), 0))
        mine.connect(to)  # so that a "port unreachable" is told, and strangers are not
        question = _question(Address(*mine.getsockname()[:2]), to, "UDP")
        until = clock.now() + timeout
        while (left := until - clock.now()) > 0:
            mine.send(question)
            mine.settimeout(min(AGAIN, left))
            try:
                return _answer(mine.recv(65_535))
            except TimeoutError:
                continue
    raise TimeoutError


def _by_tcp(to: Address, timeout: float) -> Response:
    until = clock.now() + timeout
    with socket.create_connection(to, timeout) as mine:
        mine.sendall(_question(Address(*mine.getsockname()[:2]), to, "TCP"))
        splitter = Splitter()
        while (left := until - clock.now()) > 0:
            mine.settimeout(left)
            data = mine.recv(65_535)
            if not data:
                raise NoAnswer(f"{to} ended the connection without an answer")
            for message in splitter.feed(data):
                return _answer(message)
    raise TimeoutError


def _question(here: Address, to: Address, transport: Transport) -> bytes:
    profile = Profile("doctor", here, random=SystemRandom(), timing=Timing())
    uri = Uri.of("echo", to)
    return sip.write(
        Request(
            method="OPTIONS",
            uri=uri,
            via=(profile.via(transport),),
            from_=profile.address.tagged(profile.new_tag()),
            to=NameAddress(uri),
            call_id=profile.new_call_id(),
            cseq=CSeq(1, "OPTIONS"),
            contact=(profile.contact_for(transport),),
        )
    )


def _answer(data: bytes) -> Response:
    message = sip.parse(data)
    if not isinstance(message, Response):
        raise RemoteError(f"asked, it asked back: {message}")
    return message
