"""The voice room's console in Portuguese, by what is typed and what it says."""

import queue
from collections.abc import Iterator

import pytest
from phone.watching import when

from labkit import CallState, Phone, Registry
from labkit.console.voice_room import VoiceRoomConsole


class Person:
    """Somebody who types, and reads what the console says."""

    def __init__(self, phone: Phone, key: str = "h") -> None:
        self.phone = phone
        self.said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.console = VoiceRoomConsole(phone, self.said.put, key)
        self.console.start()

    def types(self, text: str) -> bool:
        return self.console.line(text + "\n")

    def reads(self, wanted: str) -> None:
        heard = []
        while True:
            try:
                heard.append(self.said.get(timeout=5))
            except queue.Empty:
                raise AssertionError(f"{wanted!r} was not said, but {heard}") from None
            if heard[-1] == wanted:
                return


@pytest.fixture
def ana() -> Iterator[Person]:
    with (
        Registry("127.0.0.1", 0) as registry,
        Phone("ana", registry, dialect="voice-room") as phone,
    ):
        yield Person(phone)


@pytest.fixture
def rui(ana: Person) -> Iterator[Person]:
    with Phone("rui", ana.phone.registry, dialect="voice-room") as phone:
        yield Person(phone, key="q")


def test_a_call_by_the_keys(ana: Person, rui: Person) -> None:
    """B14, B18, B20, B21: 1 queries and rings, Y answers, each has a key of its own."""
    ana.reads("ana registrado")
    ana.reads("1 consultar um nome e chamar    0 encerrar a conexão")
    ana.types("1")
    ana.reads("Quem deseja chamar? (um nome; vazio para voltar)")
    ana.types("rui")
    ana.reads("convite enviado a rui")
    rui.reads("ana está chamando. Atender? Y ou N")
    rui.types("talvez")
    rui.reads("ana está chamando. Atender? Y ou N")
    rui.types("y")
    ana.reads("em chamada com rui")
    ana.reads("h desliga")
    ana.types("0")
    ana.reads("Encerre a chamada primeiro: h desliga.")
    rui.reads("q desliga")
    rui.types("q")
    ana.reads("chamada com rui encerrada")
    assert not ana.types("0")
    ana.reads("Até logo.")


def test_a_refused_caller_reads_that_the_user_is_busy(ana: Person, rui: Person) -> None:
    """B17."""
    ana.types("1")
    ana.types("rui")
    when(rui.phone, lambda s: s.call and s.call.state is CallState.INCOMING)
    rui.types("N")
    rui.reads("convite de ana rejeitado")
    ana.reads("usuário destino ocupado")


def test_an_unknown_name_is_told_and_one_may_choose_again(
    ana: Person, rui: Person
) -> None:
    """B7."""
    ana.types("1")
    ana.types("zeca")
    ana.reads("usuário desconhecido: zeca")
    ana.reads("Quem deseja chamar? (um nome; vazio para voltar)")
    ana.types("rui")
    rui.reads("ana está chamando. Atender? Y ou N")
