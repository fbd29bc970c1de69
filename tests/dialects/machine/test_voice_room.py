"""Calls of the voice room over UDP: what is lost is repeated, repeats are harmless."""

from __future__ import annotations

import pytest
from dialects.machine.phones import Network, Phone, talk

from labkit.dialects.machine.events import BusyRefused, IncomingCall
from labkit.effects import Address, Malformed, Send
from labkit.errors import LocalError

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
INVITE = b"convite alice 10.0.0.1 6000"
ACCEPTED = b"resposta_ao_convite aceito"
REFUSED = b"resposta_ao_convite rejeitado"
END = "encerrar_ligação".encode()


def room(**changed: object) -> tuple[Network, Phone, Phone]:
    net = Network()
    how = talk("voice-room", **changed)
    return net, net.phone("alice", A, how), net.phone("bob", B, how)


def lost_once(net: Network, what: bytes) -> None:
    """The network loses this message the first time."""
    left = [1]

    def lose(data: bytes) -> bool:
        left[0] -= data == what
        return data == what and left[0] >= 0

    net.lose = lose


def test_a_call_word_for_word() -> None:
    """B13, B15, B18."""
    net, alice, bob = room()
    alice.call(bob)
    assert (alice.state, bob.state) == ("CALLING", "INCOMING")
    bob.answer()
    assert (alice.state, bob.state) == ("ACCEPTED", "ACCEPTED")
    # B12: sound goes to the same ports as the calls.
    assert (alice.view.media, bob.view.media) == (bob.address, alice.address)
    alice.hang_up()
    assert (alice.state, bob.state) == ("ENDED", "ENDED")
    assert net.wire == [INVITE, ACCEPTED, END]
    net.wait(60)
    assert net.wire == [INVITE, ACCEPTED, END]


def test_a_refusal() -> None:
    net, alice, bob = room()
    alice.call(bob)
    bob.refuse()
    assert net.wire == [INVITE, REFUSED]
    assert (alice.state, alice.view.why) == ("REFUSED", "usuário destino ocupado")


def test_who_is_in_a_call_does_not_see_the_invitation() -> None:
    """B16: «rejeitado» at once."""
    net, alice, bob = room()
    carol = net.phone("carol", C, talk("voice-room"))
    alice.call(bob)
    bob.answer()
    carol.call(bob)
    assert carol.state == "REFUSED"
    assert bob.rings() == 1
    assert [busy.name for busy in bob.of(BusyRefused)] == ["carol"]
    assert (alice.state, bob.state) == ("ACCEPTED", "ACCEPTED")


def test_a_lost_invitation_is_repeated() -> None:
    net, alice, bob = room()
    lost_once(net, INVITE)
    alice.call(bob)
    assert not bob.rings()
    net.wait(1.1)
    assert bob.rings() == 1


def test_a_repeated_invitation_rings_once() -> None:
    net, alice, bob = room()
    alice.call(bob)
    net.wait(5)
    assert net.wire == [INVITE] * 6
    assert bob.rings() == 1
    bob.answer()
    net.wait(5)
    assert len(net.wire) == 7


@pytest.mark.parametrize("answer", [ACCEPTED, REFUSED])
def test_a_lost_answer_is_repeated_when_the_invitation_is(answer: bytes) -> None:
    net, alice, bob = room()
    lost_once(net, answer)
    alice.call(bob)
    bob.answer() if answer == ACCEPTED else bob.refuse()
    assert alice.state == "CALLING"
    net.wait(1.1)
    assert alice.state == ("ACCEPTED" if answer == ACCEPTED else "REFUSED")
    assert bob.rings() == 1


def test_after_a_refusal_one_may_call_again() -> None:
    net, alice, bob = room()
    alice.call(bob)
    bob.refuse()
    net.wait(5)
    alice.call(bob)
    assert bob.rings() == 2


def test_a_lost_end_is_said_again_while_the_others_sound_comes() -> None:
    net, alice, bob = room()
    alice.call(bob)
    bob.answer()
    lost_once(net, END)
    alice.hang_up()
    assert bob.state == "ACCEPTED"
    for _ in range(200):  # sound, 40 datagrams a second
        net.wait(0.025)
        net.apply(alice, alice.machine.media_heard(bob.address, net.now))
    assert bob.state == "ENDED"
    assert net.wire.count(END) <= 6
    assert alice.machine.media_heard(Address("10.0.0.9", 1), net.now + 2) == []


def test_nobody_answers() -> None:
    net, alice, bob = room()
    alice.call(bob)
    net.wait(31)
    assert (alice.state, bob.state) == ("UNANSWERED", "CANCELLED")
    assert net.wire[-1] == END


def test_the_caller_gives_up() -> None:
    _, alice, bob = room()
    alice.call(bob)
    alice.hang_up()
    assert (alice.state, bob.state) == ("CANCELLED", "CANCELLED")


def test_an_acceptance_that_comes_too_late_is_answered_with_the_end() -> None:
    net, alice, bob = room()
    alice.call(bob)
    net.lose = lambda data: data == END
    alice.hang_up()
    net.lose = lambda data: False
    bob.answer()
    assert bob.state == "ENDED"


# --- the address inside the invitation (B15), and what an attacker does with it ---


def invited_by(attacker: str, stated: str, **changed: object) -> tuple[Phone, list]:
    _, _, bob = room(**changed)
    wire = f"convite mallory {stated} 6000".encode()
    effects = bob.machine.received(wire, Address(attacker, 7777), 100.0)
    bob.net.apply(bob, effects)
    if not bob.rings():
        return bob, []
    answer = bob.machine.answer(bob.view.call_id, 100.0)
    return bob, [each.to for each in answer if isinstance(each, Send)]


def test_the_answer_goes_to_the_address_inside_the_invitation() -> None:
    """B15: whoever's that is. So mallory lets bob send sound to carol."""
    bob, to = invited_by("10.0.0.66", C)
    assert to == [Address(C, 6000)]
    assert bob.view.media == Address(C, 6000)


def test_the_fix_believes_an_address_only_from_itself() -> None:
    bob, to = invited_by("10.0.0.66", C, reply_to="verified")
    assert to == []
    assert "names 10.0.0.3" in bob.of(Malformed)[0].text
    _, to = invited_by(C, C, reply_to="verified")
    assert to == [Address(C, 6000)]


def test_or_the_answer_goes_where_the_invitation_came_from() -> None:
    bob, to = invited_by("10.0.0.66", C, reply_to="source")
    assert to == [Address("10.0.0.66", 7777)]
    assert bob.view.media == Address("10.0.0.66", 6000)


def test_strangers_cannot_end_a_call_nor_answer_one() -> None:
    net, alice, bob = room()
    alice.call(bob)
    for data in (ACCEPTED, REFUSED, END):
        stranger = Address("10.0.0.66", 6000)
        net.apply(alice, alice.machine.received(data, stranger, net.now))
    assert alice.state == "CALLING"
    assert len(alice.of(Malformed)) == 3


def test_several_clients_on_one_machine_are_told_apart_by_their_ports() -> None:
    """B21."""
    net = Network()
    how = talk("voice-room")
    alice = net.phone("alice", "127.0.0.1", how)
    bob = Address("127.0.0.1", 6001)
    _, effects = alice.machine.call("bob", bob, net.now)
    net.apply(alice, effects)
    net.apply(
        alice, alice.machine.received(ACCEPTED, Address("127.0.0.1", 6002), net.now)
    )
    assert alice.state == "CALLING"
    net.apply(alice, alice.machine.received(ACCEPTED, bob, net.now))
    assert alice.state == "ACCEPTED"


# --- what cannot be ---


def test_one_call_at_a_time() -> None:
    _, alice, bob = room()
    alice.call(bob)
    with pytest.raises(LocalError, match="in a call with bob; hang up first"):
        alice.call(bob)


def test_the_voice_room_knows_no_hold() -> None:
    _, alice, bob = room()
    alice.call(bob)
    with pytest.raises(LocalError, match="a call that is calling cannot be held"):
        alice.hold()
    bob.answer()
    with pytest.raises(LocalError, match="has no word for 'hold'"):
        alice.hold()
    assert alice.state == "ACCEPTED"
    with pytest.raises(LocalError, match="not ringing here"):
        bob.answer()
    with pytest.raises(LocalError, match="there is no call x"):
        bob.machine.hang_up("x", 0.0)


def test_calls_that_are_over_are_forgotten_in_the_end() -> None:
    net, alice, bob = room()
    for _ in range(50):
        alice.call(bob)
        bob.refuse()
        net.wait(10)
    assert len(alice.machine.calls) <= 17
    assert len(bob.machine.calls) <= 17
    assert len(bob.of(IncomingCall)) == 50
