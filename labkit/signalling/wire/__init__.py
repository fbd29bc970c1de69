"""How SIP and SDP messages are written: bytes in, values out, and back.

Begin with `sip`; `grammar` has the RFC's own names, `framing` cuts a TCP stream, `sdp`
is the session description's. Notebook: 02-signalling.
"""
