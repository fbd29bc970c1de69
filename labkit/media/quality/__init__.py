"""How good the call is, from what was counted: a score, and an account of every packet.

Nothing here changes the call. Notebook: 05-latency, 06-loss.
"""
