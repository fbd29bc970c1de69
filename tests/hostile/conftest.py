"""A registry, and two phones in a call, on real sockets: what all attacks are for.

Whatever arrives, nobody of the house may fail: a test that leaves an error in the log
has failed, even if the call survived it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hostile.rig import Talk

from labkit import Phone, Registry


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No exception was logged, by the kit or by asyncio."""
    with caplog.at_level(logging.ERROR):
        yield
    failures = [
        f"{each.name}: {each.getMessage()} {each.exc_info and each.exc_info[1]!r}"
        for when in ("setup", "call")
        for each in caplog.get_records(when)
        if each.levelno >= logging.ERROR
    ]
    assert not failures, "\n".join(failures[:5])


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0) as registry:
        yield registry


@pytest.fixture
def alice(registry: Registry) -> Iterator[Phone]:
    with Phone("alice", registry, t1=0.1) as phone:
        phone.register()
        yield phone


@pytest.fixture
def bob(registry: Registry) -> Iterator[Phone]:
    with Phone("bob", registry, t1=0.1) as phone:
        phone.register()
        yield phone


@pytest.fixture
def talk(alice: Phone, bob: Phone) -> Talk:
    """Alice and bob see and hear each other."""
    talk = Talk(alice, bob)
    talk.connect()
    return talk
