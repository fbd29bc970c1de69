"""Addresses as people write them, and which of our own a peer can reach.

Notebook: 01-registry.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Interface, ip_address

import ifaddr

from labkit.effects import Address
from labkit.errors import LocalError

ANYWHERE = ("", "0.0.0.0", "::")


def parse_address(text: str, default_port: int) -> Address:
    """Read `192.168.0.101:5000`, `192.168.0.101`, `[::1]:5000`, `::1` or a host name.

    Raises LocalError when the host is empty or the port is not 1–65535.
    """
    text = text.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if not host:
        raise LocalError(f"{text!r} names no host; write HOST or HOST:PORT")
    if not port:
        return Address(host, default_port)
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65_535):
        raise LocalError(f"in {text!r}, the port must be a number from 1 to 65535")
    return Address(host, int(port))


def resolve(address: Address) -> Address:
    """Turn a host name into an IP address (IPv4 first); IP addresses come back as
    given.

    Raises LocalError when nobody knows the name.
    """
    try:
        return Address(str(ip_address(address.host)), address.port)
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise LocalError(
            f"no address is known for {address.host!r}; "
            "check the spelling, or write the IP address itself"
        ) from None
    families = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return Address(str(families[0][4][0]), address.port)


def local_host_towards(peer: Address) -> str:
    """Which of our own IP addresses a packet to `peer` would leave from.

    Nothing is sent: connecting a UDP socket only asks the routing table.
    """
    family = socket.AF_INET6 if ":" in peer.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((peer.host, peer.port or 9))
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return str(probe.getsockname()[0])


def own_networks() -> list[IPv4Interface]:
    """This machine's IPv4 addresses with their networks; the loopback's only where
    there is no other. The system is asked, not the network."""
    ours = [
        IPv4Interface(f"{ip.ip}/{ip.network_prefix}")
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str)
    ]
    return [one for one in ours if not one.ip.is_loopback] or ours
