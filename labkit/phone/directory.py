"""The phone's side of the registry: one connection, made when it is first needed.

Requirements A1-A3, A7-A9, B3, B9. Notebook: 01-registry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from labkit.dialects import Dialect
from labkit.dialects.machine.client_wire import DialectClientWire
from labkit.effects import Address
from labkit.errors import LabkitError, LocalError
from labkit.net.addresses import ANYWHERE, parse_address, resolve
from labkit.net.registry import Registry
from labkit.net.registry_client import RegistryClient
from labkit.net.registry_errors import NameTaken, RequestRefused, UnknownUser
from labkit.registry.messages import User, free_name
from labkit.registry.wire import LINES, ClientWire
from labkit.trace import Trace

RegistryLike: TypeAlias = Registry | Address | str
DEFAULT_PORT = 5000
NEARBY = "lan"
"""Instead of an address: the registry that announces itself on this network (B3)."""


def registry_address(
    registry: RegistryLike | None, port: int = DEFAULT_PORT
) -> Address | None:
    """Where a registry can be reached, whichever way it was named.

    Raises LocalError for a text that is no address, or a host that nobody knows; for
    "lan", NoAnswer where no registry announces itself, LocalError where several do.
    """
    match registry:
        case None:
            return None
        case Registry():
            host, port = registry.address
            return Address("127.0.0.1" if host in ANYWHERE else host, port)
        case Address():
            return resolve(registry)
        case str() if registry.strip() == NEARBY:
            from labkit.net.discovery import the_registry

            return the_registry()
        case _:
            return resolve(parse_address(registry, port))


class Directory:
    """Asks the registry on behalf of one phone; connects again after a loss.

    `on_lost` is told in words, once, when the registry goes away by itself.
    """

    def __init__(
        self,
        name: str,
        address: Address | None,
        trace: Trace,
        on_lost: Callable[[str], None],
        dialect: Dialect | None = None,
        password: str = "",
    ) -> None:
        self.address = address
        self.registered = False
        """Whether our name is on the registry's table, as far as we know."""
        self._name = name
        self._trace = trace
        self._on_lost = on_lost
        self._talk = dialect.registry if dialect is not None else None
        self._password = password
        self._client: RegistryClient | None = None
        self._lock = threading.RLock()  # one connection, whoever asks for it first
        self._closed = False
        self._unsure = False
        """Whether we asked for our name and were interrupted before the answer."""

    def register(self, host: str, port: int) -> User:
        """State where we take calls (A1); again is no error, but a new row."""
        with self._lock:
            client = self._connected()
            if self.registered or self._unsure:
                client = self._afresh(client)
            self._unsure = True
            try:
                user = client.register(self._name, host, port)
            except RequestRefused as error:
                self._unsure = False
                if isinstance(error, NameTaken):
                    raise self._with_a_free_name(client, error) from None
                raise
            self.registered, self._unsure = client.connected, False
            return user

    def unregister(self) -> None:
        """Take our name off the table, say goodbye, wait for 221 (A3, A8)."""
        with self._lock:
            client = self._client
            if client is None or not self.registered:
                raise LocalError(
                    f"{self._name} is not registered; nothing to unregister"
                )
            if self._talk is None or "unregister" in self._talk.requests.forms:
                client.unregister(self._name)
            self.leave()  # without such a request, to say goodbye is all there is

    def query(self, name: str) -> User:
        """Where is `name`? (A2)"""
        return self._connected().query(name)

    def users(self) -> list[User]:
        """Everybody (A9)."""
        return self._connected().list()

    def leave(self) -> None:
        """End the connection politely; our row goes with it."""
        with self._lock:
            client, self._client = self._client, None
            self.registered = False
            if client is not None:
                client.quit()

    def close(self) -> None:
        """Leave for good: whoever is about to register comes too late."""
        with self._lock:
            self._closed = True
            self.leave()

    def _connected(self) -> RegistryClient:
        with self._lock:
            return self._connection()

    def _connection(self) -> RegistryClient:
        if self._closed:
            raise LocalError(f"{self._name}'s phone is closed; make a new Phone")
        if self.address is None:
            raise LocalError(
                f"{self._name}'s phone was given no registry; "
                'make it with Phone(name, "HOST:5000")'
            )
        if self._client is None or not self._client.connected:
            client = RegistryClient(
                self.address,
                observer=self._name,
                trace=self._trace,
                wire=self._wire(),
            )
            client.on_lost = lambda why: self._lost(client, why)
            self._client, self.registered = client, False
            self._unsure = False
        return self._client

    def _wire(self) -> ClientWire:
        if self._talk is None:
            return LINES
        return DialectClientWire(self._talk, self._name, self._password)

    def _afresh(self, client: RegistryClient) -> RegistryClient:
        """Our former row must not be in the way of the new one."""
        if self._talk is None or "unregister" in self._talk.requests.forms:
            with suppress(UnknownUser):
                client.unregister(self._name)
            return client
        if self._talk.lasting:  # registering again is how one changes a row
            return client
        self.leave()
        return self._connected()

    def _with_a_free_name(self, client: RegistryClient, error: NameTaken) -> NameTaken:
        """The refusal and a way out, if the registry says who is there."""
        try:
            taken = {user.name for user in client.list()}
        except LabkitError:
            return error
        return error.suggesting(free_name(self._name, taken))

    def _lost(self, client: RegistryClient, why: str) -> None:
        if self._client is client:
            self._client, self.registered = None, False
            self._on_lost(f"{why} Start it again, then register again.")
