"""Recording with consent, by RFC 7866's words in re-INVITEs, on a fake link."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError, RemoteError
from labkit.signalling import CallState, ChangeRefused, MediaAgreed, RecordingChanged
from labkit.signalling.machine.session import Session
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import answer_to
from labkit.signalling.messages.sdp import SessionDescription
from labkit.signalling.wire import sip
from tests.signalling.literal import SDP, STRANGER, Bob, request
from tests.signalling.pair import Net, Phone, Quality, call_that_is_up, plans


def ask(phone: Phone, call_id: str) -> None:
    phone.do(phone.agent.record(call_id, True, phone.net.now))


def stop(phone: Phone, call_id: str) -> None:
    phone.do(phone.agent.record(call_id, False, phone.net.now))


def allow(phone: Phone, call_id: str, allows: bool = True) -> None:
    phone.do(phone.agent.allow_recording(call_id, allows, phone.net.now))


def stands(phone: Phone, call_id: str) -> tuple[str, str]:
    """What the phone does, and what it thinks that the peer does."""
    view = phone.agent.calls[call_id]
    return view.recording, view.recorded


def words(net: Net, since: int = 0) -> list[str]:
    """What was said of recording, in order: `alice INVITE record:paused`."""
    said = []
    for carried, line in zip(net.carried[since:], net.ladder()[since:], strict=True):
        body = carried.message.body
        attributes = [
            part.decode().removeprefix("a=")
            for part in body.split(b"\r\n")
            if part.startswith(b"a=record")
        ]
        if attributes:
            said.append(" ".join([line, *attributes]))
    return said


def recorded_call() -> tuple[Net, Phone, Phone, str]:
    """Alice records, bob allowed it."""
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    allow(bob, call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("on", ""), ("", "on"))
    return net, alice, bob, call_id


# --- the way it goes ---


def test_one_asks_the_other_allows_and_both_know() -> None:
    net, alice, bob, call_id = call_that_is_up()
    before = len(net.carried)
    ask(alice, call_id)
    assert stands(alice, call_id) == ("asked", "")
    net.run(1)
    assert stands(bob, call_id) == ("", "asking")
    allow(bob, call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("on", ""), ("", "on"))
    assert words(net, before) == [
        "alice INVITE record:paused",
        "bob INVITE recordpref:on",
        "alice 200 INVITE record:on",
    ]
    assert [(e.recording, e.recorded) for e in bob.told(RecordingChanged)] == [
        ("", "asking"),
        ("", ""),
        ("", "on"),
    ]


def test_a_call_begins_without_a_word_of_it_but_says_that_it_is_aware() -> None:
    net, *_ = call_that_is_up()
    assert words(net) == []
    for carried in net.carried:
        if carried.message.body:
            assert carried.message.header("Supported") == "record-aware"


def test_a_refusal_ends_the_question() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    allow(bob, call_id, False)
    net.run(1)
    assert stands(alice, call_id) == ("refused", "")
    assert stands(bob, call_id) == ("", "")
    assert words(net)[-2:] == [
        "bob INVITE recordpref:off",
        "alice 200 INVITE record:off",
    ]


def test_after_a_refusal_one_may_ask_again_and_the_old_answer_does_not_count() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    allow(bob, call_id, False)
    net.run(1)
    ask(alice, call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (
        ("asked", ""),
        ("", "asking"),
    )
    assert words(net)[-1] == "bob 200 INVITE recordpref:nopreference"
    allow(bob, call_id)
    net.run(1)
    assert stands(alice, call_id) == ("on", "")


def test_consent_can_be_taken_back_and_the_answer_says_that_it_is_over() -> None:
    net, alice, bob, call_id = recorded_call()
    allow(bob, call_id, False)
    net.run(1)
    assert stands(alice, call_id) == ("refused", "")
    assert stands(bob, call_id) == ("", "")
    assert words(net)[-1] == "alice 200 INVITE record:off"


def test_who_records_stops_and_consent_is_for_that_time_only() -> None:
    net, alice, bob, call_id = recorded_call()
    stop(alice, call_id)
    assert stands(alice, call_id)[0] != "on"  # at once, whatever the network does
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", ""))
    ask(alice, call_id)
    net.run(1)
    assert stands(alice, call_id) == ("asked", "")
    assert stands(bob, call_id) == ("", "asking")


def test_the_question_can_be_taken_back() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    stop(alice, call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", ""))
    with pytest.raises(LocalError, match="neither records nor asks"):
        allow(bob, call_id)


def test_both_may_record_each_with_consent() -> None:
    net, alice, bob, call_id = recorded_call()
    ask(bob, call_id)
    net.run(1)
    assert stands(alice, call_id) == ("on", "asking")
    allow(alice, call_id)
    net.run(1)
    assert stands(alice, call_id) == stands(bob, call_id) == ("on", "on")
    stop(alice, call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", "on"), ("on", ""))


def test_hanging_up_ends_every_recording() -> None:
    net, alice, bob, call_id = recorded_call()
    bob.hang_up(call_id)
    net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", ""))
    assert alice.told(RecordingChanged)[-1].was_recording == "on"
    with pytest.raises(LocalError, match="ended"):
        ask(alice, call_id)


# --- at the same time as other things ---


def test_a_hold_changes_nothing_of_it() -> None:
    net, alice, bob, call_id = recorded_call()
    for phone in (alice, bob):
        phone.do(phone.agent.hold(call_id, net.now))
        net.run(1)
        assert stands(alice, call_id) == ("on", "")
        assert stands(bob, call_id) == ("", "on")
    allow(bob, call_id, False)
    net.run(1)
    assert stands(alice, call_id) == ("refused", "")
    assert alice.agent.calls[call_id].state is CallState.HELD
    assert bob.agent.calls[call_id].held_by_me


def test_asking_disturbs_neither_ports_nor_formats() -> None:
    net, alice, bob, call_id = call_that_is_up()
    before = alice.agent.calls[call_id].streams, bob.agent.calls[call_id].streams
    ask(alice, call_id)
    net.run(1)
    allow(bob, call_id)
    net.run(1)
    after = alice.agent.calls[call_id].streams, bob.agent.calls[call_id].streams
    assert before == after
    assert len(alice.told(MediaAgreed)) == 3


@pytest.mark.parametrize("seed", range(6))
def test_asking_and_holding_at_once_ends_well(seed: int) -> None:
    """Glare: both step back and try again (RFC 3261 section 14.1)."""
    net, alice, bob, call_id = call_that_is_up(seed=seed)
    ask(alice, call_id)
    bob.do(bob.agent.hold(call_id, net.now))
    ask(bob, call_id)
    net.run(20)
    assert "alice 491 INVITE" in net.ladder() or "bob 491 INVITE" in net.ladder()
    assert stands(alice, call_id) == stands(bob, call_id) == ("asked", "asking")
    assert bob.agent.calls[call_id].held_by_me
    allow(alice, call_id)
    allow(bob, call_id)
    net.run(20)
    assert stands(alice, call_id) == stands(bob, call_id) == ("on", "on")


def test_taking_the_question_back_crosses_the_consent_and_nothing_is_recorded() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    stop(alice, call_id)
    allow(bob, call_id)
    net.run(20)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", ""))
    assert "on" not in {event.recording for event in alice.told(RecordingChanged)}


def test_consent_taken_back_before_it_arrived_counts() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    net.run(1)
    allow(bob, call_id)
    allow(bob, call_id, False)
    net.run(20)
    assert stands(alice, call_id) == ("refused", "")
    assert stands(bob, call_id) == ("", "")


@pytest.mark.parametrize("seed", range(8))
def test_on_a_bad_link_both_come_to_know_the_same(seed: int) -> None:
    net, alice, bob, call_id = call_that_is_up(seed=seed)
    net.quality = Quality(loss=0.3, duplicates=0.2, jitter=0.2)
    ask(alice, call_id)
    net.run(100)
    allow(bob, call_id)
    net.run(100)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("on", ""), ("", "on"))
    allow(bob, call_id, False)
    net.run(100)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("refused", ""), ("", ""))


def test_nobody_can_refuse_us_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answered 488, we do not record all the same, and say so with the next offer."""
    net, alice, bob, call_id = recorded_call()
    with monkeypatch.context() as patch:
        patch.setattr(Session, "answer", _refuses)
        stop(alice, call_id)
        net.run(1)
    assert alice.told(ChangeRefused)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", "on"))
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(1)
    assert stands(bob, call_id) == ("", "")


def _refuses(session: Session, offer: SessionDescription) -> SessionDescription:
    raise RemoteError("no")


def test_a_question_that_is_refused_as_a_whole_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, alice, bob, call_id = call_that_is_up()
    with monkeypatch.context() as patch:
        patch.setattr(Session, "answer", _refuses)
        ask(alice, call_id)
        net.run(1)
    assert (stands(alice, call_id), stands(bob, call_id)) == (("", ""), ("", ""))
    assert alice.told(ChangeRefused)


# --- what our user cannot do ---


def test_one_cannot_ask_twice() -> None:
    net, alice, bob, call_id = call_that_is_up()
    ask(alice, call_id)
    with pytest.raises(LocalError, match="have asked already"):
        ask(alice, call_id)
    net.run(1)
    allow(bob, call_id)
    net.run(1)
    with pytest.raises(LocalError, match="are recording already"):
        ask(alice, call_id)


def test_nobody_asked_so_there_is_nothing_to_allow() -> None:
    _, alice, _, call_id = call_that_is_up()
    with pytest.raises(LocalError, match="neither records nor asks"):
        allow(alice, call_id)


# --- strangers' phones, byte by byte ---

AWARE = ("Contact: <sip:x@127.0.0.9:5070>", "Supported: timer, Record-Aware")


class Called(Bob):
    """Bob in a call with a stranger, whose next descriptions are what a test says."""

    def __init__(self, extra: tuple[str, ...] = AWARE, body: str = SDP) -> None:
        super().__init__()
        (ringing,) = self.gets(request(body=body, extra=extra))
        self.call_id, self.tag, self.number = ringing.call_id, ringing.to.tag, 1
        self.does(self.agent.answer(self.call_id, plans(5000), self.now))
        self.acknowledge()

    def acknowledge(self) -> None:
        to = f"<sip:bob@127.0.0.3>;tag={self.tag}"
        cseq = f"{self.number} ACK"
        self.gets(request("ACK", branch=f"z9hG4bKa{self.number}", to=to, cseq=cseq))

    def is_offered(self, *attributes: str, body: str = SDP) -> list[str]:
        """A re-INVITE with these lines comes; what our answer says of recording."""
        self.number += 1
        (answer,) = self.gets(
            request(
                branch=f"z9hG4bKr{self.number}",
                to=f"<sip:bob@127.0.0.3>;tag={self.tag}",
                cseq=f"{self.number} INVITE",
                body=body + "".join(f"{line}\r\n" for line in attributes),
            )
        )
        assert answer.status == 200
        self.acknowledge()
        lines = answer.body.decode().split("\r\n")
        return [line for line in lines if line.startswith("a=record")]

    @property
    def stands(self) -> tuple[str, str]:
        view = self.agent.calls[self.call_id]
        return view.recording, view.recorded

    def asks(self) -> Request:
        (reinvite,) = self.does(self.agent.record(self.call_id, True, self.now))
        assert isinstance(reinvite, Request)
        return reinvite

    def is_answered(self, reinvite: Request, *attributes: str) -> list[object]:
        """A 200 to our re-INVITE comes; what we send then, but the ACK."""
        response = answer_to(
            reinvite,
            200,
            headers=(("Content-Type", "application/sdp"),),
            body=(SDP + "".join(f"{line}\r\n" for line in attributes)).encode(),
        )
        effects = self.agent.received(sip.write(response), STRANGER, self.now)
        return self.does(effects)[1:]


def test_a_phone_that_is_not_record_aware_cannot_be_asked() -> None:
    bob = Called(extra=AWARE[:1])
    with pytest.raises(LocalError, match=r"cannot be asked.*not recorded"):
        bob.agent.record(bob.call_id, True, bob.now)
    assert bob.stands == ("", "")


def test_who_records_from_the_first_is_seen_at_once() -> None:
    """A recorder that asks nobody, as in call centres: the RFC lets it tell only."""
    bob = Called(body=SDP + "a=record:on\r\n")
    assert bob.stands == ("", "on")


def test_consent_may_be_in_the_answer_itself() -> None:
    bob = Called()
    reinvite = bob.asks()
    assert b"\r\na=record:paused\r\n" in reinvite.body
    (told,) = bob.is_answered(reinvite, "a=recordpref:on")
    assert isinstance(told, Request)
    assert b"\r\na=record:on\r\n" in told.body
    assert bob.stands == ("asked", "")  # they have not heard it yet
    bob.is_answered(told)
    assert bob.stands == ("on", "")


@pytest.mark.parametrize("word", ["off", "pause"])
def test_so_may_a_refusal(word: str) -> None:
    bob = Called()
    (told,) = bob.is_answered(bob.asks(), f"a=recordpref:{word}")
    assert isinstance(told, Request)
    assert b"\r\na=record:off\r\n" in told.body
    assert bob.stands == ("refused", "")


def test_no_preference_is_no_consent() -> None:
    bob = Called()
    assert bob.is_answered(bob.asks(), "a=recordpref:nopreference") == []
    assert bob.stands == ("asked", "")
    assert bob.is_offered("a=recordpref:nopreference") == ["a=record:paused"]
    assert bob.is_offered() == ["a=record:paused"]
    assert bob.is_offered("a=recordpref:on") == ["a=record:on"]
    assert bob.stands == ("on", "")
    assert bob.is_offered() == ["a=record:on"]  # what is not said again stays
    assert bob.is_offered("a=recordpref:nopreference") == ["a=record:off"]
    assert bob.stands == ("refused", "")


def test_consent_that_nobody_asked_for_records_nothing() -> None:
    bob = Called()
    assert bob.is_offered("a=recordpref:on") == []
    assert bob.stands == ("", "")


def test_each_medium_may_say_it_for_itself_and_all_must_consent() -> None:
    video = "m=video 7002 RTP/AVP 26\r\n"
    bob = Called(body=SDP + video)
    bob.is_answered(bob.asks())
    sound_only = SDP + "a=recordpref:on\r\n" + video
    assert bob.is_offered(body=sound_only) == ["a=record:paused"]
    assert bob.is_offered("a=recordpref:on", body=sound_only) == ["a=record:on"]
    assert bob.is_offered("a=recordpref:off", body=sound_only) == ["a=record:off"]


@pytest.mark.parametrize(
    "line",
    [
        "a=record:",
        "a=record",
        "a=record:yes",
        "a=record:on on",
        "a=record:\0on",
        "a=record:" + "on" * 3000,
        "a=recordpref:sure",
        "a=recordpref:<b>on</b>",
        "a=RECORDPREF :on",
        "A=recordpref:on",
    ],
)
def test_what_is_no_word_of_it_says_nothing(line: str) -> None:
    bob = Called()
    bob.is_answered(bob.asks())
    assert bob.is_offered(line) == ["a=record:paused"]
    assert bob.stands == ("asked", "")


def test_of_two_words_the_first_counts() -> None:
    bob = Called()
    bob.is_answered(bob.asks())
    lines = ("a=recordpref:off", "a=recordpref:on")
    assert bob.is_offered(*lines) == ["a=record:off"]


def test_one_may_require_of_us_to_be_aware() -> None:
    required = (*AWARE, "Require: record-aware")
    assert Bob().gets(request(body=SDP, extra=required))[0].status == 180
    (answer,) = Bob().gets(request(body=SDP, extra=(*required, "Require: 100rel")))
    assert answer.status == 420
    assert answer.header("Unsupported") == "100rel"
