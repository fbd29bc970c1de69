"""Calls with baresip, a SIP phone of other people: proved by what each side hears and
sees (PROTOCOLS section 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit import Phone
from labkit.foreign import Baresip, Stripes
from labkit.foreign.baresip import TONE
from labkit.foreign.meeting import (
    NEAR,
    PATIENCE,
    baresip_sees,
    connect,
    hears,
    objections,
    phone_for,
    until,
)
from labkit.signalling import CallState
from labkit.trace import save
from tests.phone.watching import when
from tests.trace.tshark import assert_nothing_is_wrong, tshark


@pytest.fixture
def alice(bob: Baresip):
    with phone_for(["opus", "PCMU", "VP8", "H264"], "127.0.0.6") as alice:
        yield alice


@pytest.mark.parametrize("outgoing", [True, False], ids=["we call", "it calls"])
@pytest.mark.parametrize("pictures", [["VP8"], ["H264"], []], ids=" ".join)
@pytest.mark.parametrize("sound", ["PCMU", "PCMA", "opus"])
def test_both_hear_and_see_the_other(
    bob: Baresip, sound: str, pictures: list[str], outgoing: bool
) -> None:
    with phone_for([sound, *pictures], "127.0.0.6") as alice:
        connect(alice, bob, outgoing)
        assert objections(alice, bob, bool(pictures)) == []


def test_we_hold_resume_and_hang_up(alice: Phone, bob: Baresip) -> None:
    connect(alice, bob, outgoing=True)
    assert objections(alice, bob) == []
    alice.hold()
    when(alice, lambda state: state.call.held_by_me)
    assert until(lambda: hears(alice) == 0), "the tone goes on"
    assert until(lambda: baresip_sees(bob, 0.5) == ()), "our pictures go on"
    alice.resume()
    assert goes_on(alice, bob)
    alice.hang_up()
    assert bob.wait_for("CALL_CLOSED")
    assert alice.state.call.state is CallState.ENDED


def test_it_holds_resumes_and_hangs_up(alice: Phone, bob: Baresip) -> None:
    connect(alice, bob, outgoing=False)
    assert objections(alice, bob) == []
    bob.hold()
    when(alice, lambda state: state.call.held_by_peer)
    assert until(lambda: hears(alice) == 0), "the tone goes on"
    bob.resume()
    when(alice, lambda state: not state.call.held_by_peer)
    assert goes_on(alice, bob)
    bob.hang_up()
    when(alice, lambda state: state.call.state is CallState.ENDED)


def goes_on(alice: Phone, bob: Baresip) -> bool:
    """Sound and pictures, new ones: baresip's own recording ended with the hold."""
    alice.use(camera=Stripes("green", "white", "black"))
    return until(lambda: abs(hears(alice) - TONE) < NEAR) and until(
        lambda: baresip_sees(bob) == ("green", "white", "black"), PATIENCE
    )


def test_it_changes_its_mind_while_we_ring(alice: Phone, bob: Baresip) -> None:
    bob.dial(f"sip:alice@{alice.address}")
    when(alice, lambda state: state.call is not None)
    bob.hang_up()
    when(alice, lambda state: state.call.state.is_over)
    assert alice.state.call.state is CallState.CANCELLED


def test_we_refuse(alice: Phone, bob: Baresip) -> None:
    bob.dial(f"sip:alice@{alice.address}")
    alice.refuse()
    assert "603" in bob.wait_for("CALL_CLOSED")["param"]


def test_a_third_one_is_told_that_we_are_busy(alice: Phone, bob: Baresip) -> None:
    connect(alice, bob, outgoing=True)
    with Baresip("127.0.0.7", "carol") as carol:
        carol.dial(f"sip:alice@{alice.address}")
        assert "486" in carol.wait_for("CALL_CLOSED")["param"]
    assert objections(alice, bob) == []


def test_wireshark_finds_nothing_wrong_with_what_we_say(
    bob: Baresip, tmp_path: Path
) -> None:
    """SIP, SDP, RTP and RTCP, as the trace exports them.

    Not with H.264, of whose inside Wireshark warns that it is "not decoded yet"; and
    baresip's VP8, in small pieces, is too much for its dissector.
    """
    with phone_for(["PCMU", "VP8"], "127.0.0.6") as alice:
        connect(alice, bob, outgoing=True)
        assert objections(alice, bob) == []
        assert until(lambda: alice.media.statistics().audio.remote_inbound is not None)
        alice.hang_up()
        bob.wait_for("CALL_CLOSED")
        path = save(tmp_path / "call.pcapng", alice.trace)
    assert_nothing_is_wrong(path, said_by="127.0.0.6")
    ladder = tshark(path, "-q", "-z", "flow,any,standard,sip")
    assert "INVITE" in ladder
    assert "BYE" in ladder
    streams = tshark(path, "-q", "-z", "rtp,streams").splitlines()
    # The session description tells Wireshark which RTP is what, in both directions.
    assert sum("g711U" in line for line in streams) == 2
    assert sum("VP8" in line for line in streams) == 2
    assert tshark(path, "-Y", "rtcp.pt == 200 && rtcp.pt == 202") != ""
