"""What a phone cannot take is refused with the status that the RFC names.

PROTOCOLS section 2: 400 405 415 420 481 482 486 487 488 500; the receive path never
raises.
"""

from __future__ import annotations

from random import Random

import pytest

from labkit.effects import Address
from labkit.signalling import IncomingCall, Malformed
from labkit.signalling.machine import agent as agent_module
from labkit.signalling.machine.transactions import MOST_ANSWERED
from tests.signalling.literal import CALLER, SDP, STRANGER, Bob, request


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request("SUBSCRIBE"), 405),
        (request("REGISTER"), 405),
        (request(extra=("Require: 100rel",)), 420),
        (request(body="hello", type="text/plain"), 415),
        (request(body=SDP, extra=("Content-Encoding: gzip",)), 415),
        (request(body="v=1\r\n"), 400),
        (request(uri="tel:+15551234"), 416),
        (request("BYE"), 481),
        (request("CANCEL"), 481),
        (request("INVITE", to="<sip:bob@127.0.0.3>;tag=gone"), 481),
        (request("OPTIONS"), 200),
    ],
)
def test_each_refusal_has_its_status(data: bytes, status: int) -> None:
    bob = Bob()
    assert [answer.status for answer in bob.gets(data)] == [status]
    assert not any(isinstance(event, IncomingCall) for event in bob.events)


def test_405_says_what_is_allowed_and_420_what_is_not_supported() -> None:
    [allowed] = Bob().gets(request("SUBSCRIBE"))
    assert allowed.header_list("Allow") == [
        "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "MESSAGE",
    ]  # fmt: skip
    [unsupported] = Bob().gets(request(extra=("Require: 100rel, timer",)))
    assert unsupported.header_list("Unsupported") == ["100rel", "timer"]
    [accepted] = Bob().gets(request(body="x", type="text/plain"))
    assert accepted.header("Accept") == "application/sdp"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (request(cseq="1 BYE"), "CSeq says BYE, but the request is INVITE"),
        (request(extra=("Max-Forwards: many",)), "more than one Max-Forwards"),
        (request(uri="sip:"), "not an address"),
        (request(extra=("Contact: <<>",)), "Contact cannot be read"),
        (request(body=SDP)[:-9], "promises 87 bytes, but only 78 came"),
    ],
)
def test_a_broken_request_gets_400_and_is_reported(data: bytes, said: str) -> None:
    bob = Bob()
    answers = bob.gets(data)
    if answers:  # a CSeq that contradicts its method still says what is answered
        assert [answer.status for answer in answers] == [400]
    [event] = bob.events
    assert isinstance(event, Malformed)
    assert said in event.text
    assert event.source == STRANGER


def test_an_unknown_version_gets_505() -> None:
    data = request().replace(b" SIP/2.0\r\nVia", b" SIP/7.0\r\nVia")
    assert [answer.status for answer in Bob().gets(data)] == [505]


def test_an_ack_is_never_answered_whatever_it_says() -> None:
    assert Bob().gets(request("ACK")) == []
    assert Bob().gets(request("ACK", uri="sip:")) == []
    assert Bob().gets(request("ACK", to="<sip:bob@x>;tag=gone")) == []


def test_the_same_request_by_two_ways_is_merged_with_482() -> None:
    bob = Bob()
    assert [a.status for a in bob.gets(request(body=SDP))] == [180]
    assert [a.status for a in bob.gets(request(body=SDP, branch="z9hG4bK2"))] == [482]


def test_a_repeated_request_gets_the_answer_again_and_rings_once() -> None:
    bob = Bob()
    first = bob.gets(request(body=SDP))
    assert bob.gets(request(body=SDP)) == first
    assert len([e for e in bob.events if isinstance(e, IncomingCall)]) == 1


def test_a_request_out_of_order_gets_500() -> None:
    bob = Bob()
    [ringing] = bob.gets(request(body=SDP, cseq="7 INVITE"))
    old = request("BYE", to=str(ringing.to), cseq="6 BYE", branch="z9hG4bK6")
    assert [answer.status for answer in bob.gets(old)] == [500]


def test_a_bye_before_our_answer_ends_the_invitation_with_487() -> None:
    bob = Bob()
    [ringing] = bob.gets(request(body=SDP))
    bye = request("BYE", to=str(ringing.to), cseq="2 BYE", branch="z9hG4bK2")
    assert [(a.status, a.cseq.method) for a in bob.gets(bye)] == [
        (200, "BYE"),
        (487, "INVITE"),
    ]


def test_requests_with_the_wrong_tags_do_not_touch_the_call() -> None:
    bob = Bob()
    [ringing] = bob.gets(request(body=SDP))
    before = dict(bob.agent.calls)
    strangers = [(str(ringing.to), "<sip:x@y>;tag=no"), ("<sip:b@c>;tag=no", CALLER)]
    for number, (to, from_) in enumerate(strangers):
        branch = f"z9hG4bKs{number}"
        bye = request("BYE", to=to, from_=from_, cseq="2 BYE", branch=branch)
        assert [answer.status for answer in bob.gets(bye)] == [481]
    assert bob.agent.calls == before


def test_keep_alives_and_empty_datagrams_are_ignored() -> None:
    bob = Bob()
    for data in (b"", b"\r\n", b"\r\n\r\n", b"\0\0\0\0"):
        assert bob.agent.received(data, STRANGER, 0.0) == []


def test_answers_go_where_rport_and_received_say() -> None:
    """RFC 3261 section 18.2.2 and RFC 3581."""
    bob = Bob()
    source = Address("127.0.0.9", 40_000)
    via = "SIP/2.0/UDP 10.1.1.1:5070;branch=z9hG4bKa"
    [answer] = bob.gets(request("OPTIONS", via=via), source)
    assert answer.via[0].parameters.get("received") == "127.0.0.9"
    assert bob.sent[0].to.address == ("127.0.0.9", 5070)
    [answer] = bob.gets(request("OPTIONS", via=f"{via}2;rport"), source)
    assert answer.via[0].parameters.get("rport") == "40000"
    assert bob.sent[0].to.address == source


def test_a_forged_received_does_not_send_our_answer_to_a_third() -> None:
    bob = Bob()
    via = "SIP/2.0/UDP 127.0.0.9:5070;branch=z9hG4bKa;received=10.9.9.9"
    bob.gets(request("OPTIONS", via=via))
    assert bob.sent[0].to.address.host == STRANGER.host


def test_via_lists_and_record_routes_come_back_as_they_went() -> None:
    bob = Bob()
    via = (
        "SIP/2.0/UDP 127.0.0.9:5070;branch=z9hG4bKtop , "
        "SIP/2.0/TCP proxy.example;branch=z9hG4bKlow;received=10.0.0.1"
    )
    extra = (
        "Contact: <sip:x@127.0.0.9:5070>",
        "Record-Route: <sip:127.0.0.9:5070;lr>, <sip:p2.example;lr>",
    )
    [ringing] = bob.gets(request(body=SDP, via=via, extra=extra))
    assert [v.branch for v in ringing.via] == ["z9hG4bKtop", "z9hG4bKlow"]
    assert [r.uri.host for r in ringing.record_route] == ["127.0.0.9", "p2.example"]


def test_a_mistake_of_ours_is_answered_500_and_the_phone_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob = Bob()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(agent_module, "party_of", broken)
    monkeypatch.setattr(agent_module, "Callee", broken)
    assert [answer.status for answer in bob.gets(request(body=SDP))] == [500]
    monkeypatch.undo()
    again = request(body=SDP, branch="z9hG4bK2", call_id="call-2@127.0.0.9")
    assert [answer.status for answer in bob.gets(again)] == [180]


def test_a_flood_of_callers_leaves_the_call_unharmed_and_memory_bounded() -> None:
    bob = Bob()
    bob.gets(request(body=SDP))
    before = dict(bob.agent.calls)
    for number in range(3 * MOST_ANSWERED):
        flood = request(
            body=SDP, branch=f"z9hG4bKf{number}", call_id=f"f{number}@127.0.0.9"
        )
        assert [answer.status for answer in bob.gets(flood)] == [486]
        bob.events.clear()
    assert bob.agent.calls == before
    assert len(bob.agent._transactions) <= MOST_ANSWERED + 2
    assert len(bob.agent._transactions._by_origin) <= MOST_ANSWERED + 2
    cancel = request("CANCEL")
    assert [answer.status for answer in bob.gets(cancel)] == [200, 487]


def test_garbage_of_all_kinds_never_raises_and_changes_nothing() -> None:
    bob = Bob()
    bob.gets(request(body=SDP))
    before = dict(bob.agent.calls)
    random = Random(3)
    whole = request(body=SDP)
    for _ in range(3000):
        cut = bytearray(whole[: random.randrange(len(whole))])
        for _ in range(random.randrange(4)):
            if cut:
                cut[random.randrange(len(cut))] = random.randrange(256)
        bob.gets(bytes(cut))
        bob.gets(random.randbytes(random.randrange(200)))
    assert bob.agent.calls == before


def test_a_strangers_name_is_shown_without_control_codes() -> None:
    bob = Bob()
    bob.gets(request(body=SDP, from_='"\x1b[31mEve\x07" <sip:eve@127.0.0.9>;tag=x1'))
    [event] = bob.events
    assert isinstance(event, IncomingCall)
    assert event.peer.name == "[31mEve"
