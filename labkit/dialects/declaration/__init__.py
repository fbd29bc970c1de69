"""Reading a dialect's file, and saying where it is wrong.

Notebook: 08-voice-room.
"""
