"""What happens next: senders, receivers and reports of one call's sound and pictures.

Machines without sockets, threads or clocks: a packet and the time go in, frames and
bytes come out. `labkit.net.media` runs them over real sockets, tests over a fake link.
"""
