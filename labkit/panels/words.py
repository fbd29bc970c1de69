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
    "latency": "latency, ms",
    "jitter": "jitter, ms",
    "loss": "loss, %",
    "picture_of": "Picture from {name}",
    "own_picture": "Your own picture",
    "own_level": "Your voice",
    "peer_level": "Their voice",
    "last_seconds": "Latency, last 30 s",
    "ladder": "Messages",
    "open_message": "Choose a message to read it in full.",
    "close_message": "Close",
    "log": "Messages",
    "sent_to": "sent to",
    "received_from": "received from",
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
    "plot_of": "Latency as {name} measures it",
    "loss_of": "Loss of the sound that {name} hears",
    "depth_of": "What waits in the playout buffer of {name}",
    "packets_of": "The newest packets that {name} hears",
    "no_plot": "Nothing measured yet: the plot begins with the call.",
    "gone_message": "This message is no longer kept.",
    "wish_failed": "That failed unexpectedly ({error}). The kernel's log says more.",
    "not_a_number": "{label} is a number from {least} to {most}, not {value!r}.",
    "not_known": "There is no {name!r} here; there are: {known}",
    "network_of": "The network of {name}",
    "network_nobody": "There is no network to change: give LinkPanel a phone.",
    "way_there": "{name} → {peer}",
    "way_back": "{peer} → {name}",
    "both_ways": "{name} ⇄ {peer}",
    "the_peer": "the peer",
    "another_network": "{name}'s phone has a network of its own, which comes on top: "
    "{there} on the way out, {back} on the way in.",
    "no_trace": "There is no recorded delay yet: load a file with “Load a trace”, or "
    "give LinkPanel one (trace=…).",
    "not_trace": "This trace cannot be used, the network stays as it was: {why}",
    "trace_loaded": "Loaded: {source}{count} samples over {seconds:.0f} s. Choose the "
    "jitter “trace” to use it.",
    "adds_up": "offered + duplicated = delivered + lost + under way",
    "adds_not": "these counts do not add up: please report it",
    "buffer_of": "The playout buffer of {name}",
    "buffer_empty": "Nothing is played yet: the buffer fills when a call begins.",
    "buffer_now": "Sound waited {waited} ms in the mean, the rule aims at {delay:.0f} "
    "ms. {waiting} in the buffer now. ",
    "buffer_past": "Of the last {total}, {played} were played as they came, {repaired} "
    "repaired, {late} late, {missing} missing, {left_out} left out.",
    "frames_one": "1 frame",
    "frames_many": "{count} frames",
    "listen": "Listen",
    "seconds": "{seconds:.1f} s",
    "no_samples": "{name!r}: sound is one row of int16 samples, not {kind}.",
    "no_rate": "{name!r}: the rate is in samples a second, as 8000, not {rate!r}.",
    "too_long": "{name!r} is {seconds:.0f} s long; a page takes {most:.0f} s at most. "
    "Give a part of it.",
    "how_many_sounds": "A sound panel has 1 to {most} stretches of sound, not {count}.",
    "treatments_of": "Treatments of {names}",
    "nobody_there": "There is nothing to treat: give TreatmentPanel a phone.",
    "not_used_without": "Counts only with “{label}: {value}”.",
    "differs": "{name}: {value}",
    "lacks": "{name}'s peer does not take it: it rests until one does.",
    "auto_on": "{name}: {why}",
    "auto_waits": "Waits for the first figures of a call.",
    "auto_rules": "The choice is automatic: switch it off first to choose by hand.",
}
"""What Python writes."""

KNOBS = {
    "loss": ("Loss", "%"),
    "burst": ("In a row", "packets"),
    "delay": ("Delay", "ms"),
    "jitter": ("Jitter", "ms"),
    "rate": ("Rate", "kbit/s"),
    "reorder": ("Overtaken", "%"),
    "duplicate": ("Duplicated", "%"),
    "corrupt": ("Corrupted", "%"),
}
"""The sliders of a network, and their units."""

LINK_PAGE = {
    "on": "yes",
    "off": "no",
    "alike": "Both ways alike",
    "seed": "Seed",
    "seed_hint": "the same seed, the same fates",
    "all_off": "Off",
    "all_off_hint": "A perfect network, both ways",
    "preset": "Preset",
    "by_hand": "by hand",
    "jitter_kind": "Kind of jitter",
    "kinds": [
        ["uniform", "uniform"],
        ["normal", "normal"],
        ["pareto", "Pareto"],
        ["spikes", "spikes"],
        ["trace", "trace"],
    ],
    "load_trace": "Load a trace…",
    "no_limit": "no limit",
    "each_alone": "alone",
    "fates": "What became of the packets",
    "way": "way",
    "offered": "offered",
    "delivered": "delivered",
    "lost": "lost",
    "of_late": "lost in the last 5 s",
    "under_way": "under way",
    "duplicated": "duplicated",
    "corrupted": "corrupted",
    "causes": "lost by",
}
"""What the page of the network writes."""

BUFFER_PAGE = {
    "pause": "Pause",
    "go_on": "Go on",
    "slowly": "Slowly",
    "full_speed": "Full speed",
    "look_back": "Look back",
    "ms_ago": "{ms} ms ago",
    "waiting": "waiting",
    "played": "played",
    "repaired": "repaired",
    "late": "late",
    "missing": "missing",
    "left_out": "left out",
    "arriving": "arriving ↓",
    "target": "target {ms} ms",
    "play_head": "played now",
    "due_in": "due in, ms",
    "played_ago": "ago, ms",
    "waited": "how long each waited, ms, over the last 3 s; the line is the target",
    "legend": "What the shapes mean",
}
"""What the page of the buffer writes."""

SOUND_PAGE = {
    "goes_on": "the next goes on where the last one was stopped",
    "play_this": "Play: {name}",
    "pause_this": "Pause: {name}",
    "no_player": "This browser cannot play it.",
}
"""What the page of a sound writes."""

TREATMENTS = {
    "red": (
        "Repeat earlier frames (RED)",
        "Each packet carries the last frames again: mends loss without waiting for a "
        "round trip, for 100 % more bytes each.",
    ),
    "interleaving": (
        "Interleaving",
        "Turns the order of depth × depth frames: a burst becomes many small holes, "
        "for depth × depth frames of delay. Mends nothing.",
    ),
    "parity": (
        "Parity packet (XOR)",
        "One extra packet after so many mends one loss among them; two in a row "
        "defeat it. 4 costs 25 % more packets.",
    ),
    "reed_solomon": (
        "Reed–Solomon",
        "So many extra packets after every 8 mend as many losses, bursts too, for as "
        "many more packets and the wait for the group.",
    ),
    "retransmission": (
        "Send again on request",
        "Answers the peer's requests: costs only what was lost, but a whole round "
        "trip of time.",
    ),
    "copies": (
        "Copies of what is sent again",
        "A repetition can be lost too: two copies make it likelier to come, for twice "
        "its bytes.",
    ),
    "rate_rule": (
        "Send less when much is lost",
        "Over 10 % loss: poorer pictures, fewer bytes. Helps only where the way is "
        "full; against random loss it costs quality for nothing.",
    ),
    "restart_intervals": (
        "Each packet decodable alone",
        "A lost packet costs a strip of the JPEG, not the picture; for a few bytes "
        "per packet.",
    ),
    "reordering": (
        "Put packets back in order",
        "A packet that was overtaken is still used; without, it counts as lost. "
        "Costs nothing but the wait that is there anyway.",
    ),
    "nack": (
        "Ask for what is missing",
        "Mends nearly all where a round trip fits into the playout delay, and nothing "
        "where it does not.",
    ),
    "lip_sync": (
        "Lip sync",
        "Sound and picture are shown together: the earlier of the two waits for the "
        "other.",
    ),
    "playout": (
        "Playout delay",
        "How long sound waits for the slow ones. A longer wait loses less and makes "
        "talking harder.",
    ),
    "playout_delay": (
        "Fixed delay, ms",
        "Of the fixed rule: too short loses what comes late, too long is always paid.",
    ),
    "playout_least": (
        "Shortest delay, ms",
        "A floor, so that repairs can come in time; 0: as long as they turn out to "
        "take.",
    ),
    "playout_most": (
        "Longest delay, ms",
        "A ceiling for every rule: beyond it, late is lost.",
    ),
    "catch_up": (
        "Changing the delay",
        "Skip leaves frames out at once; silence waits for a pause in the talk; "
        "stretch plays a little faster or slower.",
    ),
    "concealment": (
        "In place of a missing frame",
        "Silence clicks; the last frame again buzzes; the pitch goes on for some 60 ms "
        "almost unheard. No bytes, little work.",
    ),
    "keep_old_pixels": (
        "Keep old pixels",
        "Where a packet is missing the last picture stays: no freeze, but a patch that "
        "is out of date.",
    ),
    "keyframe_requests": (
        "Ask for a keyframe",
        "VP8, H264: after a loss the next whole picture comes at once, for one big "
        "frame.",
    ),
}
"""Each treatment: its name on the panel, and what it buys and costs."""

TREATMENT_GROUPS = (
    ("What we send", "Sound", ("red", "interleaving")),
    (
        "What we send",
        "Sound and pictures",
        ("parity", "reed_solomon", "retransmission", "copies", "rate_rule"),
    ),
    ("What we send", "Pictures", ("restart_intervals",)),
    (
        "What comes",
        "Sound",
        (
            "playout",
            "playout_delay",
            "playout_least",
            "playout_most",
            "catch_up",
            "concealment",
        ),
    ),
    ("What comes", "Sound and pictures", ("reordering", "nack", "lip_sync")),
    ("What comes", "Pictures", ("keep_old_pixels", "keyframe_requests")),
)
"""The order of the treatments on the panel: side, of what, names."""

CHOICE_WORDS = {
    "none": "none",
    "fixed": "fixed",
    "adaptive": "Kurose–Ross",
    "quantile": "quantile",
    "skip": "skip",
    "silence": "silence",
    "stretch": "stretch",
    "repeat": "repeat",
    "pitch": "pitch",
}
"""The treatments' words as the panel writes them."""

TREATMENT_PAGE = {
    "on": "on",
    "off": "off",
    "auto": "Choose by itself",
    "auto_hint": "By round trip and loss; says why. The switches then show its choice, "
    "and keep it when this is switched off.",
    "effect": "What it changes",
    "effect_hint": "Sound, over the last 5 s or since the last change; MOS, 1 (bad) to "
    "4.5, over 10 s.",
    "of_phone": "As heard by",
    "before": "lost on the way,\N{NO-BREAK SPACE}%",
    "after": "lost after repair,\N{NO-BREAK SPACE}%",
    "wait": "playout waits,\N{NO-BREAK SPACE}ms",
    "bytes": "repair bytes sent,\N{NO-BREAK SPACE}%",
    "score": "MOS by the E\N{NON-BREAKING HYPHEN}model",
}
"""What the page of the treatments writes."""
