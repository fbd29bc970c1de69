"""A phone's registry client speaks a dialect to the kit's registry, over sockets."""

from __future__ import annotations

import pytest

from labkit.dialects import DECLARED, load
from labkit.dialects.machine.client_wire import DialectClientWire
from labkit.errors import LocalError, NoAnswer, RemoteError
from labkit.net.registry import Registry
from labkit.net.registry_client import NameTaken, RegistryClient, UnknownUser
from labkit.registry.messages import ListUsers, Query, Register, User, UserList

HOST = "127.0.0.1"
WITH_LISTS = ("labkit", "voice-room", "uam", "bars", "nested-json")


def client(registry: Registry, dialect: str, name: str) -> RegistryClient:
    talk = load(dialect).registry
    assert talk is not None
    wire = DialectClientWire(talk, name)
    return RegistryClient(registry.address, observer=name, wire=wire)


@pytest.mark.parametrize("dialect", DECLARED)
def test_register_query_list_and_leave(dialect: str) -> None:
    with Registry(HOST, 0, dialect=dialect) as registry:
        alice = client(registry, dialect, "alice")
        bob = client(registry, dialect, "bob")
        assert alice.register("alice", HOST, 6000) == User("alice", HOST, 6000)
        assert bob.query("alice") == User("alice", HOST, 6000)
        with pytest.raises((UnknownUser, RemoteError)):
            bob.query("zeca")
        if dialect in WITH_LISTS:
            bob.register("bob", HOST, 6001)
            assert [user.name for user in alice.list()] == ["alice", "bob"]
        else:
            with pytest.raises((LocalError, RemoteError)):
                alice.list()
        alice.quit()
        assert not alice.connected
        bob.close()


def test_a_name_that_is_taken_is_told_as_such() -> None:
    with Registry(HOST, 0, dialect="json-pedido") as registry:
        client(registry, "json-pedido", "ana").register("ana", HOST, 6000)
        with pytest.raises(NameTaken, match="name taken: ana"):
            client(registry, "json-pedido", "ana").register("ana", HOST, 6001)


def test_a_wrong_password_is_told_as_such() -> None:
    with Registry(HOST, 0, dialect="uam") as registry:
        client(registry, "uam", "ana").register("ana", HOST, 6000)
        talk = load("uam").registry
        assert talk is not None
        other = talk.requests.write(
            "register", name="ana", host=HOST, port=6000, password="other"
        )
        wire = DialectClientWire(talk, "ana")
        wire.write_request = lambda request: other  # type: ignore[method-assign]
        intruder = RegistryClient(registry.address, observer="x", wire=wire)
        with pytest.raises(RemoteError, match="401: wrong password: ana"):
            intruder.register("ana", HOST, 6000)


@pytest.mark.parametrize(
    ("reply", "request_"),
    [
        (b"OK USER_FOUND bob 0.0.0.0 80 V0", Query("bob")),
        (b"OK USER_FOUND bob 10.0.0.1 80 V0", ListUsers()),
        (b"OK WELCOME bob 1.5", Query("bob")),
        (b"OK USERS_LIST 1 bob 999.0.0.1 80 1.5#", ListUsers()),
        (b"garbage", Register("bob", "10.0.0.1", 80)),
        (b"OK USERS_LIST 0", None),
    ],
)
def test_what_is_no_reply_is_told_and_harms_nobody(
    reply: bytes, request_: object
) -> None:
    talk = load("uam").registry
    assert talk is not None
    with pytest.raises(RemoteError):
        DialectClientWire(talk, "ana").parse_reply(reply, request_)  # type: ignore[arg-type]


def test_a_list_that_lies_about_its_length_is_none() -> None:
    talk = load("labkit").registry
    assert talk is not None
    wire = DialectClientWire(talk, "ana")
    pieces = wire.reply_reader().feed(b"200 1 users\nana 10.0.0.1 80\n.\n200 2 users\n")
    reply = wire.parse_reply(pieces[0], ListUsers())
    assert reply == UserList((User("ana", "10.0.0.1", 80),))
    with pytest.raises(RemoteError):
        wire.parse_reply(pieces[0].replace(b"1 users", b"2 users"), ListUsers())


def test_a_registry_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with Registry(HOST, 0, dialect="length-header") as registry:
        confused = client(registry, "plain-words", "ana")
        confused.timeout = 0.2
        with pytest.raises(NoAnswer):
            confused.register("ana", HOST, 6000)
        confused.close()
