"""A phone of the kit in the place of a foreign one that is not installed."""

from __future__ import annotations

import pytest

from labkit import Registry
from labkit.foreign import Baresip, StandIn, foreign_phone, stand_in
from labkit.foreign.meeting import connect, hears, phone_for, sees, until
from tests.foreign.conftest import need

DOOR, BOB, ALICE = "127.0.0.40", "127.0.0.41", "127.0.0.42"


def test_baresip_where_there_is_one() -> None:
    need("baresip")
    with foreign_phone(BOB, "carol") as carol:
        assert isinstance(carol, Baresip)


def test_else_a_phone_of_the_kit_with_the_same_face(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stand_in, "is_here", lambda name: False)
    with (
        Registry(DOOR, 0, sip=0, passwords={"bob": "secret"}) as registry,
        foreign_phone(BOB, registry=registry, password="secret") as bob,
        phone_for(["PCMU", "VP8"], ALICE) as alice,
    ):
        assert isinstance(bob, StandIn)
        assert "baresip-core baresip-ffmpeg" in capsys.readouterr().out
        alice.call(f"sip:bob@{registry.sip_address}").wait()
        bob.wait_for("CALL_ESTABLISHED")
        assert until(lambda: abs(hears(alice) - 440) < 15)
        assert bob.sees().shape == (240, 320, 3)
        assert until(lambda: sees(alice) == stand_in.SHOWS)
        bob.hold()
        assert until(lambda: alice.state.call.held_by_peer)
        bob.resume()
        assert until(lambda: not alice.state.call.held_by_peer)
        bob.hang_up()
        bob.wait_for("CALL_CLOSED")
        connect(alice, bob, outgoing=False)
