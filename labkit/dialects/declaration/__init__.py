"""Reading a dialect's file, and saying by line and field where it is wrong.

`file` reads the whole of it, `section` one table, `languages` makes its messages into
what `labkit.dialects.wire` can write. Notebook: 08-voice-room.
"""
