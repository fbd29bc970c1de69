"""The kit's own offers: what is in them, and what both sides make of them."""

from __future__ import annotations

from labkit.effects import Address
from labkit.media.formats import FORMATS, REPAIR
from labkit.media.machine.agreement import StreamSetup
from labkit.media.repair.formats import RepairFormats
from labkit.phone.negotiation import PREFERRED, known_formats, plans, setups
from labkit.signalling import MediaAgreed
from labkit.signalling.wire import sdp, sip
from tests.signalling.pair import Net

ALICE, BOB = Address("192.168.100.101", 5060), Address("192.168.100.121", 5060)
MOST = 1300
"""Octets of a request over UDP (RFC 3261, section 18.1.1)."""


def called(
    ours: tuple[str, ...] = PREFERRED, theirs: tuple[str, ...] = PREFERRED
) -> tuple[Net, list[list[StreamSetup]]]:
    """Alice calls Bob; the link's record, and each one's set-ups."""
    net = Net()
    alice, bob = net.phone("alice", ALICE), net.phone("bob", BOB)
    ports = {"audio": 40_000, "video": 40_002}
    offer, answer = (
        plans(known_formats(names), ports, sends_video=True)  # type: ignore[arg-type]
        for names in (ours, theirs)
    )
    call_id = alice.do(alice.agent.call("bob", BOB, offer, net.now))
    net.run(1)
    bob.do(bob.agent.answer(call_id, answer, net.now))
    net.run(1)
    return net, [setups(phone.told(MediaAgreed)[-1].streams) for phone in (alice, bob)]


def test_an_offer_with_all_that_the_kit_knows_fits_one_datagram() -> None:
    net, _ = called()
    sizes = [len(sip.write(each.message)) for each in net.carried]
    assert 1000 < max(sizes) < MOST


def test_the_numbers_of_an_offer_are_dynamic_and_unique_for_each_medium() -> None:
    net, _ = called()
    for media in sdp.parse(net.carried[0].message.body).media:
        numbers = [format.payload_type for format in media.formats]
        assert len(set(numbers)) == len(numbers)
        static = [n for n in numbers if n < 96]
        assert set(static) <= {0, 8, 26}


def test_two_kits_can_use_all_repair_of_both_media() -> None:
    _, agreed = called()
    for audio, video in agreed:
        assert audio.send_repair == audio.receive_repair
        assert audio.send_repair == RepairFormats(
            red={100: 96, 102: 0}, rtx={103: 96, 104: 0}, parity=105, reed_solomon=106,
            nack=True,
        )  # fmt: skip
        assert video.send_repair == RepairFormats(
            rtx={107: 26, 108: 97}, parity=110, reed_solomon=111, nack=True
        )
        assert audio.send_repair.red[100] == audio.payload_type
        assert video.send_repair.rtx[107] == video.payload_type
        assert set(audio.receive) == {96, 0, 8}
        assert audio.format == FORMATS["opus"]


def test_repair_is_offered_only_for_formats_that_are_offered() -> None:
    net, [[audio, *_], _] = called(ours=("PCMU", "VP8"))
    offer = sdp.parse(net.carried[0].message.body)
    assert [f.payload_type for f in offer.media[0].formats] == [0, 102, 104, 105, 106]
    assert [f.payload_type for f in offer.media[1].formats] == [97, 108, 110, 111]
    assert audio.send_repair.red == {102: 0}


def test_pcma_has_parity_but_nobody_asks_for_it_again() -> None:
    _, [[audio], _] = called(ours=("PCMA",))
    assert audio.send_repair == RepairFormats(parity=105, reed_solomon=106, nack=True)


def test_a_phone_that_knows_no_repair_gets_none() -> None:
    net = Net()
    alice, bob = net.phone("alice", ALICE), net.phone("bob", BOB)
    ports = {"audio": 40_000, "video": 40_002}
    offer = plans(known_formats(PREFERRED), ports, sends_video=True)  # type: ignore[arg-type]
    call_id = alice.do(alice.agent.call("bob", BOB, offer, net.now))
    net.run(1)
    bob.answer(call_id)
    net.run(1)
    agreed = setups(alice.told(MediaAgreed)[-1].streams)
    assert [setup.kind for setup in agreed] == ["audio", "video"]
    for setup in agreed:
        assert setup.send_repair == setup.receive_repair == RepairFormats()


def test_every_repair_format_shares_the_clock_of_what_it_refers_to() -> None:
    rates = {media.payload_type: media.clock_rate for media in FORMATS.values()}
    for media in REPAIR:
        whose = media.parameters.removeprefix("apt=").partition("/")[0]
        assert not whose or media.clock_rate == rates[int(whose)]
