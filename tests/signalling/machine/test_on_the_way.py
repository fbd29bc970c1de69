"""Routes, redirections, offers that come late, and other phones' habits.

RFC 3261 sections 8.1.3.4, 12.2, 13.2.2.4, 16.12; RFC 3264 section 5.
"""

from __future__ import annotations

import pytest

from labkit.effects import Address
from labkit.signalling import CallState, IncomingCall, MediaAgreed
from labkit.signalling.machine.destination import Destination
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sdp
from tests.signalling.literal import HERE, SDP, STRANGER, Bob, request
from tests.signalling.pair import BOB, CAROL, PCMU, Net, plans

OK = (
    "SIP/2.0 {status}\r\n"
    "Via: {via}\r\n"
    "From: {from_}\r\n"
    "To: {to};tag={tag}\r\n"
    "Call-ID: {call_id}\r\n"
    "CSeq: {cseq}\r\n"
    "{extra}"
    "\r\n"
    "{body}"
)


class Calling(Bob):
    """Bob calls a stranger, whose phone is played by the test."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        call = self.agent.call("x", STRANGER, plans(4000), 0.0)
        self.call_id, effects = call
        [self.invite] = self.does(effects)

    def answered(
        self,
        status: str = "200 OK",
        *,
        extra: str = "Contact: <sip:x@127.0.0.9:5071>\r\n",
        body: str = "",
        tag: str = "t1",
        to: Request | None = None,
        source: Address = STRANGER,
    ) -> list[Request]:
        asked = to or self.invite
        assert isinstance(asked, Request)
        if status.startswith("200") and asked.method == "INVITE" and not body:
            body = SDP + "m=video 0 RTP/AVP 26\r\n"
        head = to.to if to else asked.to
        text = OK.format(
            status=status, via=asked.via[0], from_=asked.from_, call_id=asked.call_id,
            to=str(head).partition(";tag")[0], tag=tag, cseq=asked.cseq, extra=extra,
            body=body,
        )  # fmt: skip
        sent = self.does(self.agent.received(text.encode(), source, self.now))
        return [message for message in sent if isinstance(message, Request)]

    @property
    def state(self) -> CallState:
        return self.agent.calls[self.call_id].state


def test_the_peers_contact_is_where_later_requests_go() -> None:
    bob = Calling()
    [ack] = bob.answered()
    assert str(ack.uri) == "sip:x@127.0.0.9:5071"
    assert bob.sent[0].to == Destination("UDP", Address("127.0.0.9", 5071))
    assert ack.contact == ()
    assert not isinstance(ack.cseq.number, str)
    assert ack.cseq.number == 1


def test_a_new_contact_in_a_reinvite_refreshes_the_target() -> None:
    bob = Calling()
    [ack] = bob.answered()
    again = request(
        to=str(ack.from_), from_=str(ack.to), call_id=bob.call_id, cseq="1 INVITE",
        body=SDP + "m=video 0 RTP/AVP 26\r\n",
        extra=("Contact: <sip:x@127.0.0.9:5099>",),
    )  # fmt: skip
    assert [answer.status for answer in bob.gets(again)] == [200]
    [ended] = bob.does(
        bob.agent.received(
            request("ACK", to=str(ack.from_), from_=str(ack.to), call_id=bob.call_id),
            STRANGER,
            1.0,
        )
    ) or [None]
    assert ended is None
    [bye] = bob.does(bob.agent.hang_up(bob.call_id, 1.0))
    assert isinstance(bye, Request)
    assert str(bye.uri) == "sip:x@127.0.0.9:5099"


def test_loose_routes_are_taken_in_reverse_and_the_uri_stays_the_target() -> None:
    bob = Calling()
    extra = (
        "Contact: <sip:x@127.0.0.9:5071>\r\n"
        "Record-Route: <sip:127.0.0.7:5064;lr>\r\n"
        "Record-Route: <sip:127.0.0.6:5062;lr>\r\n"
    )
    [ack] = bob.answered(extra=extra)
    assert str(ack.uri) == "sip:x@127.0.0.9:5071"
    assert [route.uri.host for route in ack.route] == ["127.0.0.6", "127.0.0.7"]
    assert bob.sent[0].to.address == ("127.0.0.6", 5062)


def test_a_strict_router_gets_its_own_address_as_request_uri() -> None:
    bob = Calling()
    extra = "Contact: <sip:x@127.0.0.9:5071>\r\nRecord-Route: <sip:127.0.0.6:5062>\r\n"
    [ack] = bob.answered(extra=extra)
    assert str(ack.uri) == "sip:127.0.0.6:5062"
    assert [str(route.uri) for route in ack.route] == ["sip:x@127.0.0.9:5071"]


def test_the_callee_takes_record_routes_in_order() -> None:
    bob = Bob()
    extra = (
        "Contact: <sip:x@127.0.0.9:5070>",
        "Record-Route: <sip:127.0.0.6:5062;lr>, <sip:127.0.0.7:5064;lr>",
    )
    [ringing] = bob.gets(request(body=SDP, extra=extra))
    bob.does(bob.agent.answer(ringing.call_id, plans(5000), 0.0))
    bob.gets(request("ACK", to=str(ringing.to), branch="z9hG4bKack"))
    [bye] = bob.does(bob.agent.hang_up(ringing.call_id, 1.0))
    assert isinstance(bye, Request)
    assert [route.uri.host for route in bye.route] == ["127.0.0.6", "127.0.0.7"]
    assert bob.sent[0].to.address == ("127.0.0.6", 5062)


def test_a_target_that_only_a_resolver_knows_is_reached_where_it_was_seen() -> None:
    bob = Calling()
    bob.answered(extra="Contact: <sip:x@phone.example>\r\n")
    assert bob.sent[0].to.address == STRANGER


@pytest.mark.parametrize("status", ["302 Moved Temporarily", "301 Moved Permanently"])
def test_a_redirected_call_goes_to_the_new_address(status: str) -> None:
    bob = Calling()
    sent = bob.answered(status, extra="Contact: <sip:x@127.0.0.8:5080>\r\n")
    ack, invite = sent
    assert (ack.method, invite.method) == ("ACK", "INVITE")
    assert str(invite.uri) == "sip:x@127.0.0.8:5080"
    assert bob.sent[1].to.address == ("127.0.0.8", 5080)
    assert invite.cseq.number == 2
    assert invite.call_id == bob.call_id
    assert bob.state is CallState.CALLING
    bob.answered(to=invite, source=Address("127.0.0.8", 5080))
    assert bob.state is CallState.ACCEPTED


def test_redirections_in_a_circle_end() -> None:
    bob = Calling()
    invite = bob.invite
    for number in range(5081, 5090):
        assert isinstance(invite, Request)
        contact = f"Contact: <sip:x@127.0.0.8:{number}>\r\n"
        _, *more = bob.answered("302 Moved", extra=contact, to=invite)
        if not more:
            break
        [invite] = more
    assert number == 5086
    assert bob.state is CallState.FAILED
    circle = Calling()
    [ack] = circle.answered("302 Moved", extra="Contact: <sip:x@127.0.0.9:5070>\r\n")
    assert ack.method == "ACK"
    assert circle.state is CallState.FAILED


def test_an_invite_without_an_offer_gets_ours_and_answers_in_its_ack() -> None:
    bob = Bob()
    [ringing] = bob.gets(request())
    [event] = bob.events
    assert isinstance(event, IncomingCall)
    assert event.kinds == ()
    [ok] = bob.does(bob.agent.answer(ringing.call_id, plans(5000), 0.0))
    assert isinstance(ok, Response)
    assert [media.port for media in sdp.parse(ok.body).media] == [5000, 5002]
    assert not any(isinstance(event, MediaAgreed) for event in bob.events)
    ack = request(
        "ACK", to=str(ok.to), branch="z9hG4bK2", body=SDP + "m=video 0 RTP/AVP 26\r\n"
    )
    bob.gets(ack)
    [agreed] = [event for event in bob.events if isinstance(event, MediaAgreed)]
    assert agreed.streams[0].remote == ("127.0.0.9", 7000)
    assert agreed.streams[0].format == PCMU
    assert agreed.streams[1].remote is None


def test_without_the_answer_in_the_ack_the_call_is_ended() -> None:
    bob = Bob()
    [ringing] = bob.gets(request())
    bob.does(bob.agent.answer(ringing.call_id, plans(5000), 0.0))
    ack = request("ACK", to=str(ringing.to), branch="z9hG4bK2")
    sent = bob.does(bob.agent.received(ack, STRANGER, 1.0))
    assert [str(message) for message in sent] == ["BYE sip:x@127.0.0.9:5070"]
    assert bob.agent.calls[ringing.call_id].state is CallState.FAILED


def test_a_reinvite_without_an_offer_gets_what_we_have() -> None:
    bob = Bob()
    [ringing] = bob.gets(request(body=SDP))
    bob.does(bob.agent.answer(ringing.call_id, plans(5000), 0.0))
    bob.gets(request("ACK", to=str(ringing.to), branch="z9hG4bK2"))
    [ok] = bob.gets(
        request(to=str(ringing.to), cseq="2 INVITE", branch="z9hG4bK3"), STRANGER
    )
    assert [media.port for media in sdp.parse(ok.body).media][:1] == [5000]
    while_offering = request(
        to=str(ringing.to), cseq="3 INVITE", branch="z9hG4bK5", body=SDP
    )
    assert [answer.status for answer in bob.gets(while_offering)] == [491]


def test_a_second_phone_that_answers_the_same_invite_is_let_down_kindly() -> None:
    bob = Calling()
    bob.answered()
    sent = bob.answered(tag="t2")
    assert [message.method for message in sent] == ["ACK", "BYE"]
    assert {message.to.tag for message in sent} == {"t2"}
    assert bob.state is CallState.ACCEPTED


def test_a_repeated_2xx_gets_the_same_ack_again() -> None:
    bob = Calling()
    first = bob.answered()
    assert bob.answered() == first


def test_an_acceptance_without_media_is_acknowledged_and_ended() -> None:
    bob = Calling()
    sent = bob.answered(body="nonsense")
    assert [message.method for message in sent] == ["ACK", "BYE"]
    assert bob.state is CallState.FAILED
    assert "not in a way that works" in bob.agent.calls[bob.call_id].why


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("404 Not Found", CallState.FAILED),
        ("408 Request Timeout", CallState.UNANSWERED),
        ("480 Temporarily Unavailable", CallState.UNANSWERED),
        ("486 Busy Here", CallState.REFUSED),
        ("488 Not Acceptable Here", CallState.FAILED),
        ("503 Service Unavailable", CallState.FAILED),
        ("600 Busy Everywhere", CallState.REFUSED),
        ("603 Decline", CallState.REFUSED),
        ("699 Never Heard Of", CallState.FAILED),
        ("302 Moved", CallState.FAILED),
    ],
)
def test_every_refusal_leads_to_a_state_and_words(
    status: str, state: CallState
) -> None:
    bob = Calling()
    [ack] = bob.answered(status, extra="")
    assert (ack.method, ack.branch) == ("ACK", bob.invite.branch)  # type: ignore[attr-defined]
    view = bob.agent.calls[bob.call_id]
    assert view.state is state
    assert view.why
    assert view.status == int(status[:3])
    assert bob.answered(status, extra="") == [ack]  # each repetition gets its ACK


def test_a_phone_that_cannot_be_reached_fails_the_call_at_once() -> None:
    bob = Calling(transport="TCP")
    bob.does(bob.agent.unreachable(Destination("TCP", STRANGER), 0.1))
    view = bob.agent.calls[bob.call_id]
    assert (view.state, view.status) == (CallState.FAILED, 503)
    assert "127.0.0.9:5070 by TCP cannot be reached" in view.why


def test_over_tcp_nothing_is_repeated_but_the_acceptance() -> None:
    net = Net()
    alice = net.phone("alice", CAROL, transport="TCP")
    bob = net.phone("bob", BOB, transport="TCP")
    call_id = alice.call("bob", BOB)
    net.run(3)
    bob.answer(call_id)
    net.run(3)
    alice.hang_up(call_id)
    net.run(3)
    assert net.ladder() == [
        "alice INVITE",
        "bob 180 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "alice BYE",
        "bob 200 BYE",
    ]
    contacts = [c.message.contact[0] for c in net.carried if c.message.contact]
    assert {contact.uri.parameters.get("transport") for contact in contacts} == {"tcp"}


def test_a_phone_that_calls_itself_hears_busy() -> None:
    net = Net()
    bob = net.phone("bob", HERE)
    call_id = bob.call("bob", HERE)
    net.run(1)
    assert bob.agent.calls[call_id].state.is_over
