"""Every packet is accounted for: each has exactly one fate, and the sums must agree.

Three parties count, each for itself: the sender, the link, the receiver. A ledger puts
their counts side by side, fate by fate, and says in words where they differ. Two hold
in every call, at any moment:

    on the wire   sent + doubled = received + refused + lost + under way
    of sound      received + repaired = played + late + duplicate + left out + waiting

The link's record is a truth that real networks never tell. Without one, what was sent
and did not come is lost or under way, nobody can say which, and nothing can be checked.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class LinkRecord(Protocol):
    """What a link notes of one direction; `labkit.link` keeps such records."""

    @property
    def offered(self) -> int:
        """Packets that it was given."""

    @property
    def delivered(self) -> int:
        """Packets that it handed over, copies too."""

    @property
    def under_way(self) -> int:
        """Packets, copies too, that it will hand over."""

    @property
    def lost(self) -> Mapping[str, int]:
        """Packets that it will not hand over, by cause."""

    @property
    def duplicated(self) -> int:
        """Copies that it made."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One account: what there was, and what became of it. Print it."""

    title: str
    origins: Mapping[str, int]
    """Where they came from, and how many."""
    fates: Mapping[str, int]
    """What became of them: each is in one of these, and in no other."""
    complaints: tuple[str, ...]
    """Where the counts contradict one another, in words; empty when all is well."""

    @property
    def adds_up(self) -> bool:
        """Whether nobody's count contradicts another's."""
        return not self.complaints

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.origins.values())

    def rows(self) -> list[tuple[str, int]]:
        """Each fate and its count, for a table."""
        return list(self.fates.items())

    def __str__(self) -> str:
        accounted = sum(self.fates.values())
        lines = [
            *((what, count) for what, count in self.origins.items()),
            None,
            *((what, count) for what, count in self.fates.items()),
            None,
            ("in all", accounted),
        ]
        words = max(len(line[0]) for line in lines if line)
        digits = max(len(f"{line[1]:,}") for line in lines if line)
        text = [
            "-" * (words + digits + 2)
            if line is None
            else f"{line[0]:<{words}}  {line[1]:>{digits},}"
            for line in lines
        ]
        verdict = ["It adds up."] if self.adds_up else list(self.complaints)
        return "\n".join([self.title, *text, *verdict])


def packets(
    *,
    sent: int,
    received: int,
    duplicate: int,
    refused: int = 0,
    link: LinkRecord | None = None,
) -> Ledger:
    """The account of all packets that one phone sent to another.

    `sent` is the sender's count of everything it put on the wire, repair too; the
    receiver's are `received` (every packet it took, duplicates too), `duplicate` (of
    these) and `refused` (came, but not taken: corrupted, from strangers).
    """
    complaints: list[str] = []
    origins = {"sent": sent}
    fates = {"received": received - duplicate, "received twice": duplicate}
    if refused:
        fates["came and was refused"] = refused
    if link is None:
        if duplicate:
            origins["doubled on the way"] = duplicate
        fates["lost, or still under way"] = sent + duplicate - received - refused
    else:
        if link.duplicated:
            origins["doubled by the link"] = link.duplicated
        fates |= {f"lost: {cause}": count for cause, count in link.lost.items()}
        fates["under way"] = link.under_way
        _agree(
            complaints,
            f"the sender counts {sent:,} sent",
            sent,
            f"the link was offered {link.offered:,}",
            link.offered,
        )
        _agree(
            complaints,
            f"the link delivered {link.delivered:,}",
            link.delivered,
            f"the receiver counts {received:,} received and {refused:,} refused",
            received + refused,
        )
    return _ledger("Packets on the wire", origins, fates, complaints)


def sound(
    *,
    received: int,
    repaired: Mapping[str, int],
    played: int,
    late: int,
    duplicate: int,
    left_out: int,
    waiting: int,
) -> Ledger:
    """The account of all frames of sound that came to one phone.

    `received` came in packets of their own, `repaired` by one of the treatments each.
    """
    origins = {"received": received}
    origins |= {f"repaired by {how}": count for how, count in repaired.items() if count}
    fates = {
        "played": played,
        "too late": late,
        "there already": duplicate,
        "left out to catch up": left_out,
        "waiting to be played": waiting,
    }
    return _ledger("Frames of sound", origins, fates, [])


def _ledger(
    title: str, origins: dict[str, int], fates: dict[str, int], complaints: list[str]
) -> Ledger:
    """A ledger of counts, and what is wrong with them besides what was found."""
    complaints += [
        f"{what!r} is {count:,}: there cannot be fewer than none."
        for what, count in (origins | fates).items()
        if count < 0
    ]
    came, accounted = sum(origins.values()), sum(fates.values())
    over = came - accounted
    if over:
        sources = " and ".join(f"{count:,} {what}" for what, count in origins.items())
        complaints.append(
            f"{sources} are {came:,}, but the fates add up to {accounted:,}: "
            + (
                f"{over:,} have none."
                if over > 0
                else f"{-over:,} too many, something has two fates."
            )
        )
    return Ledger(title, origins, fates, tuple(complaints))


def _agree(complaints: list[str], one: str, this: int, other: str, that: int) -> None:
    if this != that:
        more, less = (one, other) if this > that else (other, one)
        complaints.append(f"{more}, but {less}: {abs(this - that):,} differ.")
