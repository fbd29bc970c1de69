"""Encrypted media with baresip: SDES (RFC 4568) and SRTP (RFC 3711), both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.foreign import Baresip
from labkit.foreign.meeting import connect, objections, phone_for
from labkit.signalling import CallState
from tests.foreign.conftest import need


@pytest.fixture
def bob() -> Iterator[Baresip]:
    need("baresip")
    account = ";answermode=auto;mediaenc=srtp-mand"
    with Baresip("127.0.0.15", account=account) as bob:
        yield bob


@pytest.mark.parametrize("outgoing", [True, False], ids=["we call", "it calls"])
def test_both_hear_and_see_the_other(bob: Baresip, outgoing: bool) -> None:
    with phone_for(["PCMU", "VP8"], "127.0.0.16", srtp=True) as alice:
        connect(alice, bob, outgoing)
        assert objections(alice, bob) == []


def test_nobody_is_talked_out_of_encryption(bob: Baresip) -> None:
    with phone_for(["PCMU"], "127.0.0.16") as alice:
        call = alice.call(bob.uri).wait("over")
        assert call.state is CallState.FAILED
    need("baresip")
    with (
        Baresip("127.0.0.17", "carol") as carol,
        phone_for(["PCMU"], "127.0.0.16", srtp=True) as alice,
    ):
        call = alice.call(carol.uri).wait("over")
        assert call.state is CallState.FAILED
