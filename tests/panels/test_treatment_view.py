"""What the panel of the treatments shows and takes: no browser, no thread: D2, A15."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.machine.statistics import (
    InboundRtp,
    LineStatistics,
    OutboundRtp,
    Own,
    Statistics,
)
from labkit.media.treatments import Treatments
from labkit.panels.effect import NO_EFFECT, Effect, EffectMeter
from labkit.panels.treatment_view import (
    NAMES,
    Share,
    changed,
    shown,
    table,
    treatment_view,
)
from labkit.panels.window import LEAST, OVER, SETTLE


def test_every_treatment_has_its_row_and_says_what_it_buys_and_costs() -> None:
    rows = [row for group in table() for row in group["rows"]]
    assert sorted(row["name"] for row in rows) == sorted(NAMES)
    assert {one.name for one in fields(Treatments)} == set(NAMES)
    assert all(len(row["text"]) > 30 for row in rows)


def test_what_the_page_shows_can_be_given_back_unchanged() -> None:
    other = Treatments(
        red=3, parity=5, reed_solomon=8, interleaving=4, retransmission=False,
        copies=2, restart_intervals=True, nack=True, playout="adaptive",
        playout_delay=0.12, catch_up="skip", concealment="repeat", lip_sync=True,
    )  # fmt: skip
    wanted = {name: shown(other, name) for name in NAMES}
    assert changed(Treatments(), wanted) == (other, {})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("red", "4", "from 0 to 3, not '4'"),
        ("red", "1.5", "red is a whole number"),
        ("parity", "1", "parity is a whole number from 2 to 16"),
        ("playout_most", "abc", "Longest delay is a number from 0 to 1000 ms"),
        ("playout_delay", "1001", "Fixed delay is a number from 0 to 1000 ms"),
        ("playout_delay", "nan", "not 'nan'"),
        ("playout", "psychic", "one of none, fixed, adaptive, quantile"),
        ("nack", "yes", "nack is True or False"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_changes_nothing(
    name: str, value: Any, words: str
) -> None:
    treatments, errors = changed(Treatments(), {name: value, "copies": "2"})
    assert treatments == Treatments(copies=2), "the other wish is fulfilled"
    assert list(errors) == [name]
    assert words in errors[name]


def test_a_comma_and_a_unit_are_understood() -> None:
    assert (
        changed(Treatments(), {"playout_delay": "62,5 ms"})[0].playout_delay == 0.0625
    )


@given(st.sampled_from(NAMES), st.one_of(st.text(), st.floats(), st.booleans()))
def test_any_value_changes_the_treatment_or_gives_a_reason(
    name: str, value: Any
) -> None:
    treatments, errors = changed(Treatments(), {name: value})
    assert treatments == Treatments() or not errors
    assert all(errors.values())


def test_automatic_shows_its_choice_and_its_reason_and_takes_the_switches() -> None:
    share = Share("alice", Treatments(red=2), auto=True, why="10 % are lost")
    view = treatment_view([share])
    assert view["why"] == ["alice: 10 % are lost"]
    assert view["values"]["red"] == "2"
    assert not any(view["enabled"].values())
    assert treatment_view([replace(share, why="")])["why"] == [
        "alice: Waits for the first figures of a call."
    ]


def test_what_counts_only_beside_another_rests_and_says_beside_what() -> None:
    view = treatment_view([Share("alice", Treatments(playout="quantile"))])
    assert not view["enabled"]["playout_delay"]
    assert view["says"]["playout_delay"] == "Counts only with “Playout delay: fixed”."
    view = treatment_view([Share("alice", Treatments(playout="fixed"))])
    assert view["enabled"]["playout_delay"]
    assert not view["enabled"]["playout_most"]


def test_what_the_peer_lacks_is_said_where_it_is_wanted() -> None:
    lacks = frozenset({"red", "parity"})
    view = treatment_view([Share("alice", Treatments(red=1), lacks=lacks)])
    assert "alice's peer does not take it" in view["says"]["red"]
    assert view["says"]["parity"] == ""
    assert view["enabled"]["red"], "nothing is broken: it may be switched off"


def test_where_phones_differ_the_other_ones_value_is_told() -> None:
    view = treatment_view(
        [
            Share("alice", Treatments(red=2, playout_most=0.3)),
            Share("bob", Treatments()),
        ]
    )
    assert view["says"]["red"] == "bob: off"
    assert view["says"]["playout_most"] == "bob: 500 ms"


def test_a_view_travels_as_json() -> None:
    view = treatment_view([Share("alice", Treatments())], {"red": "no"})
    assert json.loads(json.dumps(view)) == view
    assert view["effects"] == [["alice", "–", "–", "–", "–", "–"]]


# --- the figures beside the switches ---


class Media:
    """A call whose counts the test makes."""

    def __init__(self) -> None:
        self.audio: LineStatistics | None = None

    def count(
        self,
        *,
        received: int,
        missing: int,
        again: int = 0,
        samples: int = 0,
        hidden: int = 0,
        waited: float = 0.0,
        sent: int = 0,
        repair: int = 0,
        opinion: float | None = None,
    ) -> None:
        self.audio = LineStatistics(
            "PCMU",
            OutboundRtp(1, 0, sent, 0, 0, 0, 0.0, 0),
            InboundRtp(
                2,
                received,
                0,
                missing,
                0.0,
                retransmittedPacketsReceived=again,
                totalSamplesReceived=samples,
                jitterBufferEmittedCount=samples,
                concealedSamples=hidden,
                jitterBufferDelay=waited,
            ),
            None,
            Own(packetsMissing=missing, bytesOfRepairSent=repair, opinion=opinion),
        )

    def statistics(self) -> Statistics:
        return Statistics(0.0, self.audio)

    def playout_view(self, now: float) -> Any:
        raise NotImplementedError


def test_figures_are_of_the_last_seconds_and_a_dash_before_there_are_any() -> None:
    meter, media = EffectMeter(), Media()
    assert meter.measured(None, 0.0) == NO_EFFECT
    assert meter.measured(media, 0.0) == NO_EFFECT
    media.count(received=500, missing=500)
    assert meter.measured(media, 1.0) == NO_EFFECT
    meter.measured(media, 2.0)
    media.count(
        received=600, missing=510, again=10, samples=15840, hidden=160, waited=950.4,
        sent=1000, repair=2000, opinion=4.14,
    )  # fmt: skip
    now = meter.measured(media, 2.0 + OVER)
    assert now == Effect(before=0.1, after=0.01, wait=0.06, added=2.0, score=4.14)
    assert now.as_texts() == ["10.0", "1.0", "60", "200", "4.1"]


def test_a_flipped_switch_begins_the_figures_anew_once_there_is_enough_to_count() -> (
    None
):
    meter, media = EffectMeter(), Media()

    def lost_at(now: float, received: int, missing: int, setting: str) -> float | None:
        media.count(received=received, missing=missing)
        return meter.measured(media, now, setting).before

    lost_at(0.0, 0, 0, "off")
    assert lost_at(4.0, 100, 100, "off") == 0.5
    assert lost_at(4.1, 100, 100, "on") == 0.5, "the old figure until there is a new"
    lost_at(4.1 + SETTLE, 100, 100, "on")
    assert lost_at(4.2 + SETTLE + LEAST, 150, 100, "on") == 0.0


def test_the_same_choice_is_shown_to_a_tenth_of_a_millisecond() -> None:
    treatments = Treatments(playout="fixed", playout_delay=0.0702339)
    assert shown(treatments, "playout_delay") == "70.2"


def test_another_call_is_measured_anew() -> None:
    meter, first, second = EffectMeter(), Media(), Media()
    for media, lost in ((first, 0), (first, 100), (second, 0)):
        media.count(received=100, missing=lost)
        effect = meter.measured(media, 1.0)
    assert effect == NO_EFFECT
