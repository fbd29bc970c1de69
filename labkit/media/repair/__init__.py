"""Repair: what is sent besides the media so that what the network loses comes back.

Two chains meet here, `protection` (the sender's) and `recovery` (the receiver's); each
treatment is one file beside them: `red`, `parity`, `reed_solomon`, `interleave`, and
`nack` with its answer `rtx`. All deal in whole RTP packets, so that sound and pictures,
and all treatments together, can share them. Notebook: 06-loss.
"""
