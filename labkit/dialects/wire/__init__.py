"""How things are written in a dialect: fields, templates, JSON shapes, framing.

Begin with `language`: one set of messages, each a `template` (text) or a `shape` (JSON)
of fields whose `kinds` are known. `framing`, `lengths` and `segments` cut them out of
TCP.

Notebook: 08-voice-room.
"""
