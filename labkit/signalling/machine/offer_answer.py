"""Offer and answer: how two phones agree on ports, formats and directions (RFC 3264).

Pure functions from what we want and what they say to what both get. An answer keeps
every `m=` line of its offer, in order; port 0 refuses one.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import zip_longest
from typing import cast

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.signalling.messages.crypto import Crypto
from labkit.signalling.messages.plan import AgreedStream, Kind, MediaPlan
from labkit.signalling.messages.recording import Recording, RecordingPreference
from labkit.signalling.messages.repair import is_repair, shared_repair
from labkit.signalling.messages.sdp import (
    Direction,
    Format,
    MediaDescription,
    SessionDescription,
)

PLAIN, ENCRYPTED = "RTP/AVP", "RTP/SAVP"
TELEPHONE_EVENT = "telephone-event"
NOWHERE = ("0.0.0.0", "::")
"""A connection address by which phones of RFC 2543's days put one on hold."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What we want of all media at one time."""

    plans: tuple[MediaPlan, ...] = ()
    holding: bool = False
    """Whether we put the peer on hold: we receive nothing (RFC 3264 section 8.4)."""
    record: Recording | None = None
    """Whether we record the call, or ask to (RFC 7866)."""
    preference: RecordingPreference | None = None
    """Whether the peer may record it."""

    def direction(self, plan: MediaPlan) -> Direction:
        """What we want of one medium, hold considered."""
        if not self.holding:
            return plan.direction
        return plan.direction.limited_to(Direction.SENDONLY)


def offered_media(
    wish: Wish, former: Sequence[MediaDescription]
) -> tuple[MediaDescription, ...]:
    """The `m=` lines of an offer.

    Those of the former description keep their places (RFC 3264 section 8): one that is
    not wanted any more stays with port 0, new ones follow at the end.
    """
    plans = list(wish.plans)
    lines = []
    for old in former:
        plan = _take(plans, old.kind)
        lines.append(_line(plan, wish) if plan else replace(old, port=0))
    return (*lines, *(_line(plan, wish) for plan in plans))


def answered_media(
    wish: Wish, offer: SessionDescription
) -> tuple[MediaDescription, ...]:
    """The `m=` lines of an answer, one for each of the offer (RFC 3264 section 6).

    Raises RemoteError when no medium at all can be shared: answer 488.
    """
    plans = list(wish.plans)
    lines = []
    for offered in offer.media:
        plan = next((plan for plan in plans if plan.kind == offered.kind), None)
        formats = _shared(offered, plan)
        feedback = _common(plan.feedback, offered.feedback) if plan else ()
        can_send = offered.port and _leads_somewhere(offer, offered)
        if plan is None or not plan.port or not can_send or not formats:
            lines.append(
                replace(
                    offered,
                    port=0,
                    host="",
                    record=None,
                    preference=None,
                    crypto=None,
                )
            )
            continue
        plans.remove(plan)
        allowed = direction_of(offer, offered).flipped.limited_to(wish.direction(plan))
        lines.append(
            MediaDescription(
                plan.kind,
                plan.port,
                formats,
                allowed,
                protocol=offered.protocol,
                feedback=feedback,
                crypto=_crypto(plan, offered.crypto.tag if offered.crypto else ""),
            )
        )
    if not any(line.port for line in lines):
        raise RemoteError("nothing that the other side offers can be used here")
    return tuple(lines)


def _take(plans: list[MediaPlan], kind: str) -> MediaPlan | None:
    for index, plan in enumerate(plans):
        if plan.kind == kind:
            return plans.pop(index)
    return None


def _line(plan: MediaPlan, wish: Wish) -> MediaDescription:
    return MediaDescription(
        plan.kind,
        plan.port,
        plan.formats + plan.repair,
        wish.direction(plan),
        protocol=ENCRYPTED if plan.key else PLAIN,
        feedback=plan.feedback,
        crypto=_crypto(plan, "1"),
    )


def _crypto(plan: MediaPlan, tag: str) -> Crypto | None:
    return Crypto(tag, plan.key) if plan.key else None


def _is_protected_alike(offered: MediaDescription, plan: MediaPlan) -> bool:
    """Encrypted media for those who want that, plain media for the others: nobody is
    talked out of it."""
    if plan.key:
        return offered.protocol == ENCRYPTED and offered.crypto is not None
    return offered.protocol == PLAIN


def _shared(offered: MediaDescription, plan: MediaPlan | None) -> tuple[Format, ...]:
    """The formats that both know, in the offerer's order, under the offerer's
    numbers, with our parameters; what repairs them, and telephone-event, besides."""
    if plan is None or not _is_protected_alike(offered, plan):
        return ()
    shared = [
        replace(own, payload_type=theirs.payload_type)
        for theirs in offered.formats
        for own in plan.formats
        if own.matches(theirs)
    ]
    if not shared:
        return ()
    repair = shared_repair(
        plan.repair, offered.formats, _numbers(plan.formats, offered.formats)
    )
    events = [f for f in offered.formats if f.name.lower() == TELEPHONE_EVENT]
    return (*shared, *repair, *(event for event in events if event not in shared))


def _numbers(ours: Sequence[Format], theirs: Sequence[Format]) -> dict[int, int]:
    """Our payload number of each format that both have → theirs."""
    return {
        own.payload_type: their.payload_type
        for own in ours
        for their in reversed(theirs)  # the first one counts
        if own.matches(their) and not is_repair(own)
    }


def _common(ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in ours if each in theirs)


def _leads_somewhere(description: SessionDescription, media: MediaDescription) -> bool:
    """Whether media can be sent there: to an IP address of one receiver, never to a
    name (asking for it would hold up all calls), with a port above it for RTCP."""
    try:
        host = ip_address(description.host_of(media))
    except ValueError:
        return False
    return not host.is_multicast and 0 < media.port < 65_535


def direction_of(description: SessionDescription, media: MediaDescription) -> Direction:
    """The direction meant, the old way of holding included."""
    if description.host_of(media) in NOWHERE:
        return media.direction.limited_to(Direction.SENDONLY)
    return media.direction


def agreed_streams(
    local: SessionDescription, remote: SessionDescription
) -> tuple[AgreedStream, ...]:
    """What two descriptions together mean for us; the same rule for both roles.

    An answer should have every line of the offer; some phones leave out what they do
    not know, which refuses it just as well.
    """
    missing = MediaDescription("", 0)
    pairs = zip_longest(
        local.media, remote.media[: len(local.media)], fillvalue=missing
    )
    return tuple(
        _stream(ours, theirs, remote)
        for ours, theirs in pairs
        if ours.kind in ("audio", "video") and ours.formats
    )


def _stream(
    ours: MediaDescription, theirs: MediaDescription, remote: SessionDescription
) -> AgreedStream:
    kind = cast(Kind, ours.kind)
    events = {f.payload_type for f in ours.formats if _is_event(f)}
    receive = {
        f.payload_type: f for f in ours.formats if not _is_event(f) and not is_repair(f)
    }
    to_send = [
        theirs_format
        for theirs_format in theirs.formats
        if any(own.matches(theirs_format) for own in receive.values())
    ]
    is_refused = (
        not _leads_somewhere(remote, theirs)
        or theirs.kind != ours.kind
        or bool(ours.crypto) != bool(theirs.crypto)
    )
    if not ours.port or is_refused or not to_send:
        return AgreedStream(kind, None, ours.formats[0], {}, Direction.INACTIVE)
    return AgreedStream(
        kind=kind,
        remote=Address(remote.host_of(theirs), theirs.port),
        format=to_send[0],
        receive=receive,
        direction=ours.direction.limited_to(direction_of(remote, theirs).flipped),
        telephone_event=min(events) if events else None,
        send_repair=shared_repair(
            ours.formats, theirs.formats, _numbers(ours.formats, theirs.formats)
        ),
        receive_repair=shared_repair(
            theirs.formats, ours.formats, _numbers(theirs.formats, ours.formats)
        ),
        feedback=_common(ours.feedback, theirs.feedback),
        keys=(
            (ours.crypto.key, theirs.crypto.key)
            if ours.crypto and theirs.crypto
            else None
        ),
    )


def _is_event(format: Format) -> bool:
    return format.name.lower() == TELEPHONE_EVENT
