"""The counters of a stream at one moment, gathered under the W3C's names.

https://www.w3.org/TR/webrtc-stats/. Notebook: 03-media, 06-loss.
"""

from __future__ import annotations

from dataclasses import replace

from labkit.media.machine.picture_stream import PictureStream
from labkit.media.machine.reports import RtcpSession
from labkit.media.machine.sender import HEADER, RtpSender
from labkit.media.machine.sound_stream import SoundStream
from labkit.media.machine.statistics import (
    InboundRtp,
    LineStatistics,
    OutboundRtp,
    Own,
    RemoteInboundRtp,
)
from labkit.media.machine.stream import Stream
from labkit.media.quality import e_model


def of_sound(stream: SoundStream, now: float) -> LineStatistics | None:
    """Of the sound; None before the media began."""
    common = _common(stream, now)
    if common is None:
        return None
    listener, playout = stream.listener, stream.receiver.playout
    source = stream.sources.source
    rate = 0 if source is None else source.format.clock_rate
    inbound = replace(
        common.inbound,
        packetsDiscarded=playout.late + playout.left_out,
        jitterBufferDelay=playout.waited * rate,
        jitterBufferEmittedCount=round(playout.played_seconds * rate),
        totalSamplesReceived=listener.samples_fetched,
        concealedSamples=round(playout.concealed_seconds * rate),
        silentConcealedSamples=round(listener.silent_seconds * rate),
        concealmentEvents=playout.concealments,
        insertedSamplesForDeceleration=round(playout.inserted_seconds * rate),
        removedSamplesForAcceleration=round(
            (playout.left_out_seconds + playout.removed_seconds) * rate
        ),
    )
    score = _score(stream)
    own = replace(
        common.labkit,
        playoutDelay=playout.wanted,
        packetsDuplicate=common.labkit.packetsDuplicate + playout.duplicate,
        packetsLate=playout.late,
        packetsRepairedTooLate=playout.repaired_late,
        framesPlayed=playout.played,
        framesLeftOut=playout.left_out,
        framesWaiting=len(playout),
        framesBroken=listener.broken,
        score=None if score is None else max(score.rating, 0.0),
        opinion=None if score is None else score.opinion,
    )
    return replace(common, inbound=inbound, labkit=own)


def of_pictures(stream: PictureStream, now: float) -> LineStatistics | None:
    """Of the pictures; None before the media began."""
    common = _common(stream, now)
    if common is None:
        return None
    receiver, freezes = stream.receiver, stream.freezes
    inbound = replace(
        common.inbound,
        packetsDiscarded=receiver.late,
        framesReceived=receiver.frames_received,
        framesDecoded=stream.shown,
        framesRendered=stream.shown,
        keyFramesDecoded=receiver.key_frames_received,
        framesDropped=receiver.frames_dropped + stream.skipped + stream.broken,
        framesPerSecond=freezes.frames_per_second,
        frameWidth=stream.size[0],
        frameHeight=stream.size[1],
        totalDecodeTime=stream.decode_time,
        totalProcessingDelay=stream.processing_time,
        freezeCount=freezes.count,
        totalFreezesDuration=freezes.total,
        pliCount=receiver.picture_loss_indications,
    )
    own = replace(
        common.labkit,
        packetsLate=receiver.late,
        framesPlayed=stream.shown,
        framesLeftOut=stream.skipped,
        framesGivenUp=receiver.given_up,
        framesPartial=receiver.mended,
        framesBroken=stream.broken,
    )
    outbound = replace(common.outbound, pliCount=stream.keyframes_asked)
    return replace(common, inbound=inbound, outbound=outbound, labkit=own)


def of_call(
    found: LineStatistics | None, rate: float, lip_sync: float | None
) -> LineStatistics | None:
    """With what the call as a whole knows: the rate rule's share, and how early its
    sound is."""
    if found is None:
        return None
    return replace(found, labkit=replace(found.labkit, rate=rate, lipSync=lip_sync))


def _score(stream: SoundStream) -> e_model.Score | None:
    """How people would rate what we hear now: by its latency, and by what was missing
    of the last ten seconds when its turn came."""
    source, losses = stream.sources.source, stream.receiver.runs.recent
    if source is None or stream.latency is None or not losses.expected:
        return None
    return e_model.score(
        source.format.name,
        delay=max(stream.latency, 0.0),
        loss=losses.share,
        # Below 1 means: spread more evenly than by chance. Of so few losses that is
        # chance as well.
        burst_ratio=max(losses.burst_ratio, 1.0),
        concealment=stream.treatments.concealment != "silence",
    )


def _common(stream: Stream, now: float) -> LineStatistics | None:
    """What sound and pictures have in common."""
    sender, reports = stream.sender, stream.reports
    if sender is None or reports is None:
        return None
    return LineStatistics(
        codec=sender.format.name,
        outbound=_outbound(stream, sender, reports),
        inbound=_inbound(stream, reports),
        remote_inbound=_remote(sender, reports),
        labkit=_own(stream, now),
    )


def _outbound(stream: Stream, sender: RtpSender, reports: RtcpSession) -> OutboundRtp:
    sent = stream.protection
    again, octets = sent.packets["retransmission"], sent.octets["retransmission"]
    packets = sender.packets_sent + again
    return OutboundRtp(
        ssrc=sender.ssrc,
        packetsSent=packets,
        bytesSent=sender.octets_sent + octets,
        headerBytesSent=packets * HEADER,
        framesEncoded=sender.frames_sent,
        keyFramesEncoded=sender.key_frames_sent,
        totalEncodeTime=stream.encode_time,
        pliCount=0,
        retransmittedPacketsSent=again,
        retransmittedBytesSent=octets,
        nackCount=reports.nacks_received,
    )


def _inbound(stream: Stream, reports: RtcpSession) -> InboundRtp:
    source, totals = stream.sources.source, stream.sources.totals
    came = stream.recovery
    again = came.packets["retransmission"]
    return InboundRtp(
        ssrc=None if source is None else source.ssrc,
        packetsReceived=totals.received + again,
        bytesReceived=totals.octets + came.octets["retransmission"],
        packetsLost=totals.missing - totals.duplicates,
        jitter=0.0 if source is None else source.jitter,
        nackCount=reports.nacks_sent,
        retransmittedPacketsReceived=again,
        retransmittedBytesReceived=came.octets["retransmission"],
        fecPacketsReceived=came.packets["parity"] + came.packets["reed-solomon"],
        fecBytesReceived=came.octets["parity"] + came.octets["reed-solomon"],
    )


def _remote(sender: RtpSender, reports: RtcpSession) -> RemoteInboundRtp | None:
    block = reports.remote
    if block is None:
        return None
    return RemoteInboundRtp(
        packetsLost=block.packets_lost,
        fractionLost=block.fraction_lost / 256,
        jitter=block.jitter / sender.format.clock_rate,
        roundTripTime=reports.round_trip,
        totalRoundTripTime=reports.total_round_trip,
        roundTripTimeMeasurements=reports.round_trips,
    )


def _own(stream: Stream, now: float) -> Own:
    totals, recovery = stream.sources.totals, stream.recovery
    offset = stream.offset.at(now)
    recovered = recovery.recovered
    return Own(
        latency=stream.latency,
        latencyError=None if offset is None else offset.error,
        latencyErrorIfEven=None if offset is None else offset.error_if_even,
        clockOffset=None if offset is None else offset.seconds,
        clockSkew=None if offset is None else offset.skew,
        packetsDuplicate=totals.duplicates,
        packetsMissing=totals.missing,
        packetsRecoveredByRed=recovered["red"],
        packetsRecoveredByParity=recovered["parity"],
        packetsRecoveredByReedSolomon=recovered["reed-solomon"],
        packetsRecoveredByRetransmission=recovered["retransmission"],
        packetsRepairedTwice=totals.repaired_twice + sum(recovery.superfluous.values()),
        packetsUnrepaired=totals.missing - totals.repaired,
        packetsAskedFor=recovery.nacks.requests,
        bytesOfRepairSent=sum(stream.protection.octets.values()),
        refused=dict(stream.sources.refused) | dict(recovery.refused),
    )
