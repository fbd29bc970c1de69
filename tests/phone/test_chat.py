"""Text during a call, over real sockets (RFC 3428)."""

from __future__ import annotations

import pytest
from phone.another_make import in_a_call_with
from phone.watching import pictures, when

from labkit import CallState, Echo, Phone
from labkit.errors import LocalError
from labkit.phone.chat_log import MOST_LINES, ChatLine, ChatLog


def connect(caller: Phone, callee: Phone) -> None:
    caller.call(callee.name)
    callee.answer()
    for phone in (caller, callee):
        when(phone, lambda state: state.call.state is CallState.ACCEPTED)


def texts(phone: Phone) -> list[str]:
    return [str(line) for line in phone.chat]


def test_both_write_and_read_while_they_see_each_other(alice, bob):
    connect(alice, bob)
    line = alice.say("  Can you see me?\x1b[2J ")
    assert (line.mine, line.text, line.state) == (
        True,
        "Can you see me?[2J",
        "sending",
    )
    when(bob, lambda state: len(state.call.chat) == 1)
    bob.say("Sí 🙂")
    when(bob, lambda state: state.call.chat[-1].state == "delivered")
    when(alice, lambda state: len(state.call.chat) == 2)
    assert texts(alice) == ["> Can you see me?[2J", "< Sí 🙂"]
    assert texts(bob) == ["< Can you see me?[2J", "> Sí 🙂"]
    first, second = alice.chat
    assert first.at < second.at
    assert pictures(alice, "peer", 3)


def test_many_texts_arrive_in_the_order_in_which_they_were_said(alice, bob):
    connect(alice, bob)
    said = [f"{number}" for number in range(10)]
    for text in said:
        alice.say(text)
    when(bob, lambda state: len(state.call.chat) == len(said))
    assert [line.text for line in bob.chat] == said
    when(
        alice,
        lambda state: all(line.state == "delivered" for line in state.call.chat),
    )


def test_on_hold_one_can_still_write(alice, bob):
    connect(alice, bob)
    alice.hold()
    when(bob, lambda state: state.call.state is CallState.HELD)
    bob.say("take your time")
    when(alice, lambda state: bool(state.call.chat))
    assert texts(alice) == ["< take your time"]


def test_in_no_call_there_is_nobody_to_write_to(alice, bob):
    with pytest.raises(LocalError, match="alice is in no call"):
        alice.say("hello?")
    connect(alice, bob)
    alice.say("hello")
    when(bob, lambda state: bool(state.call.chat))
    alice.hang_up().wait("over")
    with pytest.raises(LocalError, match="ended"):
        alice.say("one more thing")
    assert texts(alice) == ["> hello"]  # it can still be read
    connect(bob, alice)
    assert alice.chat == ()


def test_a_text_that_is_too_long_is_not_sent_and_not_shown(alice, bob):
    connect(alice, bob)
    with pytest.raises(LocalError, match="2000 bytes"):
        alice.say("x" * 2000)
    assert alice.chat == ()


def test_a_text_to_who_has_gone_fails_and_says_why(registry):
    with Phone("alice", registry, t1=0.02) as alice, in_a_call_with(alice):
        alice.say("are you there?")
        when(alice, lambda state: state.call.chat[0].state == "failed")
        (line,) = alice.chat
        assert line.why == "old's phone did not answer"
        assert "did not arrive" in alice.state.notice
        assert alice.present_call.state is CallState.ACCEPTED


def test_a_call_over_tcp_carries_text_too(registry, bob):
    with Phone("alice", registry, transport="TCP") as alice:
        connect(alice, bob)
        alice.say("over TCP")
        bob.say("and back")
        when(alice, lambda state: len(state.call.chat) == 2)
        when(alice, lambda s: all(line.state == "delivered" for line in s.call.chat))


def test_the_echo_says_it_back(registry, alice):
    with Echo("echo", registry) as echo:
        echo.register()
        alice.call("echo").wait()
        alice.say("hello")
        when(alice, lambda state: len(state.call.chat) == 2)
        assert texts(alice)[1] == "< hello"


def test_the_log_forgets_the_oldest():
    log = ChatLog()
    for number in range(MOST_LINES + 50):
        log.add(ChatLine(True, f"{number}", 0.0, "sending", number=number))
    assert len(log.lines) == MOST_LINES
    assert log.lines[0].text == "50"
    log.settle(60, "failed", "nobody there")
    log.settle(3, "delivered")  # forgotten already
    assert [line.number for line in log.lines if line.state == "failed"] == [60]
    assert str(log.lines[10]) == "> 60 (nobody there)"
