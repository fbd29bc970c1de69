"""Two machines with addresses of their own: they find each other, call, and the doctor
names the way that is dead. Linux and root only; nothing leaves the namespaces."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.two_hosts.hosts import Host, two_hosts

Hosts = tuple[Host, Host]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    try:
        made = two_hosts()
        pair = made.__enter__()
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no network namespaces here (they need Linux and root): {error}")
    yield pair
    made.__exit__(None, None, None)


def test_a_phone_finds_the_registry_on_the_other_machine_and_calls(hosts: Hosts):
    there, here = hosts
    with there.labkit("registry") as registry:
        assert f"{there.address}:5000" in registry.until("The registry listens on")
        registry.until("The local network is told of it")
        with (
            there.labkit("phone", "echo", "--answer") as echo,
            here.labkit("phone", "bob", "--speaker", "memory") as bob,
        ):
            echo.until(f"the registry: {there.address}:5000")
            bob.until(f"at {here.address}:5060; the registry: {there.address}:5000")
            bob.until("1 query a name")
            bob.type("1")
            bob.type("echo")
            bob.until("in a call")
            bob.type("h")
            bob.until("1 query a name")


def test_without_a_registry_a_phone_says_what_to_do(hosts: Hosts):
    _, here = hosts
    with here.labkit("phone", "bob") as bob:
        assert "give its address" in bob.until("labkit: no registry has announced")
        assert bob.process.wait(10) == 1


def test_a_registry_that_keeps_quiet_is_found_by_its_address_only(hosts: Hosts):
    there, here = hosts
    with there.labkit("registry", "--no-announce") as registry:
        registry.until("The registry listens on")
        with here.labkit("phone", "bob") as bob:
            bob.until("labkit: no registry has announced")
        with here.labkit("phone", "bob", "--registry", there.address) as bob:
            bob.until("1 query a name")


UDP = ("ipproto", "udp")
MEDIA = (*UDP, "dport", "10000-65534")
TCP = ("ipproto", "tcp")
ALL_WELL = {
    "registry, TCP": "",
    "calls, SIP over TCP": "",
    "calls, SIP over UDP": "",
    "media there, RTP": "",
    "media back, RTP": "",
    "reports there, RTCP": "",
    "reports back, RTCP": "",
}
THERE = {"media there, RTP": "dead from here to there", "reports there, RTCP": "cannot"}
BACK = {
    "media back, RTP": "dead from there to here",
    "reports back, RTCP": "dead from there to here",
    "media there, RTP": "cannot be told",
    "reports there, RTCP": "cannot be told",
}
NO_CALL = dict.fromkeys(ALL_WELL, None) | {
    "registry, TCP": "nothing comes back",
    "calls, SIP over TCP": "nothing came back",
    "calls, SIP over UDP": "nothing came back",
    "sound and pictures": "no call is possible",
}


@pytest.mark.parametrize(
    ("deaf", "selector", "wrong"),
    [
        (None, (), {}),
        ("there", MEDIA, THERE),
        ("there", UDP, THERE | {"calls, SIP over UDP": "no UDP of ours arrives there"}),
        ("here", UDP, BACK | {"calls, SIP over UDP": "no UDP comes back from there"}),
        (
            "there",
            (*UDP, "dport", "5060"),
            {"calls, SIP over UDP": "that port alone is closed"},
        ),
        (
            "there",
            TCP,
            {"registry, TCP": "nothing comes", "calls, SIP over TCP": "nothing came"},
        ),
        (
            "here",
            TCP,
            {"registry, TCP": "nothing comes", "calls, SIP over TCP": "nothing came"},
        ),
        ("there", (), NO_CALL),
    ],
    ids=[
        *("all-well", "media-there", "udp-there", "udp-back", "sip-udp-there"),
        *("tcp-there", "tcp-back", "all-there"),
    ],
)
def test_the_doctor_names_the_dead_way_of_each_plane(
    hosts: Hosts, deaf: str | None, selector: tuple[str, ...], wrong: dict[str, str]
):
    there, here = hosts
    expected = {k: v for k, v in (ALL_WELL | wrong).items() if v is not None}
    with there.labkit("doctor", "--listen") as listening:
        listening.until(f"labkit doctor --peer {there.address}:5060")
        if deaf is None:
            found = examined(here, there)
        else:
            with (there if deaf == "there" else here).deaf(*selector):
                found = examined(here, there)
    assert set(found) == set(expected)
    for topic, words in expected.items():
        mark, text = found[topic]
        assert (mark == "✗ no") == bool(words), (topic, text)
        assert words in text, topic


def test_where_nobody_listens_the_doctor_says_that_the_way_is_open(hosts: Hosts):
    there, here = hosts
    found = examined(here, there)
    assert "no registry listens at 5000" in found["registry, TCP"][1]
    for by in ("TCP", "UDP"):
        assert "nobody listens at port 5060" in found[f"calls, SIP over {by}"][1]


def examined(here: Host, there: Host) -> dict[str, tuple[str, str]]:
    """What the doctor here says of each topic: yes or no, and the words."""
    with here.labkit("doctor", "--peer", there.address) as doctor:
        rows = doctor.all()
    found, topic = {}, ""
    for row in rows:
        mark, name, text = row[2:7].strip(), row[9:30].strip(), row[31:].strip()
        if mark in ("✓ yes", "✗ no"):
            found[topic := name] = mark, text
        elif topic and text:
            found[topic] = found[topic][0], f"{found[topic][1]} {text}"
    return found
