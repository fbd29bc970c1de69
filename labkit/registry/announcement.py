"""What a registry says of itself to the local network, and what others make of it.

DNS-based service discovery (RFC 6763) over multicast DNS (RFC 6762): a name, an address
and a port under `_labkit._tcp.local.`. Anybody on the network can announce anything, so
what is heard is believed only as far as it can be checked here.

Requirement B3. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

from labkit.effects import Address
from labkit.errors import RemoteError

SERVICE = "_labkit._tcp.local."
MOST_OCTETS = 63
"""Of a name: a label of DNS has no more (RFC 1035, section 2.3.4)."""
MOST_HOSTS = 16
"""How many addresses of one announcement are looked at."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A registry that announced itself."""

    name: str
    """What it calls itself; safe to print."""
    address: Address

    def __str__(self) -> str:
        return f"{self.name} at {self.address}"


def read_announcement(
    instance: str,
    hosts: Sequence[str],
    port: int | None,
    networks: Iterable[IPv4Network],
) -> Announced:
    """An announcement of `instance`, at one of `hosts` that lies in our `networks`.

    Multicast DNS does not leave the local network; an address elsewhere, this very
    machine's loopback for example, is a mistake or a trap. Raises RemoteError.
    """
    label = instance.removesuffix(f".{SERVICE}")
    if label == instance or not 0 < len(label.encode("utf-8", "replace")) <= 63:
        raise RemoteError(f"{instance[:100]!r} is no name of a registry")
    if not isinstance(port, int) or not 1 <= port <= 65_535:
        raise RemoteError(f"the registry {label!r} announces no port, but {port!r}")
    near = tuple(networks)
    for host in hosts[:MOST_HOSTS]:
        try:
            address = ip_address(host)
        except ValueError:
            continue
        if not address.is_multicast and any(address in network for network in near):
            return Announced(_printable(label), Address(str(address), port))
    raise RemoteError(f"the registry {label!r} announces no address of our networks")


def instance_of(name: str) -> str:
    """The full name under which a registry called `name` is announced."""
    cut = _printable(name).replace(".", " ").encode()[:MOST_OCTETS]
    return f"{cut.decode('utf-8', 'ignore').strip() or 'registry'}.{SERVICE}"


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)
