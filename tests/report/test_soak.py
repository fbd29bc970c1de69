"""Many calls in one kernel leave nothing behind (the bench runs 200 of them)."""

from __future__ import annotations


def test_thirty_calls_leave_no_thread_and_no_descriptor_behind(bench) -> None:
    held, _ = bench("soak").soak(30)
    first, last = held[0], held[-1]
    assert len(held) == 30
    assert last.threads <= first.threads
    assert last.descriptors <= first.descriptors
    # Traces fill up meanwhile; what a call kept for itself would be far more.
    assert last.memory_mb - held[10].memory_mb < 80
