"""The timers of RFC 3261 table 4 and RFC 6026, fired one by one on a driven clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labkit.effects import Effect, Send, StartTimer, StopTimer
from labkit.signalling.machine.client_transaction import (
    ClientState,
    ClientTransaction,
    InviteClientTransaction,
    RequestClientTransaction,
    cancel_of,
)
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    RequestServerTransaction,
    ServerState,
    ServerTransaction,
)
from labkit.signalling.machine.timing import Timing, TransactionTimer
from labkit.signalling.machine.transaction_key import TransactionKey
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import answer_to
from labkit.signalling.wire import sip
from tests.signalling.literal import STRANGER, request

UDP = Destination("UDP", STRANGER)
TCP = Destination("TCP", STRANGER, 1)
TIMING = Timing(0.5)


def a(method: str) -> Request:
    message = sip.parse(request(method))
    assert isinstance(message, Request)
    return message


class Driver:
    """Runs one transaction's timers and notes when it sent."""

    def __init__(self, transaction: ClientTransaction | ServerTransaction) -> None:
        self.transaction = transaction
        self.now = 0.0
        self.timers: dict[str, float] = {}
        self.sent: list[float] = []
        self.news: list[int] = []

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self.sent.append(self.now)
                case StartTimer(TransactionTimer(letter, key), at):
                    assert key == self.transaction.key
                    self.timers[letter] = at
                case StopTimer(TransactionTimer(letter, _)):
                    self.timers.pop(letter, None)

    def run_to(self, end: float) -> None:
        while self.timers and min(self.timers.values()) <= end:
            letter = min(self.timers, key=lambda each: self.timers[each])
            self.now = self.timers.pop(letter)
            if isinstance(self.transaction, ClientTransaction):
                effects, news = self.transaction.timeout(letter, self.now)
                self.news += [news.status] if news else []
            else:
                effects = self.transaction.timeout(letter, self.now)
            self.take(effects)
        self.now = end


def client(method: str, to: Destination = UDP) -> Driver:
    kind = InviteClientTransaction if method == "INVITE" else RequestClientTransaction
    transaction = kind(a(method), to, TIMING)
    driver = Driver(transaction)
    driver.take(transaction.start(0.0))
    return driver


def server(method: str, back: Destination = UDP) -> Driver:
    kind = InviteServerTransaction if method == "INVITE" else RequestServerTransaction
    return Driver(kind(a(method), back, TIMING))


def test_timer_a_doubles_without_end_and_timer_b_gives_up() -> None:
    driver = client("INVITE")
    driver.run_to(100)
    assert driver.sent == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert driver.news == [408]
    assert driver.transaction.state is ClientState.TERMINATED


def test_timer_e_doubles_up_to_t2_and_timer_f_gives_up() -> None:
    driver = client("BYE")
    driver.run_to(100)
    assert driver.sent == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert driver.news == [408]


def test_after_a_provisional_answer_e_keeps_t2_and_a_is_silent() -> None:
    driver = client("OPTIONS")
    driver.run_to(0.2)
    driver.take(driver.transaction.received(answer_to(a("OPTIONS"), 100), 0.2)[0])
    driver.run_to(9)
    assert driver.sent == [0, 0.5, 4.5, 8.5]
    driver = client("INVITE")
    driver.take(driver.transaction.received(answer_to(a("INVITE"), 180), 0.2)[0])
    driver.run_to(200)
    assert driver.sent == [0]
    assert driver.news == []


@pytest.mark.parametrize(
    ("method", "status", "letter", "seconds"),
    [("INVITE", 486, "D", 32.0), ("INVITE", 200, "M", 32.0), ("BYE", 200, "K", 5.0)],
)
def test_a_client_lingers_for_repetitions(
    method: str, status: int, letter: str, seconds: float
) -> None:
    driver = client(method)
    effects, news = driver.transaction.received(answer_to(a(method), status), 1.0)
    driver.take(effects)
    assert news is not None
    assert driver.timers == {letter: 1.0 + seconds}
    driver.run_to(50)
    assert driver.transaction.state is ClientState.TERMINATED


def test_each_repeated_refusal_gets_its_ack_and_is_news_once() -> None:
    driver = client("INVITE")
    refusal = answer_to(a("INVITE"), 486, to_tag="t")
    news = [driver.transaction.received(refusal, 1.0) for _ in range(3)]
    assert [each[1] is not None for each in news] == [True, False, False]
    acks = [e.data for each in news for e in each[0] if isinstance(e, Send)]
    assert len(acks) == 3
    ack = sip.parse(acks[0])
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    assert ack.branch == a("INVITE").branch
    assert ack.to.tag == "t"


def test_over_tcp_nothing_repeats_and_nothing_lingers() -> None:
    driver = client("BYE", TCP)
    driver.run_to(10)
    assert driver.sent == [0]
    driver.transaction.received(answer_to(a("BYE"), 200), 1.0)
    assert driver.transaction.state is ClientState.TERMINATED


def test_timer_g_repeats_a_refusal_until_h() -> None:
    driver = server("INVITE")
    transaction = driver.transaction
    assert isinstance(transaction, InviteServerTransaction)
    driver.take(transaction.respond(answer_to(a("INVITE"), 486), 0.0))
    driver.run_to(100)
    assert driver.sent == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert transaction.state is ServerState.TERMINATED


def test_the_ack_stops_g_and_i_ends_it() -> None:
    driver = server("INVITE")
    transaction = driver.transaction
    assert isinstance(transaction, InviteServerTransaction)
    driver.take(transaction.respond(answer_to(a("INVITE"), 486), 0.0))
    driver.run_to(0.7)
    driver.take(transaction.acknowledged(0.7))
    assert driver.timers == {"I": 0.7 + 5}
    assert transaction.repeated() == []
    driver.run_to(100)
    assert driver.sent == [0, 0.5]
    assert transaction.state is ServerState.TERMINATED


def test_a_2xx_is_kept_for_the_call_to_repeat_and_absorbs_repeated_invites() -> None:
    driver = server("INVITE")
    transaction = driver.transaction
    assert isinstance(transaction, InviteServerTransaction)
    driver.take(transaction.respond(answer_to(a("INVITE"), 200), 0.0))
    assert driver.timers == {"L": 32.0}
    assert transaction.repeated() == []
    assert len(transaction.repeat_success()) == 1
    driver.run_to(40)
    assert transaction.repeat_success() == []


def test_answers_are_kept_32_seconds_however_short_our_t1_is() -> None:
    """A peer repeats at its own T1, not at ours."""
    transaction = RequestServerTransaction(a("BYE"), UDP, Timing(0.05))
    driver = Driver(transaction)
    driver.take(transaction.respond(answer_to(a("BYE"), 200), 0.0))
    driver.run_to(31.9)
    assert len(transaction.repeated()) == 1
    driver.run_to(32.1)
    assert transaction.repeated() == []


def test_cancel_and_the_ack_of_a_refusal_share_the_invites_branch() -> None:
    invite = a("INVITE")
    cancel = cancel_of(invite)
    assert cancel.branch == invite.branch
    assert cancel.cseq.number == invite.cseq.number
    found = TransactionKey.of_request(cancel)._replace(method="INVITE")
    assert found == TransactionKey.of_request(invite)
    assert TransactionKey.of_request(a("ACK")) == TransactionKey.of_request(invite)


def test_branches_of_old_phones_are_told_apart_by_the_rest() -> None:
    def key(call_id: str, via: str) -> TransactionKey:
        message = sip.parse(request(call_id=call_id, via=via))
        assert isinstance(message, Request)
        return TransactionKey.of_request(message)

    old = "SIP/2.0/UDP 127.0.0.9:5070"
    assert key("1@x", old) != key("2@x", old)
    assert key("1@x", old) == key("1@x", old)
    assert key("1@x", f"{old};branch=1") != key("1@x", f"{old};branch=2")


def test_all_durations_follow_from_t1() -> None:
    assert (TIMING.t2, TIMING.t4, TIMING.give_up, TIMING.cache) == (4, 5, 32, 32)
    short = replace(TIMING, t1=0.05)
    assert short.give_up == pytest.approx(3.2)
    assert short.cache == 32
