"""The bench's own instruments: they tell what was lost, and how late the rest was."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
import pytest

RATE, BLOCK = 48_000, 960


def jpeg(pixels: np.ndarray) -> np.ndarray:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def test_a_picture_s_number_is_read_after_jpeg(bench):
    numbered = bench("numbered")
    film, eye = numbered.NumberedFilm(), numbered.NumberedEye()
    for at in range(40):
        pixels, number = film.next()
        eye.look(jpeg(pixels), float(at))
        assert eye.seen[-1] == (number, float(at), len(numbered.BANDS))


def test_a_picture_half_of_which_is_old_tells_its_newest_number_and_the_share(bench):
    numbered = bench("numbered")
    film, eye = numbered.NumberedFilm(), numbered.NumberedEye()
    (before, _), (after, number) = film.next(), film.next()
    eye.look(jpeg(np.concatenate([before[:240], after[240:]])), 1.0)
    assert eye.seen == [(number, 1.0, len(numbered.BANDS) // 2)]


def test_noise_bears_no_number(bench):
    numbered = bench("numbered")
    random = np.random.default_rng(1)
    eye = numbered.NumberedEye()
    eye.look(random.integers(0, 256, (480, 640, 3), np.uint8), 1.0)
    eye.look(np.zeros((480, 640, 3), np.uint8), 2.0)
    assert eye.seen == [(None, 1.0, 0), (None, 2.0, 0)]


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.30, 0.60])
@pytest.mark.parametrize("conceal", [0.0, 0.7])
def test_what_was_never_played_is_counted_exactly_and_the_rest_timed(
    bench, loss, conceal
):
    """Whether a missing frame is silent or the one before it is played again."""
    numbered, random = bench("numbered"), Random(7)
    ear, late = numbered.NumberedEar(), 0.137
    kept: set[int] = set()
    block = np.zeros(BLOCK, np.int16)
    for number in range(600):
        ear.said(number, number * 0.020)
        lost = random.random() < loss
        if not lost and numbered.score()[number] is not None:
            kept.add(number)
        block = (
            (block * conceal).astype(np.int16)
            if lost
            else ear.tone(number, BLOCK, RATE)
        )
        ear.listen(block, RATE, number * 0.020 + late)
    played = numbered.beside(ear.sent, ear.heard)
    assert len(played) == pytest.approx(len(kept), abs=0.01 * len(kept))
    right = [
        n for n in played if played[n] - n * 0.020 == pytest.approx(late, abs=0.004)
    ]
    assert len(right) >= 0.95 * len(kept)  # some notes come twice within a second


def test_nothing_heard_is_nothing_played(bench):
    numbered = bench("numbered")
    ear = numbered.NumberedEar()
    assert ear.heard == []
    ear.listen(np.zeros(BLOCK, np.int16), RATE, 0.0)
    assert ear.heard == []
    assert numbered.beside([(0, 0.0)], []) == {}


def latencies(after):
    """30 a second: 25 ms late until a stall from 3 to 8, then as `after` says."""
    times = [number / 30 for number in range(90)]
    later = [8 + number / 30 for number in range(150)]
    return [(at, 0.025) for at in times] + [(at, after(at - 8)) for at in later]


def test_recovery_is_when_the_latency_stays_as_usual(bench):
    live = bench("loss_live")
    falling = latencies(lambda since: max(0.025, 5 - 4 * since))
    assert live.recovery(falling, 8.0) == pytest.approx(1240, abs=40)
    at_once = latencies(lambda since: 0.025)
    assert live.recovery(at_once, 8.0) == pytest.approx(0, abs=1)
    one_good = latencies(lambda since: 0.025 if since < 0.05 else max(0.03, 3 - since))
    assert live.recovery(one_good, 8.0) > 2500


def test_what_never_recovers_has_no_figure(bench):
    live = bench("loss_live")
    assert live.recovery(latencies(lambda since: 0.5), 8.0) is None
    assert live.recovery([(8.1, 0.025)], 8.0) is None


def test_every_call_is_set_up_where_nothing_is_lost(bench):
    signalling = bench("loss_signalling")
    pair = signalling.Pair(1, 0.0)
    delays = [signalling.call(pair) for _ in range(3)]
    assert delays == pytest.approx([0.020] * 3)


def test_a_call_into_the_void_is_not_set_up(bench):
    signalling = bench("loss_signalling")
    assert signalling.call(signalling.Pair(1, 1.0)) is None
