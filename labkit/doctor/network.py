"""The doctor looks at the network: ports of this machine, and the way to others.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

from labkit.doctor.finding import Finding
from labkit.effects import Address
from labkit.net.addresses import local_host_towards

REGISTRY_PORT = 5000


def loopback() -> Finding:
    """Do TCP and UDP work between two programs of this machine?"""
    topic = "ports on this machine"
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        ):
            other.bind(("127.0.0.1", 0))
            other.settimeout(1)
            one.sendto(b"hello", other.getsockname())
            arrived = other.recv(16) == b"hello"
    except OSError as error:
        return Finding(
            topic,
            False,
            f"TCP or UDP does not work on 127.0.0.1: {error}",
            "No call is possible so: let Python through the firewall or security "
            "program, then run the doctor again.",
        )
    return Finding(topic, arrived, "TCP and UDP work on 127.0.0.1")


def registry_port() -> Finding:
    """Is the registry's usual port free?"""
    topic = f"port {REGISTRY_PORT}"
    try:
        with socket.socket() as probe:
            if os.name == "posix":  # as the registry does; elsewhere it means theft
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", REGISTRY_PORT))
            probe.listen()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        airplay = "On macOS it belongs to AirPlay: System Settings, General, AirDrop & "
        return Finding(
            topic,
            False,
            "taken by another program" if taken else f"cannot be used: {error}",
            "A registry that runs here already is welcome to it; another one works on "
            f"another port: labkit registry --port {REGISTRY_PORT + 1}."
            + (f" {airplay}Handoff." if sys.platform == "darwin" else ""),
        )
    return Finding(topic, True, "free, for a registry")


def network() -> Finding:
    """Under which address would others on the network reach this machine?"""
    # 192.0.2.1 is an address for examples (RFC 5737); nothing is sent to it.
    host = local_host_towards(Address("192.0.2.1", 9))
    if host.startswith("127."):
        return Finding(
            "network",
            False,
            "this machine is on no network",
            "Calls between two phones on this machine work; for two machines, join the "
            "same Wi-Fi or cable.",
        )
    return Finding("network", True, f"others on the same network reach {host}")
