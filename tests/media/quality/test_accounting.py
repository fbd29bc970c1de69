"""Every packet has exactly one fate; and who says otherwise is told so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from media.machine.party import call

from labkit.media.quality import accounting

counts = st.integers(0, 10_000)


@dataclass(frozen=True)
class Record:
    """What a link noted."""

    offered: int = 0
    delivered: int = 0
    under_way: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    duplicated: int = 0


def test_a_ledger_prints_as_a_table_that_a_student_can_add_up():
    record = Record(1200, 1083, 1, {"random": 118, "queue full": 2}, 4)
    ledger = accounting.packets(
        sent=1200, received=1080, duplicate=4, refused=3, link=record
    )
    assert str(ledger) == (
        "Packets on the wire\n"
        "sent                  1,200\n"
        "doubled by the link       4\n"
        "---------------------------\n"
        "received              1,076\n"
        "received twice            4\n"
        "came and was refused      3\n"
        "lost: random            118\n"
        "lost: queue full          2\n"
        "under way                 1\n"
        "---------------------------\n"
        "in all                1,204\n"
        "It adds up."
    )


def test_a_ledger_says_in_words_whose_count_differs_from_whose():
    record = Record(100, 90, 0, {"random": 10})
    ledger = accounting.packets(sent=101, received=88, duplicate=0, link=record)
    assert ledger.complaints == (
        "the sender counts 101 sent, but the link was offered 100: 1 differ.",
        "the link delivered 90, but the receiver counts 88 received and 0 refused: "
        "2 differ.",
        "101 sent are 101, but the fates add up to 98: 3 have none.",
    )
    assert str(ledger).endswith("3 have none.")


def test_a_packet_with_two_fates_is_one_too_many():
    ledger = accounting.sound(
        received=5, repaired={}, played=4, late=1, duplicate=1, left_out=0, waiting=0
    )
    assert ledger.complaints == (
        "5 received are 5, but the fates add up to 6: 1 too many, "
        "something has two fates.",
    )


def test_counts_below_nothing_are_seen_even_when_the_sum_is_right():
    ledger = accounting.sound(
        received=5, repaired={}, played=6, late=0, duplicate=0, left_out=0, waiting=-1
    )
    assert ledger.complaints == (
        "'waiting to be played' is -1: there cannot be fewer than none.",
    )


@given(counts, counts, counts, counts, counts, counts)
def test_what_was_counted_right_adds_up_and_one_more_anywhere_does_not(
    taken, twice, refused, lost, full, under_way
):
    record = Record(
        taken + refused + lost + full + under_way,
        taken + twice + refused,
        under_way,
        {"random": lost, "queue full": full},
        twice,
    )
    right = {
        "sent": record.offered,
        "received": taken + twice,
        "duplicate": twice,
        "refused": refused,
    }
    ledger = accounting.packets(**right, link=record)
    assert ledger.adds_up
    assert ledger.total == sum(count for _, count in ledger.rows())
    for name in ("sent", "received", "refused"):
        wrong = right | {name: right[name] + 1}
        assert not accounting.packets(**wrong, link=record).adds_up
    for name in ("offered", "delivered", "under_way", "duplicated"):
        wrong_record = replace(record, **{name: getattr(record, name) + 1})
        assert not accounting.packets(**right, link=wrong_record).adds_up


def test_a_call_over_a_bad_link_adds_up_on_the_wire_and_in_the_buffer():
    world, alice, bob = call(
        "opus", seed=6, delay=0.02, jitter=0.06, loss=0.1, duplicates=0.05
    )
    receive, arrived = bob.receive, [0]

    def counted(data: bytes) -> None:
        arrived[0] += 1
        receive(data)

    bob.receive = counted
    alice.reports.poll = lambda now: None  # the link would count reports too
    world.every(0.020, alice.speak, first=0.0)
    world.every(0.020, bob.listen, first=0.007)
    link = alice.to_peer
    for _ in range(10):
        world.run(3.0)
        sent, totals = alice.sender.packets_sent, bob.sources.totals
        record = Record(
            sent,
            arrived[0],
            sent + link.doubled - link.lost - arrived[0],
            {"random": link.lost},
            link.doubled,
        )
        wire = accounting.packets(
            sent=sent,
            received=totals.received,
            duplicate=totals.duplicates,
            refused=sum(bob.sources.refused.values()),
            link=record,
        )
        assert wire.adds_up, str(wire)
        playout = bob.sound.playout
        heard = accounting.sound(
            received=totals.received - totals.duplicates,
            repaired={},
            played=playout.played,
            late=playout.late,
            duplicate=playout.duplicate,
            left_out=playout.left_out,
            waiting=len(playout),
        )
        assert heard.adds_up, str(heard)
    assert link.lost > 100
    assert link.doubled > 50


def test_without_a_link_to_ask_what_is_missing_is_lost_or_under_way():
    ledger = accounting.packets(sent=50, received=44, duplicate=2)
    assert ledger.adds_up
    assert ("lost, or still under way", 8) in ledger.rows()
