"""From traces to a capture file.

One trace gives what that observer's network card saw; several give each message once,
at the time it was sent. Registry lines lie in TCP streams, SIP, RTCP and the RTP
packets still kept in UDP; each message bears a comment that says who saw it.

    save("call.pcapng", alice.trace, bob.trace)

Then: `tshark -r call.pcapng -q -z flow,any,standard,sip`, or open it in Wireshark.

Requirements B10, B19. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from labkit.effects import Address
from labkit.trace.capture.packets import (
    MOST_UDP_BYTES,
    TcpStream,
    ip_of,
    udp_packet,
)
from labkit.trace.capture.pcapng import IP, CapturedPacket, write_pcapng
from labkit.trace.merge import Arrow, Socket, merge, plain
from labkit.trace.participants import Participants
from labkit.trace.record import RtpPacketSeen, Trace
from labkit.trace.safe import one_line


def save(
    path: str | Path,
    *traces: Trace,
    names: Mapping[Address | str, str] | None = None,
) -> Path:
    """Write the capture file and return where it is; `names` as for the ladder.

    Raises OSError when the file cannot be written.
    """
    path = Path(path)
    path.write_bytes(capture(*traces, names=names))
    return path


def capture(*traces: Trace, names: Mapping[Address | str, str] | None = None) -> bytes:
    """The capture file's bytes."""
    who = Participants(names)
    for trace in traces:
        for record in trace:
            who.learn(record)
        who.learn_rtp(trace)
    packets = _message_packets(merge(*traces), who)
    packets += [
        CapturedPacket(
            seen.time, udp_packet(plain(seen.source), plain(seen.target), seen.data)
        )
        for seen in _rtp_packets(traces)
    ]
    packets.sort(key=lambda packet: packet.time)
    return write_pcapng(packets, _host_names(traces, who))


def _message_packets(arrows: list[Arrow], who: Participants) -> list[CapturedPacket]:
    packets: list[CapturedPacket] = []
    streams: dict[frozenset[Address], TcpStream] = {}
    for arrow in arrows:
        record = arrow.record
        source, target = plain(record.source), plain(record.target)
        comment = _comment(arrow, who)
        if record.transport == "UDP":
            data = udp_packet(source, target, record.data)
            packets.append(CapturedPacket(arrow.time, data, comment))
            continue
        ends = frozenset((source, target))
        stream = streams.get(ends)
        if stream is None:
            stream = streams[ends] = TcpStream(source, target)
            made_up = "handshake made up: the trace begins with the first message"
            for segment in stream.handshake():
                packets.append(CapturedPacket(arrow.time, segment, made_up))
        for segment in stream.data(source, record.data):
            packets.append(CapturedPacket(arrow.time, segment, comment))
    return packets


def _comment(arrow: Arrow, who: Participants) -> str:
    record = arrow.record
    source = who.name((record.transport, record.source))
    target = who.name((record.transport, record.target))
    said = f"{source} to {target}"
    if arrow.lost:
        said += f": lost on the way, {target} never saw it"
    elif arrow.delay is not None:
        said += f": {1000 * arrow.delay:.3f} ms under way"
    else:
        said += f": as {record.observer} {record.direction} it"
    if record.transport == "UDP" and len(record.data) > MOST_UDP_BYTES:
        said += f"; cut at {MOST_UDP_BYTES:,} bytes"
    return one_line("; ".join([said, *arrow.notes]))


def _rtp_packets(traces: tuple[Trace, ...]) -> list[RtpPacketSeen]:
    """Each RTP packet once: as sent, or as received where nobody saw it leave."""
    seen = [packet for trace in traces for packet in trace.packets]
    kept = [packet for packet in seen if packet.direction == "sent"]
    left = Counter((packet.source, packet.target, packet.data) for packet in kept)
    for packet in seen:
        if packet.direction == "received":
            key = packet.source, packet.target, packet.data
            if left[key]:
                left[key] -= 1
            else:
                kept.append(packet)
    return kept


def _host_names(traces: tuple[Trace, ...], who: Participants) -> dict[IP, str]:
    """Names of hosts; none for a host that several participants share."""
    ends: set[Socket] = set()
    for trace in traces:
        for record in trace:
            ends.add((record.transport, plain(record.source)))
            ends.add((record.transport, plain(record.target)))
    names: dict[IP, set[str]] = {}
    for transport, address in ends:
        name = who.name((transport, address))
        if name != str(address):
            names.setdefault(ip_of(address), set()).add(name)
    return {ip: found.pop() for ip, found in names.items() if len(found) == 1}
