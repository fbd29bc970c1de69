"""Registries and phones find each other; on the loopback only, nothing leaves."""

from __future__ import annotations

import os
import socket
from ipaddress import IPv4Interface, IPv4Network

import pytest

from labkit import Phone, Registry
from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer
from labkit.net import discovery
from labkit.net.discovery import Announcement, find_registries, own_networks
from labkit.registry import announcement

LOOPBACK = [IPv4Interface("127.0.0.1/8")]
HERE = [Address("127.0.0.1", 5000)]


@pytest.fixture(autouse=True)
def _among_ourselves(monkeypatch):
    """No test sends to a network that is not its own, nor hears a registry of another
    test, or of somebody who works on this machine."""
    monkeypatch.setattr(discovery, "own_networks", lambda: LOOPBACK)
    ours = f"_labkit-{os.getpid()}._tcp.local."
    for module in (announcement, discovery):
        monkeypatch.setattr(module, "SERVICE", ours)


def test_an_announced_registry_is_found_and_after_its_end_no_more():
    with Registry("127.0.0.1", 0, announce=True) as registry:
        (found,) = find_registries()
        assert found.address == registry.address
        assert found.name == registry.announced_as
    assert find_registries(timeout=0.5) == []


def test_a_phone_finds_the_registry_by_itself():
    with (
        Registry("127.0.0.1", 0, announce=True) as registry,
        Phone("alice", "lan") as alice,
    ):
        alice.register()
        assert [user.name for user in registry.users] == ["alice"]


def test_of_several_registries_none_is_guessed_but_all_are_named():
    with (
        Announcement(HERE, name="ana"),
        Announcement([Address("127.0.0.1", 5001)], name="ana") as second,
    ):
        assert second.name == "ana-2"
        with pytest.raises(
            LocalError, match=r"ana at 127.0.0.1:5000; ana-2 at .*:5001"
        ):
            Phone("alice", "lan")


def test_where_nobody_announces_a_sentence_says_what_to_do():
    with pytest.raises(NoAnswer, match=r"labkit registry.*HOST:PORT"):
        discovery.the_registry(timeout=0.3)


def test_an_announcement_of_another_network_is_not_believed():
    near = IPv4Interface("127.0.0.1/8")
    near.network = IPv4Network("192.168.1.0/24")  # asked here, but believing those
    with Announcement(HERE, name="eve"):
        assert find_registries(timeout=1.0, networks=[near]) == []
        assert len(find_registries()) == 1


def test_garbage_on_the_multicast_port_does_not_hide_the_registry():
    with Announcement(HERE, name="ana"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1")
            )
            answer = b"\0\0\x84\0\0\0\0\x01\0\0\0\0\x07_labkit\x04_tcp\x05local\0"
            for garbage in (
                b"",
                b"\xff" * 1000,
                b"\0" * 12,
                answer,
                answer + b"\xc0" * 99,
            ):
                stranger.sendto(garbage, ("224.0.0.251", 5353))
        assert [found.name for found in find_registries()] == ["ana"]


def test_a_registry_with_ipv6_only_cannot_be_announced():
    with pytest.raises(LocalError, match="IPv4"):
        Announcement([Address("::1", 5000)])


def test_the_loopback_counts_as_a_network_only_where_there_is_no_other(monkeypatch):
    monkeypatch.undo()
    ours = own_networks()
    assert ours
    assert len({one.ip.is_loopback for one in ours}) == 1


def test_a_registry_that_cannot_be_announced_as_asked_leaves_its_port_free(monkeypatch):
    def fail(*_: object) -> None:
        raise NoAnswer("no network")

    monkeypatch.setattr(discovery, "Announcement", fail)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer):
        Registry("127.0.0.1", port, announce=True)
    with socket.create_server(("127.0.0.1", port)) as free:
        assert free.getsockname()[1] == port
