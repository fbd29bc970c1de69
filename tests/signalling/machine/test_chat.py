"""Text during a call: RFC 3428, within the dialog (RFC 3261 section 12.2)."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError
from labkit.signalling import CallState, TextDelivered, TextFailed, TextReceived
from labkit.signalling.machine.chat import MOST_A_SECOND, MOST_RECEIVED, MOST_WAITING
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip
from tests.signalling.literal import SDP, Bob, request
from tests.signalling.pair import (
    BOB,
    Net,
    Phone,
    Quality,
    alice_and_bob,
    call_that_is_up,
    plans,
)


def say(phone: Phone, call_id: str, text: str) -> int:
    number, effects = phone.agent.say(call_id, text, phone.net.now)
    phone.do(effects)
    return number


def read(phone: Phone) -> list[str]:
    return [event.text for event in phone.told(TextReceived)]


# --- two of our phones ---


def test_both_sides_write_and_each_text_is_confirmed() -> None:
    net, alice, bob, call_id = call_that_is_up()
    assert say(alice, call_id, "Can you see me?") == 1
    say(bob, call_id, "¡Sí! 🙂")
    net.run(1)
    assert read(bob) == ["Can you see me?"]
    assert read(alice) == ["¡Sí! 🙂"]
    assert alice.told(TextDelivered) == bob.told(TextDelivered) == [
        TextDelivered(call_id, 1)
    ]  # fmt: skip


def test_a_text_travels_as_a_message_of_the_dialog() -> None:
    net, alice, _, call_id = call_that_is_up()
    say(alice, call_id, "Hi")
    message = net.carried[-1].message
    assert isinstance(message, Request)
    assert sip.write(message).startswith(b"MESSAGE sip:bob@127.0.0.3:5060 SIP/2.0\r\n")
    assert message.call_id == call_id
    assert message.to.tag
    assert message.cseq.number == 2  # the INVITE had 1
    assert message.contact == ()  # RFC 3428 section 4
    assert message.header("Content-Type") == "text/plain;charset=UTF-8"
    assert message.body == b"Hi"


def test_one_leaves_after_the_other_was_answered() -> None:
    """RFC 3428 section 8."""
    net, alice, bob, call_id = call_that_is_up()
    before = len(net.carried)
    for text in ("one", "two", "three"):
        say(alice, call_id, text)
    net.run(1)
    assert net.ladder()[before:] == ["alice MESSAGE", "bob 200 MESSAGE"] * 3
    assert read(bob) == ["one", "two", "three"]


@pytest.mark.parametrize("seed", range(8))
def test_on_a_bad_link_each_arrives_once_and_in_order(seed: int) -> None:
    quality = Quality(loss=0.3, duplicates=0.3, jitter=0.2)
    net, alice, bob, call_id = call_that_is_up(seed=seed)
    net.quality = quality
    texts = [f"text {number}" for number in range(10)]
    for text in texts:
        say(alice, call_id, text)
    net.run(300)
    assert read(bob) == texts
    assert [event.number for event in alice.told(TextDelivered)] == [*range(1, 11)]


def test_a_held_call_carries_text() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(1)
    say(alice, call_id, "one moment")
    net.run(1)
    assert read(bob) == ["one moment"]
    assert bob.agent.calls[call_id].state is CallState.HELD


def test_a_text_waits_for_a_re_invite_that_is_under_way() -> None:
    """Or it might overtake it: the later number first, and the re-INVITE refused."""
    net, alice, _, call_id = call_that_is_up()
    before = len(net.carried)
    alice.do(alice.agent.hold(call_id, net.now))
    say(alice, call_id, "you are on hold")
    net.run(1)
    assert net.ladder()[before:] == [
        "alice INVITE", "bob 200 INVITE", "alice ACK",
        "alice MESSAGE", "bob 200 MESSAGE",
    ]  # fmt: skip


def test_a_text_that_was_overtaken_is_sent_again_under_a_new_number() -> None:
    net, alice, bob, call_id = call_that_is_up()
    lost = iter([True])
    net.lose = lambda carried: carried.what == "MESSAGE" and next(lost, False)
    say(alice, call_id, "hold on")
    alice.do(alice.agent.hold(call_id, net.now))  # does not wait for the text
    net.run(5)
    assert "bob 500 MESSAGE" in net.ladder()
    assert read(bob) == ["hold on"]
    assert alice.told(TextDelivered)
    assert bob.agent.calls[call_id].state is CallState.HELD


def test_a_text_that_nobody_answers_fails_and_the_call_goes_on() -> None:
    net, alice, _, call_id = call_that_is_up()
    net.lose = lambda carried: "MESSAGE" in carried.what
    say(alice, call_id, "are you there?")
    net.run(40)
    (failed,) = alice.told(TextFailed)
    assert (failed.number, failed.status) == (1, 408)
    assert failed.why == "bob's phone did not answer"
    assert alice.agent.calls[call_id].state is CallState.ACCEPTED


def test_what_waits_when_the_call_ends_has_failed() -> None:
    net, alice, bob, call_id = call_that_is_up()
    net.lose = lambda carried: "MESSAGE" in carried.what
    for text in ("one", "two"):
        say(alice, call_id, text)
    bob.hang_up(call_id)
    net.run(60)
    assert [(e.number, e.why) for e in alice.told(TextFailed)] == [
        (1, "the call is over"),
        (2, "the call is over"),
    ]


# --- what our user cannot do ---


def test_a_text_that_is_too_long_says_how_long_it_is() -> None:
    net, alice, bob, call_id = call_that_is_up()
    with pytest.raises(LocalError, match=r"the text has 1300 bytes.*room for \d{3} "):
        say(alice, call_id, "ä" * 650)
    say(alice, call_id, "x" * 800)
    net.run(1)
    assert len(sip.write(_texts(net)[-1])) <= 1300
    assert len(read(bob)[0]) == 800


def _texts(net: Net) -> list[Request]:
    return [
        carried.message
        for carried in net.carried
        if isinstance(carried.message, Request) and carried.message.method == "MESSAGE"
    ]


@pytest.mark.parametrize("text", ["", "  \r\n ", "\x00\x1b\u202e"])
def test_there_is_no_empty_text(text: str) -> None:
    _, alice, _, call_id = call_that_is_up()
    with pytest.raises(LocalError, match="empty"):
        say(alice, call_id, text)


def test_only_so_many_texts_wait() -> None:
    net, alice, bob, call_id = call_that_is_up()
    for number in range(MOST_WAITING + 1):  # one is under way
        say(alice, call_id, f"{number}")
    with pytest.raises(LocalError, match="wait a moment"):
        say(alice, call_id, "one more")
    net.run(5)
    assert len(read(bob)) == MOST_WAITING + 1


def test_before_the_answer_there_is_nobody_to_write_to() -> None:
    net, alice, _ = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    with pytest.raises(LocalError, match="ringing there"):
        say(alice, call_id, "hello?")


# --- strangers' phones, byte by byte ---


class Chatting(Bob):
    """Bob in a call with a stranger."""

    def __init__(self, extra: tuple[str, ...] = (), answers: bool = True) -> None:
        super().__init__()
        contact = "Contact: <sip:x@127.0.0.9:5070>"
        (ringing,) = self.gets(request(body=SDP, extra=(contact, *extra)))
        self.call_id, self.tag = ringing.call_id, ringing.to.tag
        self.answers: list[Response] = []
        if answers:
            self.does(self.agent.answer(self.call_id, plans(5000), self.now))

    def reads(
        self,
        body: str | bytes,
        number: int = 2,
        type: str = "text/plain;charset=UTF-8",
        extra: tuple[str, ...] = (),
    ) -> str:
        """A MESSAGE comes; what is answered, in short."""
        text = body if isinstance(body, str) else body.decode("latin-1")
        data = request(
            "MESSAGE",
            branch=f"z9hG4bKm{number}",
            to=f"<sip:bob@127.0.0.3>;tag={self.tag}",
            cseq=f"{number} MESSAGE",
            extra=extra,
            body=text,
            type=type,
        )
        if isinstance(body, bytes):
            head = data.partition(b"\r\n\r\n")[0].rpartition(b"\r\n")[0]
            data = b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
        self.answers = self.gets(data)
        return " ".join(f"{each.status} {each.reason}" for each in self.answers)

    @property
    def texts(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, TextReceived)]


@pytest.fixture
def bob() -> Chatting:
    return Chatting()


def test_a_strangers_text_is_read_and_answered(bob: Chatting) -> None:
    assert bob.reads("Olá, tudo bem?") == "200 OK"
    assert bob.texts == ["Olá, tudo bem?"]
    assert bob.answers[0].body == b""  # RFC 3428 section 7


def test_the_same_request_again_gets_the_same_answer_and_is_not_read_twice(
    bob: Chatting,
) -> None:
    assert bob.reads("once") == bob.reads("once") == "200 OK"
    assert bob.texts == ["once"]


def test_a_number_that_is_past_is_refused(bob: Chatting) -> None:
    bob.reads("new", number=9)
    assert bob.reads("old", number=5).startswith("500")
    assert bob.texts == ["new"]


@pytest.mark.parametrize(
    "type",
    [
        "application/im-iscomposing+xml",
        "text/html",
        "message/cpim",
        "text/plain;charset=iso-8859-1",
        "text/plain; charset=utf-16",
    ],
)
def test_what_is_no_plain_text_is_refused_and_the_answer_says_what_is_taken(
    bob: Chatting, type: str
) -> None:
    assert bob.reads("<b>x</b>", type=type) == "415 Unsupported Media Type"
    assert bob.answers[0].header("Accept") == "text/plain"
    assert bob.texts == []


@pytest.mark.parametrize(
    "type", ["text/plain", "TEXT/Plain", 'text/plain; charset="utf-8"; format=flowed']
)
def test_plain_text_may_be_announced_in_many_ways(bob: Chatting, type: str) -> None:
    assert bob.reads("hi", type=type) == "200 OK"
    assert bob.texts == ["hi"]


def test_a_body_without_a_type_is_refused(bob: Chatting) -> None:
    assert bob.reads("", extra=("Content-Encoding: gzip",)).startswith("415")
    assert bob.reads("", number=3).startswith("415")


def test_text_that_is_not_utf_8_is_refused(bob: Chatting) -> None:
    assert bob.reads(b"caf\xe9").startswith("400")
    assert bob.texts == []


def test_a_book_is_refused(bob: Chatting) -> None:
    assert bob.reads("x" * MOST_RECEIVED) == "200 OK"
    assert bob.reads("x" * (MOST_RECEIVED + 1), number=3).startswith("413")


def test_what_would_move_a_terminal_or_turn_the_writing_round_is_left_out(
    bob: Chatting,
) -> None:
    bob.reads(
        "\x1b[2Jred\x07 \u202eevil\u2066\r\n\r\n\r\n\r\nnext\tline 👩\u200d🔬\x00"
    )
    assert bob.texts == ["[2Jred evil\n\nnext line 👩\u200d🔬"]


def test_a_text_of_nothing_to_show_is_taken_and_not_shown(bob: Chatting) -> None:
    assert bob.reads("\x1b\x07") == "200 OK"
    assert bob.texts == []


def test_a_flood_is_told_to_come_back_later(bob: Chatting) -> None:
    answers = [bob.reads(f"{number}", number=number) for number in range(2, 102)]
    assert answers.count("200 OK") == len(bob.texts) == 2 * MOST_A_SECOND
    assert answers[-1] == "503 Service Unavailable"
    assert bob.answers[0].header("Retry-After") == "1"
    bob.now += 1.0
    assert bob.reads("calm again", number=200) == "200 OK"


def test_a_text_within_no_call_is_not_taken() -> None:
    """481 for a dialog that nobody knows; 405 for a page out of the blue."""
    bob = Bob()
    hello = {"body": "hi", "type": "text/plain"}
    (answer,) = bob.gets(request("MESSAGE", to="<sip:bob@127.0.0.3>;tag=zz", **hello))
    assert answer.status == 481
    page = request("MESSAGE", branch="z9hG4bK2", cseq="2 MESSAGE", **hello)
    (answer,) = bob.gets(page)
    assert answer.status == 405
    assert "MESSAGE" not in answer.header_list("Allow")
    assert "INVITE" in answer.header_list("Allow")
    assert not [e for e in bob.events if isinstance(e, TextReceived)]


def test_with_the_wrong_tag_or_before_the_answer_it_is_not_taken(
    bob: Chatting,
) -> None:
    bob.tag = "wrong"
    assert bob.reads("hi").startswith("481")
    ringing = Chatting(answers=False)
    assert ringing.reads("pick up!").startswith("481")
    assert ringing.texts == bob.texts == []


def test_a_phone_that_does_not_name_message_gets_none() -> None:
    bob = Chatting(extra=("Allow: INVITE, ACK, BYE, CANCEL",))
    with pytest.raises(LocalError, match="takes no text"):
        bob.agent.say(bob.call_id, "hi", bob.now)


def test_a_phone_that_names_nothing_is_tried(bob: Chatting) -> None:
    _, effects = bob.agent.say(bob.call_id, "hi", bob.now)
    (message,) = bob.does(effects)
    assert isinstance(message, Request)
    assert message.method == "MESSAGE"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (405, "bob's phone takes no text"),
        (415, "bob's phone does not take plain text"),
        (486, "bob's phone answered 486 Busy Here"),
    ],
)
def test_a_refusal_is_said_in_words(status: int, why: str) -> None:
    net, alice, bob, call_id = call_that_is_up()
    bob.agent._calls.known(call_id).chat.refusal_of = lambda *_: (status,)  # type: ignore[method-assign]
    say(alice, call_id, "hi")
    net.run(1)
    assert alice.told(TextFailed) == [TextFailed(call_id, 1, status, why)]
