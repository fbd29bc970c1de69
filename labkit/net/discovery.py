"""Registries find their phones: announced and looked for on the local network.

    with Announcement(registry.addresses): …
    find_registries()            # [Announced("ana", 192.168.1.10:5000)]

The library zeroconf speaks multicast DNS (UDP port 5353, 224.0.0.251), on the kit's one
loop thread. A registry on the loopback alone is announced on the loopback alone.

Requirement B3. Notebook: 01-registry.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Sequence
from ipaddress import IPv4Interface

from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion, ServiceInfo, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer, RemoteError
from labkit.net import loop as loops
from labkit.net.addresses import own_networks
from labkit.registry.announcement import (
    SERVICE,
    Announced,
    instance_of,
    read_announcement,
)

PATIENCE = 3.0
"""Seconds in which a registry should have answered."""
SETTLE = 1.5
"""Seconds to wait for a second registry once the first has answered: nobody says the
same thing twice within one second (RFC 6762, section 6)."""
MOST_FOUND = 32
"""How many announcements are looked at; a network has one registry, or a few."""
_log = logging.getLogger("labkit.discovery")
# What strangers send is no business of the reader of a notebook.
logging.getLogger("zeroconf").setLevel(logging.ERROR)


class Announcement:
    """Tells the network of a registry at `addresses` from its construction until
    `close`, which takes it back.

    Waits about 1.5 s for others who have the name already: then it is `name-2`. Raises
    NoAnswer when the network does not take it.
    """

    def __init__(self, addresses: Sequence[Address], name: str = "") -> None:
        ours = [one.host for one in addresses if ":" not in one.host]
        self.hosts = [host for host in ours if not host.startswith("127.")] or ours
        """The addresses that are announced, each on its own network."""
        if not self.hosts:
            raise LocalError("only a registry with an IPv4 address can be announced")
        self._loop = loops.shared()
        self._zeroconf: AsyncZeroconf | None = None
        info = ServiceInfo(
            SERVICE,
            instance_of(name or socket.gethostname().partition(".")[0]),
            addresses=[socket.inet_aton(host) for host in self.hosts],
            port=addresses[0].port,
            server=f"labkit-{secrets.token_hex(4)}.local.",
        )
        try:
            self._loop.run(self._register(info), timeout=10.0)
        except (OSError, ZeroconfError, NoAnswer) as error:
            self.close()
            why = str(error) or type(error).__name__
            raise NoAnswer(
                f"the registry cannot be announced on {', '.join(self.hosts)}: {why}; "
                "phones find it by its address"
            ) from None
        self.name = info.name.removesuffix(f".{SERVICE}")
        """What it is called on the network."""

    async def _register(self, info: ServiceInfo) -> None:
        self._zeroconf = AsyncZeroconf(
            interfaces=self.hosts, ip_version=IPVersion.V4Only
        )
        await self._zeroconf.async_register_service(info, allow_name_change=True)

    def close(self) -> None:
        """Take it back: whoever kept it, forgets it. Safe to repeat."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is None:
            return
        if self._loop.is_current:  # nobody can wait here
            self._loop.asyncio.create_task(zeroconf.async_close())
        else:
            self._loop.run(zeroconf.async_close())

    def __enter__(self) -> Announcement:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_registries(
    timeout: float = PATIENCE, networks: Sequence[IPv4Interface] | None = None
) -> list[Announced]:
    """The registries that answer on our networks, by name; empty after `timeout`.

    One question is sent on each of `networks`, ours if not given.
    """
    search = _Search(list(networks) if networks is not None else own_networks())
    return loops.shared().run(search.run(timeout), timeout + 5.0)


def the_registry(timeout: float = PATIENCE) -> Address:
    """The one registry of this network.

    Raises NoAnswer when there is none, LocalError when there are several.
    """
    found = find_registries(timeout)
    if not found:
        raise NoAnswer(
            f"no registry has announced itself on this network within {timeout:g} s; "
            "start one (`labkit registry`) or, where the network keeps its computers "
            'apart, give its address: "HOST:PORT"'
        )
    if len({one.address for one in found}) > 1:
        listed = "; ".join(map(str, found))
        raise LocalError(
            f"several registries are announced here: {listed}. Say which one by its "
            'address, "HOST:PORT"'
        )
    return found[0].address


class _Search:
    """One look around; on the loop's thread."""

    def __init__(self, networks: list[IPv4Interface]) -> None:
        self._networks = networks
        self._found: dict[str, Announced] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._first = asyncio.Event()

    async def run(self, timeout: float) -> list[Announced]:
        """Ask, wait for the first answer, then a little for others."""
        if not self._networks:
            return []
        hosts = [str(one.ip) for one in self._networks]
        try:
            async with AsyncZeroconf(
                interfaces=hosts, ip_version=IPVersion.V4Only
            ) as zeroconf:
                async with AsyncServiceBrowser(
                    zeroconf.zeroconf, SERVICE, handlers=[self._heard]
                ):
                    await self._answers(timeout)
                await self._end()
        except OSError as error:
            raise NoAnswer(
                f"the network cannot be asked for a registry: {error.strerror}; give "
                'its address, "HOST:PORT"'
            ) from None
        return sorted(self._found.values(), key=lambda one: (one.name, one.address))

    async def _answers(self, timeout: float) -> None:
        try:
            await asyncio.wait_for(self._first.wait(), timeout)
            await asyncio.sleep(SETTLE)
        except TimeoutError:
            pass

    def _heard(
        self,
        zeroconf: Zeroconf,
        service_type: str,
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            self._found.pop(name, None)
        elif len(self._asking) < MOST_FOUND and name not in self._asking:
            asking = self._ask(zeroconf, name)
            self._asking[name] = asyncio.get_running_loop().create_task(asking)

    async def _ask(self, zeroconf: Zeroconf, name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        if not await info.async_request(zeroconf, PATIENCE * 1000):
            return
        hosts = info.parsed_addresses(IPVersion.V4Only)
        near = [one.network for one in self._networks]
        try:
            self._found[name] = read_announcement(name, hosts, info.port, near)
        except RemoteError as error:
            _log.info("an announcement was left out: %s", error)
        else:
            self._first.set()

    async def _end(self) -> None:
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
