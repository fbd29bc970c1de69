"""Which way of which plane is dead between two machines: `labkit doctor --peer HOST`.

The other machine runs `labkit doctor --listen`, a registry and an echo. Four things are
asked, each by itself: the registry (TCP), the phone by TCP and by UDP (OPTIONS), and a
short call, whose sound and pictures come back. The call is made by whichever transport
answered, so dead signalling over UDP does not hide what media does.

Requirement A19. Notebook: 04-videocall.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from labkit.doctor.finding import Finding
from labkit.doctor.network import REGISTRY_PORT
from labkit.effects import Address
from labkit.errors import LabkitError, NoAnswer
from labkit.net.addresses import local_host_towards, own_networks, resolve
from labkit.net.options import NobodyListens, ask
from labkit.net.registry_client import RegistryClient
from labkit.phone import Phone
from labkit.phone.ways import Way, ways
from labkit.signalling.machine.destination import Transport
from labkit.signalling.machine.states import CallState

PATIENCE = 2.0
"""Seconds within which a machine on the same network has answered."""
LISTENS = 6.0
"""Seconds that the call lasts at most; it ends as soon as all is known to be alive."""
SIP_PORT = 5060
START = "On {host}, run: labkit doctor --listen"


def examine_peer(
    phone: Address, registry_port: int = REGISTRY_PORT
) -> Iterator[Finding]:
    """What passes between us and the machine of `phone`, each finding when it is there.

    Raises LocalError for a host that nobody knows.
    """
    phone = resolve(phone)
    registry = Address(phone.host, registry_port)
    with ThreadPoolExecutor(3, "labkit-doctor") as pool:
        listing = pool.submit(_registry, registry)
        by_tcp, by_udp = (pool.submit(_asked, phone, by) for by in ("TCP", "UDP"))
    yield listing.result()
    yield _finding("calls, SIP over TCP", phone, by_tcp.result(), "TCP")
    transport: Transport | None = (
        "UDP" if not by_udp.result() else "TCP" if not by_tcp.result() else None
    )
    found, why = ([], "") if transport is None else _call(phone, transport)
    yield _udp_finding(phone, by_udp.result(), found)
    if not found:
        why = why or "no call is possible, so sound and pictures were not tried"
        yield Finding("sound and pictures", False, why, START.format(host=phone.host))
    for title, plane, there in (
        ("media there, RTP", "RTP", True),
        ("media back, RTP", "RTP", False),
        ("reports there, RTCP", "RTCP", True),
        ("reports back, RTCP", "RTCP", False),
    ):
        these = [way for way in found if (way.plane, way.there) == (plane, there)]
        if these:
            yield _media_finding(title, these, phone.host)


# --- what is asked ---


def _registry(registry: Address) -> Finding:
    topic = "registry, TCP"
    advice = _open(registry.host, None, f"TCP port {registry.port}")
    try:
        socket.create_connection(registry, PATIENCE).close()
        client = RegistryClient(registry, observer="doctor", timeout=PATIENCE)
        count = len(client.list())
        client.quit()
    except ConnectionRefusedError:
        found = f"{registry.host} answers, but no registry listens at {registry.port}"
        start = f"The way there and back is open. On {registry.host}, run: labkit "
        return Finding(topic, False, found, f"{start}registry")
    except OSError as error:
        found = f"nothing comes back from {registry}: {error.strerror or error}"
        return Finding(topic, False, found, advice)
    except LabkitError as error:
        return Finding(topic, False, str(error), advice)
    return Finding(topic, True, f"{registry} answers; users registered: {count}")


def _asked(phone: Address, transport: Transport) -> LabkitError | None:
    """None if the phone answered."""
    try:
        ask(phone, transport, PATIENCE)
    except LabkitError as error:
        return error
    return None


def _call(phone: Address, transport: Transport) -> tuple[list[Way], str]:
    """What a call with the echo shows, or why there was none."""
    with Phone(
        "doctor",
        host=local_host_towards(phone),
        microphone="tone:440",
        speaker="none",
        transport=transport,
    ) as mine:
        try:
            call = mine.call(f"sip:echo@{phone}").wait("accepted", 3 * PATIENCE)
        except NoAnswer:
            return [], f"{phone} rings, but nobody answers: is that an echo?"
        if call.state is not CallState.ACCEPTED:
            return [], f"{phone} did not take the call: {call.why}"
        until = time.monotonic() + LISTENS
        found = ways(mine)
        while not _all_alive(found) and time.monotonic() < until:
            time.sleep(0.1)
            found = ways(mine)
        call.hang_up().wait("over")
        return found, "the call came about, but no media began"


def _all_alive(found: list[Way]) -> bool:
    return bool(found) and all(way.alive for way in found)


# --- and what it means ---


def _finding(
    topic: str, phone: Address, error: LabkitError | None, transport: Transport
) -> Finding:
    if error is None:
        return Finding(topic, True, f"the phone at {phone} answers")
    if isinstance(error, NobodyListens):
        advice = f"The way there and back is open. {START.format(host=phone.host)}"
    else:
        what = f"{transport} port {phone.port}"
        advice = _open(phone.host, there=None, what=what)
    return Finding(topic, False, str(error), advice)


def _udp_finding(
    phone: Address, error: LabkitError | None, found: list[Way]
) -> Finding:
    """What media does by UDP tells which way of the question was lost."""
    topic, what = "calls, SIP over UDP", f"UDP port {phone.port}"
    there, back = (
        next(
            (way.alive for way in found if way.there is side and way.plane == "RTP"),
            None,
        )
        for side in (True, False)
    )
    if error is None or isinstance(error, NobodyListens) or not found:
        return _finding(topic, phone, error, "UDP")
    if back is False:
        why, advice = "no UDP comes back from there", _open(phone.host, False, "UDP")
    elif there is False:
        why, advice = "no UDP of ours arrives there", _open(phone.host, True, "UDP")
    else:
        why = "media passes by UDP both ways, so that port alone is closed"
        advice = _open(phone.host, None, what)
    return Finding(topic, False, f"{error}; {why}", advice)


def _media_finding(title: str, these: list[Way], host: str) -> Finding:
    counted = "; ".join(way.counted for way in these)
    dead = [way for way in these if way.alive is False]
    if dead:
        way = "from here to there" if dead[0].there else "from there to here"
        return Finding(
            title,
            False,
            f"dead {way}. {counted}",
            _open(host, dead[0].there, "all UDP ports from 1024 up"),
        )
    if all(way.alive is None for way in these):
        return Finding(
            title,
            False,
            f"cannot be told while other ways are dead. {counted}",
            "Open those first, then ask the doctor again.",
        )
    return Finding(title, True, counted)


def _open(host: str, there: bool | None, what: str) -> str:
    """Where to let what in: there, here, or both while it is not known which."""
    where = {True: f"On {host}", False: "On this machine", None: f"On {host} and here"}
    network = next(
        (
            str(ours.network)
            for ours in own_networks()
            if ip_address(host) in ours.network
        ),
        "the other's address",
    )
    return (
        f"{where[there]}, let {what} in. Linux with ufw: sudo ufw allow from "
        f"{network}. macOS, Windows: allow Python in the firewall, on Windows for "
        "private networks. A guest or campus network may keep its computers apart: "
        "use a phone's hotspot or a cable."
    )
