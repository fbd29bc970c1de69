"""A registry and two phones on real sockets, closed at the end whatever happened."""

from collections.abc import Iterator

import pytest
from phone.watching import Ear

from labkit import Phone, Registry


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0) as registry:
        yield registry


@pytest.fixture
def alice(registry: Registry) -> Iterator[Phone]:
    with Phone("alice", registry, speaker=Ear()) as phone:
        phone.register()
        yield phone


@pytest.fixture
def bob(registry: Registry) -> Iterator[Phone]:
    with Phone("bob", registry, speaker=Ear()) as phone:
        phone.register()
        yield phone
