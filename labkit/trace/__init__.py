"""Every message passes here once; log, table, ladder and capture file are views of it."""

from labkit.trace.record import Record, RtpPacketSeen, Trace

__all__ = ["Record", "RtpPacketSeen", "Trace"]
