"""Texts from hostile people: floods, books, bytes that are none, from in and outside.

RFC 3428 section 11: whoever may write may also fill a screen. Nothing is shown that is
not text, not more than a screen can bear, and the call does not notice.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hostile.rig import Stranger, header_of, on_the_loop, request, stranger, until

from labkit.phone.chat_log import MOST_LINES
from labkit.signalling.machine.chat import MOST_A_SECOND, MOST_RECEIVED

TEXT = ("Content-Type: text/plain",)


@pytest.fixture
def eve() -> Iterator[Stranger]:
    with stranger() as eve:
        yield eve


class Insider:
    """Eve has read the call's tags, and writes to bob in alice's name."""

    def __init__(self, talk, eve: Stranger) -> None:
        self.bob, self.eve, self.number = talk.bob, eve, 10
        ack = next(m for m in talk.messages() if m.startswith(b"ACK"))
        self.lines = [
            name + b": " + header_of(ack, name) for name in (b"From", b"To", b"Call-ID")
        ]

    def writes(self, body: bytes, *headers: str) -> None:
        self.number += 1
        lines = [
            b"MESSAGE sip:bob@127.0.0.1 SIP/2.0",
            b"Via: SIP/2.0/UDP %b;branch=z9hG4bKm%d"
            % (str(self.eve.address).encode(), self.number),
            *self.lines,
            b"CSeq: %d MESSAGE" % self.number,
            *(header.encode() for header in headers or TEXT),
            b"Content-Length: %d" % len(body),
        ]
        self.eve.send(b"\r\n".join(lines) + b"\r\n\r\n" + body, self.bob.address)

    def answers(self, count: int) -> list[int]:
        return [int(self.eve.answer().split(b" ")[1]) for _ in range(count)]


def test_a_flood_is_held_back_and_the_call_does_not_notice(talk, eve):
    insider = Insider(talk, eve)
    for number in range(2000):
        insider.writes(b"flood %d" % number)
        if number % 100 == 99:
            insider.answers(100)
    on_the_loop()
    lines = talk.bob.chat
    assert 2 * MOST_A_SECOND <= len(lines) <= MOST_LINES
    assert len(lines) < 2 * MOST_A_SECOND + 10 * MOST_A_SECOND  # in up to 10 s
    talk.unharmed()


NO_TEXT: list[tuple[bytes, tuple[str, ...], int]] = [
    (b"\xff\xfe\x00", TEXT, 400),
    (b"x" * (MOST_RECEIVED + 1), TEXT, 413),
    (b"x" * 12_000, TEXT, 413),
    (b"<script>alert(1)</script>", ("Content-Type: text/html",), 415),
    (b"hi", ("Content-Type: ;;;=",), 415),
    (b"hi", ("Content-Type: text/plain;charset=utf-7",), 415),
    (b"hi", ("Content-Type: text/plain;" + "charset=;" * 500,), 415),
    (b"hi", (*TEXT, "Content-Encoding: gzip"), 415),
    (b"hi", (*TEXT, "Require: nothing-we-know"), 420),
    (b"", (), 200),
]


def test_what_is_no_text_is_refused(talk, eve):
    insider = Insider(talk, eve)
    for body, headers, status in NO_TEXT:
        insider.writes(body, *headers)
        assert insider.answers(1) == [status], (body[:30], headers)
    assert talk.bob.chat == ()


def test_a_message_larger_than_any_is_dropped(talk, eve):
    insider = Insider(talk, eve)
    insider.writes(b"x" * 60_000)
    until(lambda: talk.bob._calls.line.malformed > 0, "it to be counted")
    assert talk.bob.chat == ()
    talk.unharmed()


def test_what_is_shown_is_text_whatever_was_sent(talk, eve):
    insider = Insider(talk, eve)
    insider.writes(b"\x1b]0;title\x07<img src=x onerror=alert(1)>\r\n" * 20)
    insider.writes("\u202eevil\u2028\u0085line".encode())
    insider.writes(b"\n" * 4000 + b"end")
    assert insider.answers(3) == [200] * 3
    until(lambda: len(talk.bob.chat) == 3, "three texts")
    for line in talk.bob.chat:
        assert all(each.isprintable() or each == "\n" for each in line.text)
    first, second, third = talk.bob.chat
    assert first.text.startswith("]0;title<img src=x")  # escaped where HTML is made
    assert (second.text, third.text) == ("evilline", "end")


def test_who_is_in_no_call_with_us_writes_nothing(talk, eve):
    for mark in range(300):
        tag = "guessed" if mark % 2 else ""
        eve.send(
            request("MESSAGE", eve, mark, *TEXT, body="hi", tag=tag), talk.bob.address
        )
        status = int(eve.answer().split(b" ")[1])
        assert status == (481 if tag else 405)
    assert talk.bob.chat == talk.alice.chat == ()
    talk.unharmed()


def test_answers_to_texts_that_nobody_sent_change_nothing(talk, eve):
    talk.alice.say("real")
    until(lambda: talk.alice.chat[0].state == "delivered", "it to be delivered")
    message = next(m for m in talk.messages() if m.startswith(b"MESSAGE"))
    head = [line for line in message.split(b"\r\n") if line[:3] in (b"Via", b"Fro")]
    rest = [b"To: " + header_of(message, b"To"), b"CSeq: 2 MESSAGE"]
    rest += [b"Call-ID: " + header_of(message, b"Call-ID"), b"Content-Length: 0"]
    for status in (b"200 OK", b"481 Gone", b"500 Oops", b"100 Trying"):
        answer = b"\r\n".join([b"SIP/2.0 " + status, *head, *rest]) + b"\r\n\r\n"
        eve.send(answer, talk.alice.address)
    on_the_loop()
    assert [line.state for line in talk.alice.chat] == ["delivered"]
    talk.unharmed()
