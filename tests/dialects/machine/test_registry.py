"""The kit's registry speaks other groups' bytes: same table, same rules."""

from __future__ import annotations

import json
import socket

import pytest
from registry.asking import ALICE, BOB, World

from labkit.dialects import load
from labkit.dialects.machine.registry import MOST_ROWS_A_HOST, DialectRegistry
from labkit.errors import LocalError
from labkit.net.registry import Registry
from labkit.registry.machine import (
    Limits,
    Policy,
    RegistrationRefused,
    UserLeft,
    UserLost,
    UserRegistered,
)
from labkit.registry.machine.registry import RegistryMachine


def machine(
    dialect: str, policy: Policy | None = None, limits: Limits | None = None
) -> RegistryMachine:
    talk = load(dialect).registry
    assert talk is not None
    return DialectRegistry(talk, policy, limits)


def world(dialect: str, policy: Policy | None = None) -> World:
    here = World(machine=machine(dialect, policy))
    here.connect("a", ALICE)
    here.connect("b", BOB)
    return here


# --- the Spanish discovery server (C1-C3) ---


def test_the_discovery_server_word_for_word() -> None:
    uam = world("uam")
    assert uam.send("a", b"REGISTER alice 192.168.0.101 8080 pw V0") == (
        b"OK WELCOME alice 1000.000000"
    )
    assert uam.send("b", b"REGISTER bob 192.168.0.121 8081 pw V0#V1") == (
        b"OK WELCOME bob 1000.000000"
    )
    assert uam.send("a", b"QUERY bob") == b"OK USER_FOUND bob 192.168.0.121 8081 V0#V1"
    assert uam.send("a", b"QUERY zed") == b"NOK USER_UNKNOWN"
    assert uam.send("a", b"LIST_USERS") == (
        b"OK USERS_LIST 2 alice 192.168.0.101 8080 1000.000000#"
        b"bob 192.168.0.121 8081 1000.000000#"
    )
    assert uam.send("a", b"HELLO") == b"NOK UNKNOWN_COMMAND"
    assert uam.send("a", b"QUIT") == b"BYE"
    assert uam.closed == ["a"]


def test_an_empty_list_is_a_list() -> None:
    assert world("uam").send("a", b"LIST_USERS") == b"OK USERS_LIST 0 "


def test_the_first_password_of_a_nick_is_the_key_to_its_row() -> None:
    uam = world("uam")
    uam.send("a", b"REGISTER alice 192.168.0.101 8080 pw V0")
    assert uam.send("b", b"REGISTER alice 192.168.0.121 9 other V0") == (
        b"NOK WRONG_PASS"
    )
    assert isinstance(uam.events[-1], RegistrationRefused)
    assert uam.send("b", b"QUERY alice") == (
        b"OK USER_FOUND alice 192.168.0.101 8080 V0"
    )
    assert uam.send("b", b"REGISTER alice 192.168.0.121 9 pw V0").startswith(
        b"OK WELCOME alice "
    )
    assert uam.send("b", b"QUERY alice") == b"OK USER_FOUND alice 192.168.0.121 9 V0"
    event = uam.events[-1]
    assert isinstance(event, UserRegistered)
    assert event.returned
    assert len(uam.machine.users) == 1


def test_a_row_outlives_its_connection_for_nobody_unregisters() -> None:
    uam = world("uam")
    uam.send("a", b"REGISTER alice 192.168.0.101 8080 pw V0")
    uam.drop("a")
    uam.wait(3600)
    assert uam.send("b", b"QUERY alice").startswith(b"OK USER_FOUND alice ")
    assert not any(isinstance(event, UserLost) for event in uam.events)


def test_whoever_registers_an_address_anew_takes_the_place_of_a_row_left_behind() -> (
    None
):
    uam = world("uam")
    uam.send("a", b"REGISTER old 192.168.0.101 8080 pw V0")
    uam.send("a", b"REGISTER alice 192.168.0.101 8080 pw V0")
    assert [user.name for user in uam.machine.users] == ["alice"]
    left = next(event for event in uam.events if isinstance(event, UserLeft))
    assert str(left).endswith("left: alice is at its address now")
    # The name is free again, for any password.
    assert b"WELCOME" in uam.send("b", b"REGISTER old 192.168.0.121 1 new V0")


def test_nobody_takes_a_row_by_stating_an_address_that_is_not_his() -> None:
    uam = world("uam")
    uam.send("a", b"REGISTER alice 192.168.0.101 8080 pw V0")
    assert uam.send("b", b"REGISTER mallory 192.168.0.101 8080 pw V0") == (
        b"NOK SYNTAX_ERROR"  # it has no word for "not your address"
    )
    assert [user.name for user in uam.machine.users] == ["alice"]
    assert uam.send("a", b"QUERY alice").startswith(b"OK USER_FOUND")


def test_a_syntax_error_is_told_once_nothing_more_comes() -> None:
    uam = world("uam")
    assert uam.send("a", b"REGISTER alice 192.168") == b""
    uam.wait(0.29)
    assert uam.read("a") == b""
    uam.wait(0.02)
    assert uam.read("a") == b"NOK SYNTAX_ERROR"
    assert uam.closed == []


def test_two_requests_in_one_segment_and_one_in_two() -> None:
    uam = world("uam")
    both = b"REGISTER alice 192.168.0.101 8080 pw V0LIST_USERS"
    assert uam.send("a", both) == (
        b"OK WELCOME alice 1000.000000"
        b"OK USERS_LIST 1 alice 192.168.0.101 8080 1000.000000#"
    )
    assert uam.send("b", b"LIST_") == b""
    assert uam.send("b", b"USERS").startswith(b"OK USERS_LIST 1 ")


def test_a_name_that_would_spoil_the_list_is_not_taken() -> None:
    uam = world("uam")
    assert uam.send("a", b"REGISTER a#b 192.168.0.101 8080 pw V0") == (
        b"NOK SYNTAX_ERROR"
    )
    assert uam.machine.users == []


def test_one_host_cannot_fill_a_table_that_is_never_emptied() -> None:
    uam = world("uam")
    for number in range(MOST_ROWS_A_HOST):
        request = b"REGISTER u%d 192.168.0.101 %d pw V0" % (number, 1000 + number)
        assert uam.send("a", request).startswith(b"OK WELCOME")
    assert uam.send("a", b"REGISTER more 192.168.0.101 9 pw V0") == b"NOK SYNTAX_ERROR"
    assert uam.send("a", b"REGISTER u7 192.168.0.101 1007 pw V0").startswith(b"OK ")
    assert uam.send("b", b"REGISTER bob 192.168.0.121 1 pw V0").startswith(b"OK ")


# --- the others ---


def test_the_declared_line_protocol_is_the_kits_own_byte_for_byte() -> None:
    declared, own = world("labkit"), World()
    own.connect("a", ALICE)
    own.connect("b", BOB)
    for client, line in [
        ("a", "REGISTER alice 192.168.0.101 6000"),
        ("b", "REGISTER alice 192.168.0.121 6000"),
        ("a", "REGISTER ana 192.168.0.101 6000"),
        ("a", "REGISTER ana 10.0.0.1 6000"),
        ("b", "QUERY alice"),
        ("b", "QUERY zed"),
        ("b", "LIST"),
        ("b", "UNREGISTER alice"),
        ("a", "UNREGISTER alice"),
        ("a", "QUIT"),
    ]:
        assert declared.say(client, line) == own.say(client, line)
    assert declared.say("b", "HELLO").startswith("400 ")
    declared.wait(20)


def test_a_registry_in_json() -> None:
    group = world("json-pedido")

    def ask(client: str, **request: object) -> object:
        return json.loads(group.send(client, json.dumps(request).encode()))

    me = {"nome": "ana", "ip": ALICE, "porta": 6000}
    assert ask("a", **me, **{"tipo-pedido": "r"}) == "Usuario registrado!"
    assert ask("b", **me, **{"tipo-pedido": "r"}) == "Por favor escolha outro nome"
    query = {"nome": "bia", "tipo-pedido": "c", "consulta": "ana"}
    assert ask("b", **query) == {"ip": ALICE, "porta": 6000}
    query["consulta"] = "zeca"
    assert ask("b", **query) == "Pessoa nao encontrada"
    assert ask("a", **{"nome": "ana", "tipo-pedido": "f"}) == "Encerrando conexao!"
    assert group.closed == ["a"]
    assert group.machine.users == []


def test_a_list_in_nested_json_and_one_between_bars() -> None:
    nested, bars = world("nested-json"), world("bars")
    body = {"user": "ana", "addr": [ALICE, 6000]}
    nested.send("a", json.dumps({"type": "register", "body": body}).encode() + b"\n")
    listed = json.loads(nested.send("a", b'{"type": "list"}\n'))
    assert listed["body"] == {"users": [{"user": "ana", "addr": f"{ALICE}:6000"}]}
    bars.send("a", b"~REG|ana|192.168.0.101|6000~")
    assert bars.send("a", b"~LIS~") == b"~USUARIOS|ana,192.168.0.101,6000;~"
    assert bars.send("b", b"~CON|zeca~") == b"~NAO|zeca~"


def test_where_there_is_no_list_none_is_given() -> None:
    plain = world("plain-words")
    assert plain.send("a", b"LIST").startswith(b"ERROR ")


def test_a_length_that_is_none_ends_the_connection_with_a_word() -> None:
    group = world("length-header")
    assert b"[ERROR]" in group.send("a", b"GET / HTTP/1.1\r\n".ljust(64))
    assert group.closed == ["a"]


@pytest.mark.parametrize("dialect", ["uam", "json-pedido", "bars", "plain-words"])
def test_garbage_is_answered_or_not_and_harms_nobody(dialect: str) -> None:
    here = world(dialect)
    for garbage in (
        b"\0" * 100,
        b"\xff\xfe",
        b"{" * 9000,
        b"~" * 999,
        b"QUERY " * 2000,
    ):
        here.send("a", garbage)
        here.wait(11)
    assert here.machine.users == []


def test_a_registry_on_real_sockets_speaks_a_dialect() -> None:
    with (
        Registry("127.0.0.1", 0, dialect="uam") as registry,
        socket.create_connection(tuple(registry.address), 10) as client,
    ):
        client.sendall(b"REGISTER alice 127.0.0.1 8080 pw V0")
        assert client.recv(100).startswith(b"OK WELCOME alice ")
        assert [user.name for user in registry.users] == ["alice"]
        client.sendall(b"QUERY nobody")
        assert client.recv(100) == b"NOK USER_UNKNOWN"
        heard = [r.data for r in registry.trace if r.direction == "received"]
        assert heard == [b"REGISTER alice 127.0.0.1 8080 pw V0", b"QUERY nobody"]


def test_a_dialect_without_a_registry_cannot_run_one() -> None:
    from labkit.dialects import parse

    text = (
        'name = "ours"\n[call.messages]\ninvite = "C {name}"\naccept = "S"\n'
        'refuse = "N"\nend = "F"\n'
    )
    with pytest.raises(LocalError, match="the dialect ours has no"):
        Registry("127.0.0.1", 0, dialect=parse(text))
