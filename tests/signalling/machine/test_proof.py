"""A caller who is asked who he is: 401 and 407 answered by a digest (RFC 3261, 22)."""

from __future__ import annotations

from random import Random

import pytest

from labkit.effects import Address, Send
from labkit.signalling import CallState
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.messages.digest import Credentials
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import answer_to
from labkit.signalling.wire import sip
from tests.signalling.literal import HERE, STRANGER
from tests.signalling.pair import plans

QUESTION = 'Digest realm="lab", nonce="{}", algorithm={}, qop="auth"'


class Caller:
    def __init__(self, password: str = "secret") -> None:
        self.agent = UserAgent("bob", HERE, random=Random(1), password=password)
        self.call_id, effects = self.agent.call("x", STRANGER, plans(4000), 0.0)
        self.sent = self._requests(effects)

    def _requests(self, effects) -> list[Request]:
        sent = [sip.parse(e.data) for e in effects if isinstance(e, Send)]
        return [each for each in sent if isinstance(each, Request)]

    def hears(self, status: int, *headers: tuple[str, str], contact=None) -> None:
        answer = answer_to(
            self.sent[-1], status, to_tag="t", headers=headers, contact=contact
        )
        effects = self.agent.received(sip.write(answer), STRANGER, 0.0)
        self.sent = self._requests(effects)

    @property
    def state(self) -> CallState:
        return self.agent.calls[self.call_id].state


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize(
    ("status", "question", "header"),
    [
        (401, "WWW-Authenticate", "Authorization"),
        (407, "Proxy-Authenticate", "Proxy-Authorization"),
    ],
)
def test_the_invitation_goes_again_with_a_proof(
    status: int, question: str, header: str, algorithm: str
) -> None:
    caller = Caller()
    first = caller.sent[-1]
    caller.hears(status, (question, QUESTION.format("n1", algorithm)))
    ack, again = caller.sent
    assert ack.method == "ACK"
    assert (again.method, again.cseq.number) == ("INVITE", first.cseq.number + 1)
    assert again.branch != first.branch
    assert (again.call_id, again.from_, again.body) == (
        first.call_id,
        first.from_,
        first.body,
    )
    proof = Credentials.parse(again.header(header))
    assert (proof.uri, proof.username) == (str(again.uri), "bob")
    assert proof.proves("INVITE", "secret")
    caller.hears(180)
    assert caller.state is CallState.RINGING


def test_of_several_questions_the_first_that_is_understood_is_answered() -> None:
    caller = Caller()
    caller.hears(
        401,
        ("WWW-Authenticate", 'Digest realm="lab", nonce="n0", algorithm=SHA-512-256'),
        ("WWW-Authenticate", QUESTION.format("n1", "SHA-256")),
        ("WWW-Authenticate", QUESTION.format("n2", "MD5")),
    )
    assert Credentials.parse(caller.sent[-1].header("Authorization")).nonce == "n1"


def test_without_a_password_or_a_question_the_call_fails() -> None:
    caller = Caller(password="")
    caller.hears(401, ("WWW-Authenticate", QUESTION.format("n", "MD5")))
    assert caller.state is CallState.FAILED
    caller = Caller()
    caller.hears(401, ("WWW-Authenticate", "Basic realm=x"))
    assert caller.state is CallState.FAILED


def test_a_wrong_password_is_not_offered_for_ever() -> None:
    caller = Caller()
    for number in range(10):
        if caller.state.is_over:
            break
        caller.hears(401, ("WWW-Authenticate", QUESTION.format(number, "MD5")))
    assert caller.state is CallState.FAILED


def test_a_proof_is_not_shown_to_the_next_one() -> None:
    """Redirected after the question: the other phone did not ask."""
    caller = Caller()
    caller.hears(401, ("WWW-Authenticate", QUESTION.format("n", "MD5")))
    elsewhere = sip.NameAddress.parse(f"<sip:x@{Address('127.0.0.8', 5099)}>")
    caller.hears(302, contact=elsewhere)
    again = caller.sent[-1]
    assert again.method == "INVITE"
    assert again.header("Authorization") == ""
