"""Sound and pictures: RTP and RTCP, payloads, codecs, the jitter buffer."""
