"""OPTIONS, asked once by each transport: an answer, or a word why there is none."""

from __future__ import annotations

import socket
import threading

import pytest

from labkit import Phone
from labkit.effects import Address
from labkit.errors import NoAnswer, RemoteError
from labkit.net.options import NobodyListens, ask

BOTH = pytest.mark.parametrize("transport", ["UDP", "TCP"])


@BOTH
def test_a_phone_answers_by_both_transports(transport):
    with Phone("bob") as bob:
        answer = ask(bob.address, transport)
    assert answer.status == 200
    assert "INVITE" in answer.header("Allow")


@BOTH
def test_a_port_that_nobody_has_is_told_from_silence(transport):
    with pytest.raises(NobodyListens, match="answers, but nobody listens at port 9"):
        ask(Address("127.0.0.1", 9), transport)


@BOTH
def test_silence_is_told_in_words(transport):
    kind = socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as deaf:
        deaf.bind(("127.0.0.1", 0))
        if transport == "TCP":
            deaf.listen()
        with pytest.raises(NoAnswer, match="nothing came back"):
            ask(Address(*deaf.getsockname()), transport, timeout=0.2)


def test_what_is_no_sip_is_the_others_fault():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd:
        odd.bind(("127.0.0.1", 0))

        def reply() -> None:
            _, source = odd.recvfrom(4096)
            odd.sendto(b"\xff\x00 what?", source)

        threading.Thread(target=reply, daemon=True).start()
        with pytest.raises(RemoteError):
            ask(Address(*odd.getsockname()), "UDP")


def test_a_question_that_was_lost_is_asked_again():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as slow, Phone("bob") as bob:
        slow.bind(("127.0.0.1", 0))

        def relay() -> None:
            slow.recvfrom(4096)  # the first is lost
            question, source = slow.recvfrom(4096)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as on:
                on.sendto(question, bob.address)
                slow.sendto(on.recv(4096), source)

        threading.Thread(target=relay, daemon=True).start()
        assert ask(Address(*slow.getsockname()), "UDP").status == 200
