"""The registry's SIP door, used by a phone that nobody here wrote, and by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from labkit import Phone, Registry
from labkit.foreign import Baresip
from labkit.foreign.baresip import TONE
from labkit.foreign.meeting import NEAR, hears, objections, phone_for, until
from labkit.registry.messages import User
from labkit.signalling import CallState
from tests.foreign.conftest import need

DOOR = "127.0.0.10"


@pytest.fixture(params=[None, {"bob": "se cret", "carol": "x"}], ids=["open", "digest"])
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    with Registry(DOOR, 0, sip=0, passwords=request.param) as registry:
        yield registry


@pytest.fixture
def bob(registry: Registry) -> Iterator[Baresip]:
    need("baresip")
    secret = ';auth_pass="se cret"'
    with Baresip(
        "127.0.0.11",
        registrar=str(registry.sip_address),
        account=f";answermode=auto{secret}",
    ) as bob:
        assert until(lambda: where(registry, "bob") is not None), bob.log
        yield bob


@pytest.fixture
def alice(registry: Registry) -> Iterator[Phone]:
    with phone_for(["opus", "VP8"], "127.0.0.12") as alice:
        yield alice


def where(registry: Registry, name: str) -> User | None:
    return next((user for user in registry.users if user.name == name), None)


def test_baresip_registers_and_is_called_by_name(
    registry: Registry, bob: Baresip, alice: Phone
) -> None:
    user = where(registry, "bob")
    assert user is not None
    assert (user.host, user.port) == bob.address
    call = alice.call(f"sip:bob@{registry.sip_address}").wait()
    assert call.state is CallState.ACCEPTED
    assert call.snapshot().peer_address == bob.address  # directly, not by the door
    bob.wait_for("CALL_ESTABLISHED")
    assert objections(alice, bob) == []


def test_baresip_dials_a_name_and_is_redirected(
    registry: Registry, bob: Baresip
) -> None:
    with Phone(
        "dave", registry.address, host=DOOR, microphone="tone:700", formats=["PCMU"]
    ) as dave:
        dave.register()
        bob.dial(f"sip:dave@{registry.sip_address}")
        call = dave.answer()
        bob.wait_for("CALL_ESTABLISHED")
        assert call.snapshot().peer_address == bob.address
        assert until(lambda: abs(hears(dave) - TONE) < NEAR)
        dave.hang_up()
        bob.wait_for("CALL_CLOSED")
    bob.dial(f"sip:zed@{registry.sip_address}")
    assert "404" in bob.wait_for("CALL_CLOSED")["param"]


def test_it_leaves_when_it_ends(registry: Registry, bob: Baresip) -> None:
    assert where(registry, "bob") is not None
    bob.command("quit")
    assert until(lambda: where(registry, "bob") is None)


def said(registry: Registry, text: str) -> str:
    """What the door answers over TCP to a request typed by hand."""
    assert registry.sip_address is not None
    with socket.create_connection(registry.sip_address, timeout=5) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        return connection.recv(10_000).decode()


BY_HAND = """\
REGISTER sip:127.0.0.10 SIP/2.0
Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKhand
From: <sip:{name}@127.0.0.10>;tag=1
To: <sip:{name}@127.0.0.10>
Call-ID: by-hand
CSeq: 1 REGISTER
Contact: <sip:{name}@127.0.0.1:6000>
Content-Length: 0

"""


def test_the_table_is_the_same_for_all() -> None:
    """Over TCP; a name that came by one door cannot be taken by the other."""
    with Registry(DOOR, 0, sip=0) as registry, Phone("zoe", registry.address) as zoe:
        zoe.register()
        assert "403 name taken: zoe" in said(registry, BY_HAND.format(name="zoe"))
        answer = said(registry, BY_HAND.format(name="yan"))
        assert answer.startswith("SIP/2.0 200 OK")
        assert (zoe.query("yan").host, zoe.query("yan").port) == ("127.0.0.1", 6000)
        gone = BY_HAND.replace(":6000>", ":6000>;expires=0").format(name="yan")
        assert "200 OK" in said(registry, gone)
        assert [user.name for user in zoe.users()] == ["zoe"]
        assert [
            record.transport
            for record in registry.trace
            if record.plane == "signalling"
        ]
