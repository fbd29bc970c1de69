"""Sound and pictures, without a socket: RTP, RTCP, codecs, repair, the jitter buffer.

| what is said  | how it is written               | what happens next                 |
|---------------|---------------------------------|-----------------------------------|
| `messages.py` | `wire/`, `payloads/`, `codecs/` | `machine/`, `repair/`, `sound/`   |

Begin with `machine/stream.py`: one kind of media in one call. `formats.py` lists what
can be sent, `treatments.py` what can be done about loss and latency, `quality/` says
how good the call is. `labkit.net.media` puts it on real sockets. Requirements A12-A16.

Notebook: 03-media.
"""
