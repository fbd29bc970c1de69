"""Every plot also in words and in rows (D3)."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace

import pytest

from labkit.plots import Series, describe, snapshot, table
from labkit.plots.series import rows, spread

VIDEO = [(float(second), (second + 1) / 1000) for second in range(100)]
CALL = Series(
    latency={"video": VIDEO, "audio": [(99.5, 0.04)]},
    jitter={"audio": [(1.0, 0.002), (2.0, 0.0015)]},
    loss={"video": [(1.0, 0.25)]},
    error=0.0003,
)


def test_median_and_95th_percentile() -> None:
    found = spread(VIDEO)
    assert found is not None
    assert found.number == 100
    assert found.median == pytest.approx(0.0505)
    assert found.p95 == pytest.approx(0.09505)
    assert found.worst == pytest.approx(0.1)
    assert spread([]) is None


def test_the_plot_in_words() -> None:
    assert describe(CALL) == (
        "Video latency: median 50.5 ms, 95 % below 95.0 ms, highest 100.0 ms "
        "(100 measured). Audio latency: median 40.0 ms, 95 % below 40.0 ms, "
        "highest 40.0 ms (1 measured). All may be off by ±0.3 ms. "
        "Audio jitter now 1.5 ms. Video loss now 25.0 %."
    )
    assert describe(Series({})) == "No latency has been measured yet."


def test_the_plot_in_rows() -> None:
    assert rows(CALL) == [
        ["video latency", "ms", "100", "50.50", "95.05", "100.00", "100.00"],
        ["audio latency", "ms", "1", "40.00", "40.00", "40.00", "40.00"],
        ["audio jitter", "ms", "2", "1.75", "1.98", "2.00", "1.50"],
        ["video loss", "%", "1", "25.00", "25.00", "25.00", "25.00"],
    ]
    assert "<td" in table(CALL)
    assert "nothing measured yet" in table(Series({}))


def test_a_snapshot_no_longer_grows_with_the_call() -> None:
    history = SimpleNamespace(
        video=deque(VIDEO), audio=deque(), jitter={"audio": deque()}, loss={}
    )
    taken = snapshot(history, error=0.001)
    history.video.append((200.0, 9.0))
    assert taken.latency["video"] == tuple(VIDEO)
    assert taken.newest == 99.0
    assert taken.error == 0.001
