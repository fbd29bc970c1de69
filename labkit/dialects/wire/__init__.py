"""How things are written: fields, templates, JSON shapes, framing.

Notebook: 08-voice-room.
"""
