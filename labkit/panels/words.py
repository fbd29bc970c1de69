"""Every text that panels show, in one place: a translation is one more catalogue.

Requirement A14. Notebook: 04-videocall.
"""

from __future__ import annotations

BUTTONS = {
    "register": "Register",
    "unregister": "Unregister",
    "query": "Query",
    "list": "List users",
    "call": "Call",
    "answer": "Answer",
    "refuse": "Refuse",
    "hang_up": "Hang up",
    "hold": "Hold",
    "resume": "Resume",
}
"""The buttons of a phone, by command, in the order of the keyboard."""

PAGE = {
    **BUTTONS,
    "silent": "No word from the kernel. It may be busy, or it was restarted: "
    "if this stays, run the cell again.",
    "no_picture": "No picture yet",
    "name_field": "Name",
    "name_hint": "whom to look up or call",
    "registry": "Registry",
    "registered": "Registered",
    "not_registered": "Not registered",
    "users": "Users",
    "no_users": "Nobody on the list yet.",
    "choose": "Choose {name}",
    "you": "you",
    "measures": "Latency, jitter and loss",
    "video": "Video",
    "audio": "Audio",
    "latency": "latency",
    "jitter": "jitter",
    "loss": "loss",
    "picture_of": "Picture from {name}",
    "own_picture": "Your own picture",
    "own_level": "Your voice",
    "peer_level": "Their voice",
    "last_seconds": "Latency, last 30 s",
    "ladder": "Messages",
    "open_message": "Choose a message to read it in full.",
    "close_message": "Close",
    "log": "Messages",
    "log_empty": "No messages yet.",
    "user_name": "Name",
    "user_address": "Address",
    "user_port": "Port",
    "user_since": "Since",
    "nobody": "Nobody is registered.",
}
"""What the page itself writes."""

WORDS = {
    "replaced": "This panel went on in a newer cell.",
    "closed": "This panel is closed.",
    "phone_closed": "This phone is closed. Make it again, and then its panel.",
    "registry_closed": "This registry is closed. Start it again, and then its panel.",
    "live_picture": "Live picture",
    "idle": "No call; not registered",
    "ready": "Ready to call and to be called",
    "in_call": "In a call with {peer}",
    "calling": "Calling {peer}",
    "ringing": "Ringing at {peer}",
    "incoming": "{peer} is calling you",
    "held": "On hold: {peer}",
    "held_by_me": "You put {peer} on hold",
    "held_by_peer": "{peer} put you on hold",
    "refused": "{peer} did not take the call",
    "refused_here": "You did not take the call from {peer}",
    "cancelled": "The call with {peer} was cancelled",
    "unanswered": "Nobody answered",
    "failed": "The call with {peer} failed",
    "ended": "The call with {peer} has ended",
    "working": "{button} …",
    "found": "{name} takes calls at {address}",
    "listed_one": "1 user is registered",
    "listed": "{count} users are registered",
    "unexpected": "{button} failed unexpectedly ({error}). The kernel's log says more.",
    "not_now": "{button} makes no sense now: {state}",
    "no_button": "There is no button {button!r}; there are: {buttons}",
    "no_registry": "no registry: calls go to addresses only",
    "busy_worker": "One thing after another: wait until {button} is done.",
    "settle": "{button} is not done after {seconds:g} s",
    "listens": "Listens on {address}",
    "users_one": "1 user",
    "users_many": "{count} users",
    "gone_message": "This message is no longer kept.",
}
"""What Python writes."""
