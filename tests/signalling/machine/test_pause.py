"""Pausing one's pictures is no hold: the voices go on, both sides know why (C6, C7).

RFC 3264 sections 5.1, 6.1 and 8.4: a direction of each `m=` line, as its describer
sees it. Who pauses says `a=recvonly` of the pictures alone.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.signalling import CallChanged, CallState, ChangeRefused, Direction
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.request import Request
from tests.signalling.literal import SDP, Bob, request
from tests.signalling.pair import BOB, Net, Phone, alice_and_bob, call_that_is_up, plans


def paused_plans(port: int, paused: bool = True) -> tuple[MediaPlan, ...]:
    audio, video = plans(port)
    direction = Direction.RECVONLY if paused else Direction.SENDRECV
    return audio, replace(video, direction=direction)


def pause(net: Net, phone: Phone, call_id: str, paused: bool = True) -> None:
    port = 4000 if phone.agent.profile.name == "alice" else 5000
    media = paused_plans(port, paused)
    phone.do(phone.agent.change(call_id, media, net.now))
    net.run(1)


def hold(net: Net, phone: Phone, call_id: str) -> None:
    phone.do(phone.agent.hold(call_id, net.now))
    net.run(1)


def resume(net: Net, phone: Phone, call_id: str) -> None:
    phone.do(phone.agent.resume(call_id, net.now))
    net.run(1)


def told(phone: Phone, call_id: str) -> tuple[CallState, bool, bool]:
    """State, whether the peer holds, whether the peer's pictures are paused."""
    view = phone.agent.calls[call_id]
    return view.state, view.held_by_peer, view.peer_video_paused


def directions(phone: Phone, call_id: str) -> list[str]:
    return [str(stream.direction) for stream in phone.agent.calls[call_id].streams]


UP, HELD = CallState.ACCEPTED, CallState.HELD


def test_a_pause_is_seen_as_a_pause_and_not_as_a_hold() -> None:
    net, alice, bob, call_id = call_that_is_up()
    pause(net, alice, call_id)
    assert told(bob, call_id) == (UP, False, True)
    assert told(alice, call_id) == (UP, False, False)
    assert directions(alice, call_id) == ["sendrecv", "recvonly"]
    assert directions(bob, call_id) == ["sendrecv", "sendonly"]
    pause(net, alice, call_id, False)
    assert told(bob, call_id) == (UP, False, False)
    assert directions(bob, call_id) == ["sendrecv", "sendrecv"]


def test_neither_side_is_told_of_another_state_of_the_call() -> None:
    net, alice, bob, call_id = call_that_is_up()
    before = [len(phone.told(CallChanged)) for phone in (alice, bob)]
    pause(net, alice, call_id)
    assert [len(phone.told(CallChanged)) for phone in (alice, bob)] == before


def test_the_offer_of_a_pause_differs_in_one_direction_only() -> None:
    net, alice, _, call_id = call_that_is_up()
    pause(net, alice, call_id)
    first, second = (
        carried.message.body.decode().splitlines()
        for carried in net.carried
        if isinstance(carried.message, Request) and carried.message.method == "INVITE"
    )
    changed = [
        (was, now)
        for was, now in zip(first, second, strict=True)
        if was != now and not was.startswith("o=")
    ]
    assert changed == [("a=sendrecv", "a=recvonly")]
    assert second.index("a=recvonly") > second.index(
        next(line for line in second if line.startswith("m=video"))
    )


def test_both_may_pause_and_each_resumes_alone() -> None:
    net, alice, bob, call_id = call_that_is_up()
    pause(net, alice, call_id)
    pause(net, bob, call_id)
    assert told(alice, call_id) == told(bob, call_id) == (UP, False, True)
    assert directions(alice, call_id) == ["sendrecv", "inactive"]
    pause(net, alice, call_id, False)
    assert told(bob, call_id) == (UP, False, False)
    assert told(alice, call_id) == (UP, False, True)
    pause(net, bob, call_id, False)
    assert told(alice, call_id) == told(bob, call_id) == (UP, False, False)
    assert directions(alice, call_id) == ["sendrecv", "sendrecv"]


def test_hold_and_pause_of_one_side_do_not_undo_each_other() -> None:
    net, alice, bob, call_id = call_that_is_up()
    pause(net, alice, call_id)
    hold(net, alice, call_id)
    assert told(bob, call_id) == (HELD, True, True)
    assert directions(alice, call_id) == ["sendonly", "inactive"]
    resume(net, alice, call_id)
    assert told(bob, call_id) == (UP, False, True)
    hold(net, alice, call_id)
    pause(net, alice, call_id, False)
    assert told(bob, call_id) == (HELD, True, False)
    resume(net, alice, call_id)
    assert told(bob, call_id) == (UP, False, False)
    assert directions(bob, call_id) == ["sendrecv", "sendrecv"]


def test_who_holds_learns_of_a_pause_from_an_offer_and_not_from_silence() -> None:
    """On hold the other side may send nothing anyway: its answer tells nothing."""
    net, alice, bob, call_id = call_that_is_up()
    hold(net, alice, call_id)
    assert told(alice, call_id) == (HELD, False, False)
    pause(net, bob, call_id)
    assert told(alice, call_id) == (HELD, False, True)
    resume(net, alice, call_id)
    assert told(alice, call_id) == (UP, False, True)
    pause(net, bob, call_id, False)
    assert told(alice, call_id) == (UP, False, False)


def test_in_a_call_with_pictures_only_a_pause_is_no_hold_either() -> None:
    net, alice, bob, call_id = call_that_is_up()
    only = plans(4000)[1:], plans(5000)[1:]
    alice.do(alice.agent.change(call_id, only[0], net.now))
    net.run(1)
    for phone, media in ((alice, only[0]), (bob, only[1])):
        quiet = (replace(media[0], direction=Direction.RECVONLY),)
        phone.do(phone.agent.change(call_id, quiet, net.now))
        net.run(1)
    assert told(alice, call_id) == told(bob, call_id) == (UP, False, True)


def test_who_has_no_camera_at_first_and_finds_one_later_is_seen_from_then_on() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.do(alice.agent.call("bob", BOB, paused_plans(4000), net.now))
    net.run(1)
    bob.answer(call_id)
    net.run(1)
    assert told(bob, call_id) == (UP, False, True)
    pause(net, alice, call_id, False)
    assert told(bob, call_id) == (UP, False, False)
    assert directions(bob, call_id) == ["sendrecv", "sendrecv"]


def test_a_pause_at_the_same_moment_on_both_sides_comes_through() -> None:
    """Glare: both step back for a while and try again."""
    net, alice, bob, call_id = call_that_is_up()
    for phone, port in ((alice, 4000), (bob, 5000)):
        phone.do(phone.agent.change(call_id, paused_plans(port), net.now))
    net.run(10)
    assert told(alice, call_id) == told(bob, call_id) == (UP, False, True)


def test_toggling_quickly_ends_with_what_was_wanted_last() -> None:
    net, alice, bob, call_id = call_that_is_up()
    for paused in (True, False, True, False, True):
        media = paused_plans(4000, paused)
        alice.do(alice.agent.change(call_id, media, net.now))
    net.run(10)
    assert told(bob, call_id) == (UP, False, True)


def test_a_refused_pause_is_told_and_the_call_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, alice, bob, call_id = call_that_is_up()
    received = UserAgent.received

    def refuses(agent, data, source, now, *more):  # type: ignore[no-untyped-def]
        if agent is bob.agent and data.startswith(b"INVITE"):
            data = data.replace(b"m=audio", b"m=xxxxx").replace(b"m=video", b"m=xxxxx")
        return received(agent, data, source, now, *more)

    monkeypatch.setattr(UserAgent, "received", refuses)
    pause(net, alice, call_id)
    assert alice.told(ChangeRefused)[-1].status == 488
    assert told(alice, call_id) == told(bob, call_id) == (UP, False, False)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["hold", "resume", "pause", "show"]),
        st.sampled_from([0.0, 0.004, 0.5]),
    ),
    max_size=12,
)


@given(STEPS, st.integers(0, 2**16))
def test_whatever_both_do_and_when_each_knows_in_the_end_how_the_other_stands(
    steps: list[tuple[int, str, float]], seed: int
) -> None:
    """Hold and pause, of both sides, also at once: glare included."""
    net, *phones, call_id = call_that_is_up(seed=seed)
    holds, pauses = [False, False], [False, False]
    for who, what, wait in steps:
        agent, port = phones[who].agent, (4000, 5000)[who]
        if what in ("hold", "resume"):
            holds[who] = what == "hold"
            change = agent.hold if holds[who] else agent.resume
            phones[who].do(change(call_id, net.now))
        else:
            pauses[who] = what == "pause"
            media = paused_plans(port, pauses[who])
            phones[who].do(agent.change(call_id, media, net.now))
        net.run(wait)
    net.run(60)
    for who, phone in enumerate(phones):
        view, other = phone.agent.calls[call_id], 1 - who
        assert view.state is (HELD if any(holds) else UP)
        assert view.held_by_peer == holds[other]
        assert view.peer_video_paused == pauses[other]
        video = view.streams[1].direction
        assert video.sends == (not pauses[who] and not holds[other])
        assert video.receives == (not pauses[other] and not holds[who])


STRANGER_SDP = SDP + "m=video 7002 RTP/AVP 26\r\na={direction}\r\n"


def call_of_a_stranger(direction: str) -> tuple[Bob, str]:
    """A stranger called bob, who answered; bob, and the tag of his end."""
    bob = Bob()
    ringing = bob.gets(request(body=STRANGER_SDP.format(direction=direction)))[0]
    bob.does(bob.agent.answer(ringing.call_id, plans(5000), bob.now))
    to = f"<sip:bob@127.0.0.3>;tag={ringing.to.tag}"
    bob.gets(request("ACK", to=to, branch="z9hG4bK2"))
    return bob, to


@pytest.mark.parametrize(
    ("direction", "held", "paused"),
    [
        ("sendrecv", False, False),
        ("recvonly", False, True),
        ("sendonly", False, False),
        ("inactive", False, True),
    ],
)
def test_a_strangers_pause_is_read_from_the_line_of_the_pictures(
    direction: str, held: bool, paused: bool
) -> None:
    bob, to = call_of_a_stranger("sendrecv")
    body = STRANGER_SDP.format(direction=direction)
    bob.gets(request(to=to, branch="z9hG4bK3", cseq="2 INVITE", body=body))
    (view,) = bob.agent.calls.values()
    assert (view.held_by_peer, view.peer_video_paused) == (held, paused)


def test_a_stranger_who_drops_the_pictures_has_not_paused_them() -> None:
    bob, to = call_of_a_stranger("recvonly")
    (view,) = bob.agent.calls.values()
    assert view.peer_video_paused
    body = SDP + "m=video 0 RTP/AVP 26\r\n"
    bob.gets(request(to=to, branch="z9hG4bK3", cseq="2 INVITE", body=body))
    (view,) = bob.agent.calls.values()
    assert not view.peer_video_paused
