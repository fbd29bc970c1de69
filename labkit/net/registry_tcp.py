"""The sockets under the registry: listening in words, keep-alive, plain addresses.

Requirements B2, B9. Notebook: 01-registry.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.net.addresses import (
    ANYWHERE,
    local_host_towards,
    own_networks,
    resolve,
)

_RESERVED_FILES = 128
"""Open files that the rest of the process needs: notebooks, media, libraries."""


def keep_alive(connection: socket.socket) -> None:
    """Let TCP itself notice within a minute that the other machine has vanished.

    After 30 idle seconds the kernel asks every 10 s, three times; a closed lid or a
    pulled cable thereby ends the lease although nobody said goodbye.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    idle = "TCP_KEEPALIVE" if sys.platform == "darwin" else "TCP_KEEPIDLE"
    for name, value in ((idle, 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        option = getattr(socket, name, None)
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


def plain_address(name: object) -> Address:
    """What a socket calls `(host, port, …)`, without the interface (`%eth0`) in it."""
    host, port = name[:2] if isinstance(name, tuple) else ("", 0)
    return Address(str(host).partition("%")[0], int(port))


def most_connections() -> int:
    """How many connections the system lets this process have, with some to spare."""
    if sys.platform == "win32":  # no such limit worth asking for
        return sys.maxsize
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(1, soft - _RESERVED_FILES)


def listen(host: str, port: int) -> list[socket.socket]:
    """Bind one socket, or for every address of this machine one each of IPv4 and IPv6.

    Port 0 takes any free port. Raises LocalError, with the way out, when it cannot be.
    """
    if host not in ANYWHERE:
        return [_bind(resolve(Address(host, port)))]
    everywhere = _bind(Address("0.0.0.0", port))
    sockets = [everywhere]
    if socket.has_ipv6:
        try:
            sockets.append(_bind(Address("::", everywhere.getsockname()[1])))
        except LocalError:  # no IPv6 here, or others have that port there: IPv4 will do
            pass
    return sockets


def reachable_addresses(bound: Address) -> list[Address]:
    """The addresses at which others find what is bound to `bound`, the best first.

    For all addresses (`0.0.0.0`), asks the routing table which of ours leads to the
    Internet and to the private networks; nothing is sent, no name server is asked.
    """
    if bound.host not in ANYWHERE:
        return [bound]
    towards = ("192.0.2.1", "192.168.255.254", "10.255.255.254", "172.31.255.254")
    hosts = [local_host_towards(Address(there, 9)) for there in towards]
    # Two machines on one cable have no way to anywhere else.
    hosts = [host for host in hosts if not host.startswith("127.")]
    hosts += [str(one.ip) for one in own_networks()]
    return [Address(ours, bound.port) for ours in dict.fromkeys([*hosts, "127.0.0.1"])]


def _bind(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise LocalError(f"{address} cannot be used: {error.strerror}") from None
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(1024)
        listener.setblocking(False)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LocalError(_why_not(address, error)) from None
    return listener


def _why_not(address: Address, error: OSError | OverflowError) -> str:
    host, port = address
    another = port + 1 if port < 65_535 else 5001
    if isinstance(error, OverflowError):
        return f"a port is a number from 0 (any free one) to 65535, not {port}"
    if error.errno == errno.EADDRINUSE:
        airplay = (
            " On macOS that is often the AirPlay Receiver "
            "(System Settings, General, AirDrop & Handoff: switch it off)."
            if port == 5000
            else ""
        )
        return (
            f"port {port} is taken: another program on this machine listens there "
            f"already.{airplay} End that program, or choose another port: "
            f"Registry(port={another}), in the terminal `labkit registry --port "
            f"{another}`; port 0 takes any free one."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host} is not an address of this machine; "
            'leave the host empty ("") to listen on all that it has'
        )
    if error.errno == errno.EACCES:
        return (
            f"the system keeps port {port} for its administrator; choose one above 1023"
        )
    return f"cannot listen on {address}: {error.strerror}"
