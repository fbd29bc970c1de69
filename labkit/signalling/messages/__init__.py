"""What is said: SIP and SDP messages as frozen values, one header a file.

Begin with `request`, `response` and what both have in common, `message`; `sdp` is the
session description, `plan` what a phone wants of each medium and what it got.

Notebook: 02-signalling.
"""
