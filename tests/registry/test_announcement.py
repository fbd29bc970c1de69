"""What strangers announce is believed only as far as it can be checked."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.registry.announcement import (
    SERVICE,
    Announced,
    instance_of,
    read_announcement,
)

LAN = [IPv4Network("192.168.1.0/24")]


def test_a_registry_of_our_network_is_found_at_the_address_that_lies_in_it():
    hosts = ["10.0.0.7", "192.168.1.10", "192.168.1.11"]
    found = read_announcement(f"ana.{SERVICE}", hosts, 5000, LAN)
    assert found == Announced("ana", Address("192.168.1.10", 5000))
    assert str(found) == "ana at 192.168.1.10:5000"


@pytest.mark.parametrize(
    ("hosts", "port", "why"),
    [
        (["127.0.0.1"], 5000, "no address of our networks"),
        (["203.0.113.9", "224.0.0.251", "fe80::1"], 5000, "no address"),
        (["not an address", ""], 5000, "no address"),
        (["10.0.0.1"] * 16 + ["192.168.1.10"], 5000, "no address"),
        ([], 5000, "no address"),
        (["192.168.1.10"], 0, "announces no port, but 0"),
        (["192.168.1.10"], 65_536, "announces no port"),
        (["192.168.1.10"], None, "announces no port"),
    ],
)
def test_what_cannot_be_a_registry_here_is_refused_in_words(hosts, port, why):
    with pytest.raises(RemoteError, match=why):
        read_announcement(f"eve.{SERVICE}", hosts, port, LAN)


@pytest.mark.parametrize("name", ["", SERVICE, f".{SERVICE}", "eve._ipp._tcp.local."])
def test_a_name_of_another_service_is_refused(name):
    with pytest.raises(RemoteError, match="no name of a registry"):
        read_announcement(name, ["192.168.1.10"], 5000, LAN)


def test_a_name_that_would_steer_a_terminal_is_made_harmless():
    found = read_announcement(
        f"\x1b[2Jeve\u202e.{SERVICE}", ["192.168.1.10"], 5000, LAN
    )
    assert found.name == "�[2Jeve�"


@given(
    st.text() | st.text().map(lambda name: f"{name}.{SERVICE}"),
    st.lists(st.text() | st.ip_addresses().map(str)),
    st.none() | st.integers(),
)
def test_anything_gives_a_printable_registry_of_our_networks_or_an_error(
    name, hosts, port
):
    try:
        found = read_announcement(name, hosts, port, LAN)
    except RemoteError:
        return
    assert found.name.isprintable()
    assert ip_address(found.address.host) in LAN[0]
    assert 1 <= found.address.port <= 65_535


@given(st.text())
def test_every_name_of_a_machine_makes_a_name_that_can_be_announced(name):
    instance = instance_of(name)
    label = instance.removesuffix(f".{SERVICE}")
    assert 0 < len(label.encode()) <= 63
    assert read_announcement(instance, ["192.168.1.10"], 5000, LAN).name == label
