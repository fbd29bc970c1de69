"""What happens next in a dialect: the registry it has, and its calls.

Notebook: 08-voice-room.
"""
