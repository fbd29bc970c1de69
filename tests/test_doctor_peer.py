"""`labkit doctor --peer` on one machine; tests/two_hosts kills ways between two."""

from __future__ import annotations

import pytest

from labkit import Echo, Phone, Registry
from labkit.doctor.peer import examine_peer
from labkit.effects import Address
from labkit.errors import LocalError
from labkit.link import Conditions

LOST = Conditions(loss=1.0)
MEDIA = (
    "media there, RTP",
    "media back, RTP",
    "reports there, RTCP",
    "reports back, RTCP",
)


def examined(peer: Phone, registry: Registry) -> dict:
    found = list(examine_peer(peer.address, registry.address.port))
    return {finding.topic: finding for finding in found}


def test_where_all_is_well_everything_is_counted(registry):
    with Echo("echo") as echo:
        found = examined(echo, registry)
    assert all(finding.ok for finding in found.values()), found
    assert list(found)[-4:] == list(MEDIA)
    assert "0 of them lost; pictures" in found["media there, RTP"].found


@pytest.mark.parametrize(
    ("link", "dead", "alive", "unknown"),
    [
        (
            {"there": LOST},
            {"media back, RTP": "On this machine", "reports back, RTCP": "On this"},
            set(),
            {"media there, RTP", "reports there, RTCP"},
        ),
        (
            {"back": LOST},
            {"media there, RTP": "On 127.0.0.1, let all UDP"},
            {"media back, RTP", "reports back, RTCP"},
            {"reports there, RTCP"},
        ),
    ],
    ids=["nothing-leaves-the-echo", "nothing-reaches-the-echo"],
)
def test_the_dead_way_is_named_and_no_other(registry, link, dead, alive, unknown):
    with Echo("echo") as echo:
        echo.link.set(**link)
        found = examined(echo, registry)
    for topic, advice in dead.items():
        assert not found[topic].ok
        assert found[topic].found.startswith("dead from")
        assert advice in found[topic].advice
    assert all(found[topic].ok for topic in alive)
    assert all("cannot be told" in found[topic].found for topic in unknown)


def test_a_phone_that_rings_but_is_no_echo_is_told(registry, monkeypatch):
    monkeypatch.setattr("labkit.doctor.peer.PATIENCE", 0.5)
    with Phone("bob", registry) as bob:
        found = examined(bob, registry)
    assert "is that an echo?" in found["sound and pictures"].found
    assert "labkit doctor --listen" in found["sound and pictures"].advice
    assert found["calls, SIP over UDP"].ok


def test_every_no_has_advice_where_nobody_is_there():
    for finding in examine_peer(Address("127.0.0.1", 9), 9):
        assert not finding.ok
        assert len(finding.advice) > 20


def test_a_host_that_nobody_knows_is_an_error_in_words():
    with pytest.raises(LocalError, match="no address is known"):
        list(examine_peer(Address("a..b", 5060)))


@pytest.fixture
def registry():
    with Registry("127.0.0.1", 0) as running:
        yield running
