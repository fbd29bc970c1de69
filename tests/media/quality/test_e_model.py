"""The E-model: figures that were published, and what must hold for any."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.media.quality.e_model import CODECS, WORDS, mean_opinion, score

codecs = st.sampled_from(sorted(CODECS))
delays = st.floats(0, 2)
losses = st.floats(0, 1)
ratios = st.floats(0.5, 8)


def test_without_delay_and_loss_g711_is_as_good_as_a_telephone_can_be():
    best = score("PCMU", delay=0.0, loss=0.0)
    assert best.rating == 93.2
    assert best.opinion == pytest.approx(4.41, abs=0.005)
    assert best.word == "excellent"


@pytest.mark.parametrize(
    ("rating", "opinion"),  # ITU-T G.107, annex B and G.109
    [(100, 4.5), (90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0)],
)
def test_opinions_are_those_of_the_recommendation(rating, opinion):
    assert mean_opinion(rating) == pytest.approx(opinion, abs=0.005)


@pytest.mark.parametrize(
    ("milliseconds", "impairment"),
    [(0, 0), (100, 2.4), (150, 3.6), (177.3, 4.2552), (200, 7.297), (400, 34.097)],
)
def test_delay_hardly_counts_up_to_177_ms_and_then_counts_a_lot(
    milliseconds, impairment
):
    rated = score("opus", delay=milliseconds / 1000, loss=0)
    assert rated.delay_impairment == pytest.approx(impairment)


def test_ten_percent_lost_cost_27_with_concealment_and_66_without():
    concealed = score("PCMA", delay=0.0, loss=0.10)
    bare = score("PCMA", delay=0.0, loss=0.10, concealment=False)
    assert concealed.loss_impairment == pytest.approx(95 * 10 / 35.1)
    assert bare.loss_impairment == pytest.approx(95 * 10 / 14.3)
    assert (concealed.word, bare.word) == ("poor", "bad")


def test_the_same_loss_in_bursts_is_worse():
    random = score("PCMU", delay=0.1, loss=0.05)
    bursty = score("PCMU", delay=0.1, loss=0.05, burst_ratio=3.0)
    assert bursty.loss_impairment == pytest.approx(95 * 5 / (5 / 3 + 25.1))
    assert bursty.rating < random.rating


def test_long_bursts_cost_no_more_than_all_the_sound_is_worth():
    one_gap = score("PCMU", delay=0.1, loss=0.5, burst_ratio=125.0)
    assert one_gap.loss_impairment == 95.0
    assert one_gap.opinion == 1.0


def test_a_score_prints_as_the_sum_that_it_is():
    text = str(score("PCMU", delay=0.120, loss=0.02))
    assert text == (
        "good: users are satisfied. R = 93.2 - 2.9 for 120 ms of delay - 7.0 for codec "
        "and 2.0% loss = 83.3, MOS 4.14"
    )


@given(codecs, delays, losses, ratios, st.booleans())
def test_any_call_has_a_score_within_bounds_and_a_word(
    codec, delay, loss, ratio, concealment
):
    rated = score(
        codec, delay=delay, loss=loss, burst_ratio=ratio, concealment=concealment
    )
    assert 1 <= rated.opinion <= 4.5
    assert rated.rating <= 93.2
    assert rated.word in {word for _, word, _ in WORDS}
    assert rated.meaning
    parts = rated.delay_impairment + rated.loss_impairment
    assert rated.rating == pytest.approx(93.2 - parts)


@given(codecs, delays, delays, losses, losses)
def test_more_delay_or_more_loss_never_sounds_better(codec, d1, d2, p1, p2):
    better = score(codec, delay=min(d1, d2), loss=min(p1, p2))
    worse = score(codec, delay=max(d1, d2), loss=max(p1, p2))
    assert worse.rating <= better.rating
    assert worse.opinion <= better.opinion + 0.02  # the cubic dips a little near R = 3


@pytest.mark.parametrize(
    "numbers",
    [
        {"delay": -0.1, "loss": 0},
        {"delay": 0, "loss": 1.1},
        {"delay": math.nan, "loss": 0},
        {"delay": 0, "loss": 0, "burst_ratio": 0},
    ],
)
def test_numbers_that_cannot_be_are_refused_in_words(numbers):
    with pytest.raises(LocalError, match="a score needs a delay"):
        score("PCMU", **numbers)


def test_a_codec_without_values_is_named_with_those_that_have_some():
    with pytest.raises(LocalError, match="no values for 'G729', only for PCMU, PCMA"):
        score("G729", delay=0, loss=0)
