"""The SIP door without a socket: REGISTER, digest, and 302 for whoever calls."""

from __future__ import annotations

from random import Random

import pytest

from labkit.effects import Address, Send, StartTimer
from labkit.signalling.machine.guard import VALID_FOR
from labkit.signalling.machine.registrar import Expires, Registrar
from labkit.signalling.messages.digest import Challenge
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip
from tests.signalling.literal import STRANGER, request

HOME = "127.0.0.2"
BOB = f"<sip:bob@{HOME}>"
THERE = Address("127.0.0.9", 5070)


class Table(dict[str, Address]):
    """Rows, and nothing more."""

    why = ""

    def find(self, name: str) -> Address | None:
        return self.get(name)

    def enter(self, name: str, address: Address, source: Address) -> str:
        if not self.why:
            self[name] = address
        return self.why

    def leave(self, name: str) -> None:
        self.pop(name, None)


class Door:
    """A registrar, alone; what it answers last is kept."""

    def __init__(self, **options: object) -> None:
        self.table = Table()
        self.registrar = Registrar(self.table, {HOME}, random=Random(1), **options)
        self.now = 0.0

    def gets(self, data: bytes) -> Response | None:
        self.effects = self.registrar.received(data, STRANGER, self.now)
        answers = [e for e in self.effects if isinstance(e, Send)]
        return sip.parse(answers[0].data) if answers else None

    def registers(self, *extra: str, contact: str = "<sip:bob@127.0.0.9:5070>"):
        headers = (f"Contact: {contact}", *extra)
        uri = f"sip:{HOME}"
        return self.gets(request("REGISTER", uri=uri, to=BOB, extra=headers))


def test_one_registers_and_callers_are_told_where_to_call() -> None:
    door = Door()
    answer = door.registers()
    assert (answer.status, door.table) == (200, {"bob": THERE})
    assert str(answer.contact[0]) == "<sip:bob@127.0.0.9:5070>;expires=3600"
    told = door.gets(request("INVITE", uri=f"sip:bob@{HOME}"))
    assert (told.status, str(told.contact[0])) == (302, "<sip:bob@127.0.0.9:5070>")
    again = door.gets(request("INVITE", uri=f"sip:bob@{HOME}"))
    assert again == told  # tag and all, without having been remembered


@pytest.mark.parametrize("uri", [f"sip:zed@{HOME}", "sip:bob@127.0.0.77"])
def test_strangers_and_other_domains_are_not_found(uri: str) -> None:
    door = Door()
    door.registers()
    assert door.gets(request("INVITE", uri=uri)).status == 404


@pytest.mark.parametrize(
    ("contact", "extra"),
    [
        ("*", ("Expires: 0",)),
        ("<sip:bob@127.0.0.9:5070>", ("Expires: 0",)),
        ("<sip:bob@127.0.0.9:5070>;expires=0", ()),
    ],
)
def test_one_leaves_by_a_time_of_zero(contact: str, extra: tuple[str, ...]) -> None:
    door = Door()
    door.registers()
    answer = door.registers(*extra, contact=contact)
    assert (answer.status, answer.contact, door.table) == (200, (), {})


def test_who_does_not_renew_is_forgotten() -> None:
    door = Door()
    door.registers("Expires: 60")
    assert StartTimer(Expires("bob"), 60.0) in door.effects
    door.registrar.timeout(Expires("bob"), 60.0)
    assert door.table == {}


def test_the_tables_rules_are_the_doors() -> None:
    door = Door()
    door.table.why = "name taken: bob"
    answer = door.registers()
    assert (answer.status, answer.reason) == (403, "name taken: bob")


def test_other_requests_get_their_answer_or_silence() -> None:
    door = Door()
    uri = f"sip:bob@{HOME}"
    assert door.gets(request("OPTIONS", uri=f"sip:{HOME}")).status == 200
    assert door.gets(request("BYE", uri=uri)).status == 405
    assert door.gets(request("INVITE", uri=uri, extra=("Require: x",))).status == 420
    assert door.gets(request("ACK", uri=uri)) is None
    assert door.gets(request("CANCEL", uri=uri)) is None
    assert door.gets(b"\r\n\r\n") is None
    assert door.gets(b"rubbish\r\n\r\n") is None
    assert door.registers("Expires: soon").status == 400
    assert door.registers(contact="<sip:bob@127.0.0.9>;expires=-5").status == 400


# --- with passwords ------------------------------------------------------------------


def proof(answer: Response, name: str = "bob", password: str = "secret") -> str:
    asked = Challenge.parse(answer.header("WWW-Authenticate"))
    shown = asked.answered("REGISTER", f"sip:{HOME}", name, password, "c")
    return f"Authorization: {shown}"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_password_is_proved_and_never_sent(algorithm: str) -> None:
    door = Door(passwords={"bob": "secret"}, algorithm=algorithm)
    asked = door.registers()
    assert (asked.status, door.table) == (401, {})
    assert f"algorithm={algorithm}" in asked.header("WWW-Authenticate")
    shown = proof(asked)
    assert "secret" not in shown
    assert (door.registers(shown).status, door.table) == (200, {"bob": THERE})


def test_wrong_proofs_are_asked_again() -> None:
    door = Door(passwords={"bob": "secret", "eve": "evil"})
    asked = door.registers()
    for wrong in (
        proof(asked, password="guess"),
        proof(asked, name="eve", password="evil"),  # her own: not for bob's name
        proof(asked).replace('realm="labkit"', 'realm="other"'),
        proof(asked).replace("nonce=", 'nonce="0-0", x='),  # not a question of ours
        proof(asked).replace("algorithm=MD5", "algorithm=SHA-256"),
        "Authorization: Digest nonsense",
    ):
        assert door.registers(wrong).status == 401
    assert door.table == {}


def test_a_proof_grows_old() -> None:
    door = Door(passwords={"bob": "secret"})
    shown = proof(door.registers())
    door.now = VALID_FOR + 1
    answer = door.registers(shown)
    assert answer.status == 401
    assert Challenge.parse(answer.header("WWW-Authenticate")).stale
    assert door.registers(proof(answer)).status == 200
