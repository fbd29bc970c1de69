"""A flood of the largest messages: memory bounded, nothing kept, the call as before."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path
from random import Random

import pytest
from hostile.rig import Talk, on_the_loop, request, stranger

from labkit.trace.record import MOST_OCTETS

MOST_GROWTH = 48 << 20
"""Besides the traces, whose own bounds are looked at. Once the flood itself was kept,
some 250 MiB of it."""


def resident() -> int:
    """Octets of memory that this process has taken from the system, and uses."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # what is free, but kept for the next who asks, is no growth
        trim(0)
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_flood_of_large_messages_on_all_ports_stays_within_bounds(talk: Talk):
    bob = talk.bob
    ports = [
        address
        for kind in ("audio", "video")
        for pair in (getattr(bob.media, f"_{kind}").pair,)
        for address in (pair.rtp_address, pair.rtcp_address)
    ]
    noise = Random(8).randbytes(60_000)
    with stranger() as eve:
        gc.collect()
        before = resident()
        for number in range(2000):
            padding = "X: " + "a" * 15_000
            eve.send(request("OPTIONS", eve, f"o{number}", padding), bob.address)
            eve.send(request("INVITE", eve, f"i{number}", padding), bob.address)
            eve.send(b"SIP/2.0 " + noise, bob.address)
            eve.send(b"\x80\x1a" + noise, ports[number % 4])
        on_the_loop()
        assert sum(len(record.data) for record in bob.trace) <= MOST_OCTETS
        assert sum(len(packet.data) for packet in bob.trace.packets) < 20 << 20
        # The call's own packets fill the traces while the flood lasts, however long.
        for phone in (talk.alice, bob):
            phone.trace.clear()
        gc.collect()
        assert resident() - before < MOST_GROWTH
    talk.unharmed()


def test_rtp_is_still_counted_after_a_flood_from_many_ports_and_after_many_calls(talk):
    """The newest streams are counted: each call has new ports."""
    video = talk.bob.media._video.pair.rtp_address
    for _ in range(100):
        with stranger() as eve:
            eve.send(b"\x80\x1a" + bytes(20), video)
    talk.unharmed()
    source = talk.alice.media._video.pair.rtp_address
    assert (source, video, "received") in talk.bob.trace.rtp
    assert len(talk.bob.trace.rtp) <= 64
