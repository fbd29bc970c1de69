"""The page's player and recorder: what its audio thread does, on a clock of the test.

The real script, in a real browser, but the test calls `process` where the sound card
would, 375 times a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from labkit.panels.live import page_file

BENCH = """
globalThis.sampleRate = 48000;
globalThis.currentTime = 0;
globalThis.AudioWorkletProcessor = class {
    constructor() { this.port = { postMessage: (said) => bench.said.push(said) }; }
};
globalThis.registerProcessor = (name, made) => (bench.Sound = made);
globalThis.bench = {
    said: [],
    // `seconds` of the sound card's time. Sound of level `value` comes `every` so many
    // seconds, `from` a moment on, `speed` times as fast as it is played; the
    // microphone hears the level `speaks`.
    run(seconds, { speed = 1, every = 0.02, speaks = 0, value = 8000, from = 0 } = {}) {
        const count = Math.round(48000 * every * speed);
        const end = currentTime + seconds;
        let due = currentTime + from;
        const seen = [];
        while (currentTime < end) {
            while (due <= currentTime) {
                const samples = new Int16Array(count).fill(value);
                bench.sound.port.onmessage({ data: { samples, rate: 48000 } });
                due += every;
            }
            const out = new Float32Array(128);
            bench.sound.process([[new Float32Array(128).fill(speaks)]], [[out]]);
            seen.push(bench.sound.player.waiting / 48000);
            currentTime += 128 / 48000;
        }
        const { underruns, target } = bench.sound.player;
        return { underruns, target, last: seen.at(-1), most: Math.max(...seen) };
    },
};
"""
BEGIN = "() => { bench.sound = new bench.Sound(); }"


@pytest.fixture
def worklet(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.evaluate(
        f"() => {{ {BENCH} {page_file('devices_worklet.js')} soundWorklet(); }}"
    )
    page.evaluate(BEGIN)
    yield page
    context.close()


def run(page: Page, seconds: float, **more: Any) -> dict[str, float]:
    told: dict[str, float] = page.evaluate(
        "([seconds, more]) => bench.run(seconds, more)", [seconds, more]
    )
    return told


def test_steady_sound_is_played_30_ms_after_it_came_and_never_runs_dry(
    worklet: Page,
) -> None:
    told = run(worklet, 20.0)
    assert told["underruns"] == 0
    assert told["most"] <= 0.07
    assert told["target"] == pytest.approx(0.03)


@pytest.mark.parametrize("speed", [0.9995, 1.0005])
def test_a_clock_that_runs_faster_or_slower_is_made_up_for(
    worklet: Page, speed: float
) -> None:
    told = run(worklet, 120.0, speed=speed)
    assert told["underruns"] <= 1
    assert 0.0 < told["last"] < 0.1


def test_it_waits_longer_after_it_ran_dry_and_less_after_a_while(worklet: Page) -> None:
    run(worklet, 2.0)
    for _ in range(3):
        rough = run(worklet, 0.5, **{"from": 0.2})  # nothing comes for 200 ms
    assert rough["target"] > 0.08  # 20 ms more for each time
    before = rough["underruns"]
    smooth = run(worklet, 60.0)
    assert smooth["underruns"] <= before + 1
    assert smooth["target"] == pytest.approx(0.03, abs=0.001)
    assert smooth["last"] < 0.08


def test_a_burst_after_a_stall_is_skipped(worklet: Page) -> None:
    run(worklet, 1.0)
    told = run(worklet, 0.1, every=0.5)  # half a second at once
    assert told["most"] <= 0.2
    assert run(worklet, 5.0)["last"] <= 0.2


def test_the_microphone_is_silent_while_the_other_is_heard_if_one_wants_it_so(
    worklet: Page,
) -> None:
    recorded = """() => {
        const parts = bench.said.filter(({ sound }) => sound);
        bench.said = [];
        return parts.map(({ sound }) => Math.max(...sound));
    }"""
    worklet.evaluate(
        "() => bench.sound.port.onmessage({ data: { record: true, halfDuplex: true } })"
    )
    run(worklet, 1.0, speaks=0.5)
    assert set(worklet.evaluate(recorded)[5:]) == {0}
    run(worklet, 1.0, speaks=0.5, value=0)
    said = worklet.evaluate(recorded)
    assert said[0] == 0
    assert said[-1] == pytest.approx(16383, abs=2)
    assert said.index(said[-1]) * 0.02 == pytest.approx(0.35, abs=0.1)
    assert len(said) == pytest.approx(50, abs=1)


def test_what_waits_too_long_is_left_out_where_it_is_quiet(worklet: Page) -> None:
    run(worklet, 1.0)
    for _ in range(3):
        run(worklet, 0.5, **{"from": 0.2})
    # Loud sound may only be played a little faster, a pause may be shorter.
    loud = run(worklet, 2.0)["last"]
    assert run(worklet, 1.5, value=0)["last"] < loud - 0.02
