"""One snapshot of how a call goes, under the names of the W3C's webrtc-stats.

Counters are cumulative, durations in seconds. What the W3C has no name for is in the
kit's own namespace, `labkit`. https://www.w3.org/TR/webrtc-stats/. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class OutboundRtp:
    """What we send (`outbound-rtp`)."""

    ssrc: int
    packetsSent: int
    bytesSent: int
    """Payloads only."""
    headerBytesSent: int
    framesEncoded: int
    keyFramesEncoded: int
    totalEncodeTime: float
    pliCount: int
    """Keyframes that the peer asked for."""
    retransmittedPacketsSent: int = 0
    """Of `packetsSent`, those sent again because the peer asked."""
    retransmittedBytesSent: int = 0
    nackCount: int = 0
    """Questions for missing packets that came; each may name many."""
    targetBitrate: float = 0.0
    """Bits a second that the encoder aims at; 0 where it has no such aim."""


@dataclass(frozen=True, slots=True)
class RemoteInboundRtp:
    """What the peer says of what we send (`remote-inbound-rtp`)."""

    packetsLost: int
    fractionLost: float
    jitter: float
    roundTripTime: float | None
    totalRoundTripTime: float
    roundTripTimeMeasurements: int


@dataclass(frozen=True, slots=True)
class InboundRtp:
    """What we receive (`inbound-rtp`); zeros where its kind has no such thing."""

    ssrc: int | None
    packetsReceived: int
    bytesReceived: int
    packetsLost: int
    """Expected less received, duplicates counted as received: RFC 3550."""
    jitter: float
    packetsDiscarded: int = 0
    """Came too early or too late to be of use."""
    jitterBufferDelay: float = 0.0
    """Seconds that all sound played had waited, summed over samples."""
    jitterBufferTargetDelay: float = 0.0
    """Seconds that the buffer aimed at, summed over the samples it gave out."""
    jitterBufferMinimumDelay: float = 0.0
    """The same, had there been only the network: neither lip sync nor a fixed rule."""
    jitterBufferEmittedCount: int = 0
    """Samples played out of the buffer."""
    totalSamplesReceived: int = 0
    concealedSamples: int = 0
    silentConcealedSamples: int = 0
    concealmentEvents: int = 0
    insertedSamplesForDeceleration: int = 0
    removedSamplesForAcceleration: int = 0
    framesReceived: int = 0
    framesDecoded: int = 0
    keyFramesDecoded: int = 0
    framesDropped: int = 0
    framesPerSecond: float = 0.0
    frameWidth: int = 0
    frameHeight: int = 0
    totalDecodeTime: float = 0.0
    totalProcessingDelay: float = 0.0
    """From a frame's first packet to the picture ready, summed over pictures."""
    framesRendered: int = 0
    totalInterFrameDelay: float = 0.0
    """Seconds between one picture shown and the next, summed up …"""
    totalSquaredInterFrameDelay: float = 0.0
    """… and their squares, for the variance."""
    framesAssembledFromMultiplePackets: int = 0
    totalAssemblyTime: float = 0.0
    """Seconds from such a picture's first packet to its last, summed up."""
    freezeCount: int = 0
    totalFreezesDuration: float = 0.0
    pliCount: int = 0
    """Keyframes that we asked for."""
    nackCount: int = 0
    """Questions for missing packets that we sent; each may name many."""
    retransmittedPacketsReceived: int = 0
    """Of `packetsReceived`, those that came because we asked."""
    retransmittedBytesReceived: int = 0
    fecPacketsReceived: int = 0
    """Repair packets that nobody asked for: parity and Reed–Solomon."""
    fecBytesReceived: int = 0
    fecPacketsDiscarded: int = 0
    """Of these, those that came for nothing: all was there, or it was too late."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the W3C has no name for."""

    latency: float | None = None
    """Capture at the peer → ready here, of the newest frame, by the estimated clocks.
    """
    latencyError: float | None = None
    """Give or take so many seconds, whatever the ways there and back take."""
    latencyErrorIfEven: float | None = None
    """Give or take so many, likely, if they take as long as each other."""
    clockOffset: float | None = None
    """The peer's clock reads ours plus this."""
    clockSkew: float | None = None
    """Seconds a second that the peer's clock gains on ours."""
    playoutDelay: float = 0.0
    """What the playout buffer aims at."""
    packetsDuplicate: int = 0
    packetsLate: int = 0
    packetsMissing: int = 0
    """Of those sent, as far as the numbers tell: sent = received - duplicate + missing.
    """
    framesPlayed: int = 0
    framesLeftOut: int = 0
    """Left out to catch up."""
    framesWaiting: int = 0
    framesGivenUp: int = 0
    """Came in part only."""
    framesBroken: int = 0
    """The decoder refused them."""
    framesPartial: int = 0
    """Shown although packets were missing: old pixels in their place."""
    packetsRecoveredByRed: int = 0
    packetsRecoveredByParity: int = 0
    packetsRecoveredByReedSolomon: int = 0
    packetsRecoveredByRetransmission: int = 0
    packetsRepairedTwice: int = 0
    """Repaired although they were there already."""
    packetsRepairedTooLate: int = 0
    """Repaired when their turn was over."""
    packetsUnrepaired: int = 0
    """Missing for good: nothing brought them in time."""
    packetsAskedFor: int = 0
    """How often a packet was asked for, each time counted."""
    bytesOfRepairSent: int = 0
    """What all treatments together cost on the wire, payloads only."""
    lossRuns: int = 0
    """Stretches of `packetsMissing` without an arrival in between."""
    rate: float = 1.0
    """What the rate rule lets us send, as a share of the full rate."""
    lipSync: float | None = None
    """Seconds that the sound is heard before the picture it belongs to is seen."""
    score: float | None = None
    """The E-model's R of the sound that we heard in the last ten seconds, 0 to 93.2."""
    opinion: float | None = None
    """The same as a mean opinion score, 1 to 4.5."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Datagrams and packets not accepted, by reason."""


@dataclass(frozen=True, slots=True)
class LineStatistics:
    """One kind's: its sound's or its picture's."""

    codec: str
    outbound: OutboundRtp
    inbound: InboundRtp
    remote_inbound: RemoteInboundRtp | None
    labkit: Own


@dataclass(frozen=True, slots=True)
class Statistics:
    """One call's, at one moment."""

    time: float
    audio: LineStatistics | None = None
    video: LineStatistics | None = None

    def as_dict(self) -> dict[str, object]:
        """All of it as plain dicts, for a table or a JSON file."""
        return asdict(self)
