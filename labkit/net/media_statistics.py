"""The counters of a media line, gathered under the W3C's names. Notebook: 03-media."""

from __future__ import annotations

from dataclasses import replace

from labkit.media.machine.sender import HEADER
from labkit.media.machine.statistics import (
    InboundRtp,
    LineStatistics,
    OutboundRtp,
    Own,
    RemoteInboundRtp,
)
from labkit.net.media_audio import AudioLine
from labkit.net.media_line import MediaLine
from labkit.net.media_video import VideoLine


def audio(line: AudioLine, now: float) -> LineStatistics | None:
    """Of the sound; None before the media began."""
    common = _common(line, now)
    if common is None:
        return None
    with line.lock:
        playout, source = line.receiver.playout, line.sources.source
        rate = 0 if source is None else source.format.clock_rate
        inbound = replace(
            common.inbound,
            packetsDiscarded=playout.late + playout.left_out,
            jitterBufferDelay=playout.waited * rate,
            jitterBufferEmittedCount=round(playout.played_seconds * rate),
            totalSamplesReceived=line.samples_fetched,
            concealedSamples=round(playout.concealed_seconds * rate),
            silentConcealedSamples=round(playout.concealed_seconds * rate),
            concealmentEvents=playout.concealments,
            insertedSamplesForDeceleration=round(playout.stretched_seconds * rate),
            removedSamplesForAcceleration=round(playout.left_out_seconds * rate),
        )
        own = replace(
            common.labkit,
            latency=line.latency,
            playoutDelay=playout.delay.seconds,
            packetsDuplicate=common.labkit.packetsDuplicate + playout.duplicate,
            packetsLate=playout.late,
            framesPlayed=playout.played,
            framesLeftOut=playout.left_out,
            framesWaiting=len(playout),
            framesBroken=line.broken,
        )
    outbound = replace(common.outbound, totalEncodeTime=line.encode_time)
    return replace(common, inbound=inbound, outbound=outbound, labkit=own)


def video(line: VideoLine, now: float) -> LineStatistics | None:
    """Of the pictures; None before the media began."""
    common = _common(line, now)
    if common is None:
        return None
    with line.lock:
        receiver = line.receiver
        inbound = replace(
            common.inbound,
            packetsDiscarded=receiver.late,
            framesReceived=receiver.frames_received,
            framesDecoded=line.shown,
            keyFramesDecoded=receiver.key_frames_received,
            framesDropped=receiver.frames_dropped + line.skipped + line.broken,
            framesPerSecond=line.freezes.frames_per_second,
            frameWidth=line.size[0],
            frameHeight=line.size[1],
            totalDecodeTime=line.decode_time,
            totalProcessingDelay=line.processing_time,
            freezeCount=line.freezes.count,
            totalFreezesDuration=line.freezes.total,
            pliCount=receiver.picture_loss_indications,
        )
        own = replace(
            common.labkit,
            latency=line.latency,
            packetsLate=receiver.late,
            framesPlayed=line.shown,
            framesLeftOut=line.skipped,
            framesGivenUp=receiver.given_up,
            framesBroken=line.broken,
        )
    outbound = replace(
        common.outbound,
        totalEncodeTime=line.encode_time,
        pliCount=line.keyframes_asked,
    )
    return replace(common, inbound=inbound, outbound=outbound, labkit=own)


def _common(line: MediaLine, now: float) -> LineStatistics | None:
    """What sound and pictures have in common."""
    with line.lock:
        sender, sources = line.sender, line.sources
        if sender is None or line.reports is None:
            return None
        rtcp = line.reports.session
        source, totals = sources.source, sources.totals
        offset = line.call.offset.at(now)
        block = rtcp.remote
        return LineStatistics(
            codec=sender.format.name,
            outbound=OutboundRtp(
                ssrc=sender.ssrc,
                packetsSent=sender.packets_sent,
                bytesSent=sender.octets_sent,
                headerBytesSent=sender.packets_sent * HEADER,
                framesEncoded=sender.frames_sent,
                keyFramesEncoded=sender.key_frames_sent,
                totalEncodeTime=0.0,
                pliCount=0,
            ),
            inbound=InboundRtp(
                ssrc=None if source is None else source.ssrc,
                packetsReceived=totals.received,
                bytesReceived=totals.octets,
                packetsLost=totals.missing - totals.duplicates,
                jitter=0.0 if source is None else source.jitter,
            ),
            remote_inbound=None
            if block is None
            else RemoteInboundRtp(
                packetsLost=block.packets_lost,
                fractionLost=block.fraction_lost / 256,
                jitter=block.jitter / sender.format.clock_rate,
                roundTripTime=rtcp.round_trip,
                totalRoundTripTime=rtcp.total_round_trip,
                roundTripTimeMeasurements=rtcp.round_trips,
            ),
            labkit=Own(
                latencyError=None if offset is None else offset.error,
                clockOffset=None if offset is None else offset.seconds,
                packetsDuplicate=totals.duplicates,
                packetsMissing=totals.missing,
                refused=line.gate.so_far | dict(sources.refused),
            ),
        )
