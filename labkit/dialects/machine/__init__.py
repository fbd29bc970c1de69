"""What happens next in a dialect: the registry that it has, and its calls.

`registry` is the kit's, with another wire (`registry_wire`; a phone's is
`client_wire`). `calls` says what follows from what arrives, `user_side` from what the
user wants; both change a `call` and tell `events`. Notebook: 08-voice-room.
"""
