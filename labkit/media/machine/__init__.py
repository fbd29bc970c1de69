"""What happens next: senders, receivers and reports of one call's sound and pictures.

Machines without sockets, threads or clocks: a packet and the time go in, frames and
bytes come out. Begin with `stream`, of which `sound_stream` and `picture_stream` are
the two kinds; each joins an `encoding` and a `sender`, an `audio_receiver` with its
`playout/` or a `receiver` with its `reassembly`, and the `reports` about both. The
`autopilot` asks the `adviser` for treatments, `statistics` are the W3C's. Notebook:
03-media.
"""
