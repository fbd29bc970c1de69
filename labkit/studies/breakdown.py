"""Where the time goes between one person's mouth and the other's ear.

The sender knows when it encoded and sent a frame, the receiver when it came and was
played. Joined by the frame's RTP timestamp, the two halves are the whole; the network
is what lies between, by the estimated distance of the two clocks.

Notebook: 05-latency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from labkit.errors import LocalError
from labkit.media.formats import Kind
from labkit.media.machine.stages import ReceivedStages, SentFrame, Stages
from labkit.phone import Phone
from labkit.plots.breakdown import STAGES, LatencyBreakdown, Times
from labkit.simulation import SimulatedCall, SimulatedPhone

Party = Phone | SimulatedPhone


def breakdown(
    sender: Party | SimulatedCall,
    receiver: Party | None = None,
    seconds: float = 10.0,
) -> LatencyBreakdown:
    """What each stage takes, from sender to receiver: two phones of this kernel in a
    call with each other, or a simulated call, from alice to bob.

    Of the last `seconds`, at most half a minute. A simulated phone works in no time:
    stages that took none are left out. Raises LocalError when there is nothing to be
    seen.
    """
    if isinstance(sender, SimulatedCall):
        call = sender
        sender, receiver = call.alice, call.bob
    if receiver is None:
        raise LocalError("a breakdown needs both phones: breakdown(alice, bob)")
    ours, theirs = _stages(sender), _stages(receiver)
    found: dict[Kind, dict[str, Times]] = {"audio": {}, "video": {}}
    whole: dict[Kind, Times] = {}
    for kind in found:
        if kind in ours and kind in theirs:
            received = theirs[kind].received
            since = received[-1].shown - seconds if received else 0.0
            recent = [frame for frame in received if frame.shown > since]
            frames = list(joined(ours[kind].sent, recent))
            whole[kind] = Times.of([sum(frame.values()) for frame in frames])
            found[kind] = _times(frames)
    if not any(found.values()):
        raise LocalError(
            "no frame passed all stages yet: let both phones talk for two seconds, "
            "until their clocks have been compared"
        )
    return LatencyBreakdown(
        found["audio"], found["video"], whole.get("audio"), whole.get("video")
    )


def joined(
    sent: Sequence[SentFrame], received: Sequence[ReceivedStages]
) -> Iterator[dict[str, float]]:
    """Each frame that both know of: what each stage took, in seconds.

    A picture's first packet may arrive before its last was sent: then the network took
    no time, as far as can be seen.
    """
    known = {frame.timestamp: frame for frame in sent}
    for end in received:
        begin = known.get(end.timestamp & 0xFFFF_FFFF)
        if begin is None or end.captured is None:
            continue
        left = end.captured + begin.sent - begin.captured
        came = max(end.first, left)
        yield {
            "capture": begin.begun - begin.captured,
            "encode": begin.encoded - begin.begun,
            "send": begin.sent - begin.encoded,
            "network": came - left,
            "wait": end.taken - came,
            "decode": end.ready - end.taken,
            "show": end.shown - end.ready,
        }


def _times(frames: Sequence[Mapping[str, float]]) -> dict[str, Times]:
    stages = {name: [frame[name] for frame in frames] for name in STAGES}
    return {name: Times.of(values) for name, values in stages.items() if any(values)}


def _stages(party: Party) -> Mapping[Kind, Stages]:
    if isinstance(party, Phone):
        if party.media is None:
            raise LocalError(f"{party.name} is in no call: let somebody call first")
        return party.media.stages
    streams = (party.sound, party.pictures)
    return {stream.kind: stream.stages for stream in streams if stream is not None}
