"""A phone in a real kernel that is interrupted and restarted: what its peer sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile.rig import until
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from phone.watching import pictures

from labkit import CallState, Phone, Registry

BOB = """
from labkit import Phone
bob = Phone("bob", "{address}")
bob.register()
"""


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0) as registry:
        yield registry


@pytest.fixture
def alice(registry: Registry) -> Iterator[Phone]:
    with Phone("alice", registry) as phone:
        yield phone


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KernelManager]:
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def client(kernel: KernelManager) -> Iterator[BlockingKernelClient]:
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(60)
    yield client
    client.stop_channels()


def run(client: BlockingKernelClient, code: str) -> str:
    """Run a cell; "ok", or the name of the error that ended it."""
    reply = client.execute_interactive(code, timeout=60, output_hook=_ignore)
    content = reply["content"]
    return "ok" if content["status"] == "ok" else str(content["ename"])


def _ignore(message: object) -> None:
    """What a cell prints is not looked at."""


def call(alice: Phone, answer: Callable[[], object]) -> None:
    alice.call("bob").wait("ringing")
    answer()
    pictures(alice, "peer", 2)


def test_an_interrupted_cell_leaves_the_phone_and_a_restart_says_goodbye(
    kernel, client, registry, alice
):
    assert run(client, BOB.format(address=registry.address)) == "ok"
    waiting = client.execute("print('waiting', flush=True); bob.answer(timeout=60)")
    until(lambda: _printed(client, waiting), "the cell to wait")
    kernel.interrupt_kernel()
    reply = client.get_shell_msg(timeout=30)
    assert reply["content"]["ename"] == "KeyboardInterrupt"

    call(alice, lambda: run(client, "bob.answer()"))
    kernel.restart_kernel()
    over = alice.present_call.wait("over", 10)
    assert (over.state, over.why) == (CallState.ENDED, "bob hung up")
    until(lambda: not registry.users, "the name to be free")

    client.wait_for_ready(60)
    assert run(client, BOB.format(address=registry.address)) == "ok"
    call(alice, lambda: run(client, "bob.answer()"))


def _printed(client: BlockingKernelClient, request: str) -> bool:
    message = client.get_iopub_msg(timeout=30)
    mine = message["parent_header"].get("msg_id") == request
    return mine and message["msg_type"] == "stream"
