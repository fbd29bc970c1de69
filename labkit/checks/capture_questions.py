"""Questions about one's own capture: what a trace saw of a call, one field hidden each.

    questions = capture_questions(alice.trace)      # after a call; shows as a table
    check_capture(questions, {"sound_port": 40000})

They are made from the last call of the trace that was accepted. What it has not, a hold
for instance, is not asked for. `save` writes the same trace for Wireshark.

RFC 3261 sections 8.1.1 and 12, RFC 8866 section 5, RFC 3550 sections 5.1 and 6.4.
Notebook: 11-real-phones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from labkit.checks.captured_call import CapturedCall, branch, cseq, line, tag
from labkit.trace.record import Trace
from labkit.trace.safe import one_line, shortened
from labkit.trace.table import html_table

HIDDEN = "▒▒▒▒▒"
LONGEST_LINE = 100
INVITES = 'sip.Method == "INVITE"'


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the capture, asked for."""

    name: str
    """Under which it is answered: `sound_port`."""
    asks: str
    line: str
    """Where the field stands, hidden."""
    filter: str
    """The Wireshark display filter that finds it."""
    look: str
    """Which field to read there."""
    answer: int | str = field(repr=False)
    mistakes: tuple[tuple[int | str, str], ...] = field(default=(), repr=False)
    """What else stands near, and what that is."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions about one call; a table in a notebook, lines of text elsewhere."""

    call_id: str
    asked: tuple[Question, ...]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.asked)

    def __len__(self) -> int:
        return len(self.asked)

    def __str__(self) -> str:
        return "\n".join(f"{each.name}: {each.asks} [{each.line}]" for each in self)

    def _repr_html_(self) -> str:
        rows = [(each.name, each.asks, each.line) for each in self]
        return html_table(
            "About your capture", ("Answer", "Question", "There it stands"), rows
        )


def capture_questions(trace: Trace) -> Questions:
    """What can be asked about the last accepted call of this trace.

    Raises LocalError where there is none.
    """
    call = CapturedCall(trace)
    found = (
        _ports(call), _rate(call), _number(call), _ssrc(call), _branch(call),
        _tag(call), _again(call), _held(call), _lost(call),
    )  # fmt: skip
    return Questions(call.call_id, tuple(each for each in found if each is not None))


def _ports(call: CapturedCall) -> Question | None:
    ports = call.ports()
    if call.own is None or "audio" not in ports:
        return None
    audio = ports["audio"]
    mistakes: list[tuple[int | str, str]] = [(audio + 1, "that is its RTCP port")]
    if "video" in ports:
        mistakes.append((ports["video"], "that is where pictures go"))
    if call.theirs is not None:
        mistakes += [(m.port, "that is the peer's port") for m in call.theirs.media]
    return Question(
        "sound_port",
        f"At which UDP port does {call.trace.observer} want sound?",
        _hidden(line(call.own.data, "m=audio"), audio),
        INVITES,
        "Message Body, SDP: Media Port of the m=audio line",
        audio,
        tuple(mistakes),
    )


def _rate(call: CapturedCall) -> Question | None:
    media = call.own_media("audio")
    number = media.payload_types[0] if media and media.payload_types else None
    if call.own is None or media is None or number not in media.clock_rates:
        return None
    rate = media.clock_rates[number]
    return Question(
        "sampling_rate",
        "How many samples a second has the sound that is offered first?",
        _hidden(line(call.own.data, f"a=rtpmap:{number} "), rate),
        INVITES,
        f"SDP: Sample Rate of a=rtpmap:{number}",
        rate,
    )


def _number(call: CapturedCall) -> Question | None:
    packets = call.packets("video", "received")
    if not packets:
        return None
    number = Counter(data[1] & 0x7F for data in packets).most_common(1)[0][0]
    return Question(
        "picture_number",
        "Which payload type number do the pictures bear that come?",
        f"RTP: PT={HIDDEN}",
        "rtp",
        "Payload type, in packets to the port of the m=video line",
        number,
        ((number | 0x80, "with the marker bit; the number has the lower 7 bits"),),
    )


def _ssrc(call: CapturedCall) -> Question | None:
    packets = call.packets("audio", "received")
    if not packets:
        return None
    counted = Counter(int.from_bytes(data[8:12]) for data in packets)
    return Question(
        "ssrc",
        "Which SSRC has the sound that comes?",
        f"RTP: SSRC={HIDDEN}",
        "rtp",
        "Synchronization Source identifier, in packets to your sound_port",
        counted.most_common(1)[0][0],
        tuple((s, "that is another stream") for s in call.others(set(counted))),
    )


def _branch(call: CapturedCall) -> Question | None:
    if call.invite is None or not branch(call.invite[1]):
        return None
    record, message = call.invite
    others = {branch(m) for m in call.all} - {branch(message), ""}
    return Question(
        "branch",
        "Which branch names the INVITE that was accepted?",
        _hidden(line(record.data, "Via:"), branch(message)),
        INVITES,
        "Message Header, Via: Branch; its 200 bears the same",
        branch(message),
        tuple((each, "that is another request's") for each in sorted(others)),
    )


def _tag(call: CapturedCall) -> Question | None:
    added = tag(call.accept, "to")
    if not added:
        return None
    return Question(
        "tag",
        "Which tag did the one who was called add?",
        _hidden(f"To: {call.accept.headers['to']}", added),
        "sip.Status-Code == 200",
        "Message Header, To: SIP to tag",
        added,
        ((tag(call.accept, "from"), "that is the caller's tag, of From"),),
    )


def _again(call: CapturedCall) -> Question | None:
    changed = call.changed
    if changed is None or call.invite is None:
        return None
    number = cseq(changed)
    first = cseq(call.invite[1])
    return Question(
        "re_invite_cseq",
        "Which CSeq number has the first INVITE within the call?",
        f"CSeq: {HIDDEN} INVITE",
        f"{INVITES} && sip.to.tag",
        "Message Header, CSeq: Sequence Number",
        number,
        ((first, "that is of the INVITE that began the call"),)
        if first != number
        else (),
    )


def _held(call: CapturedCall) -> Question | None:
    changed = call.changed
    directions = [m.direction for m in changed.media if m.direction] if changed else []
    if not directions:
        return None
    return Question(
        "hold_word",
        "Which word of its SDP puts the sound on hold?",
        f"a={HIDDEN}",
        f"{INVITES} && sip.to.tag",
        "SDP: the Media Attribute that was a=sendrecv before",
        directions[0],
        (("sendrecv", "that was so before"),),
    )


def _lost(call: CapturedCall) -> Question | None:
    packets = call.packets("audio", "sent")
    # Repeated sound (RFC 4588) leaves by the same port, as a stream of its own.
    sent = Counter(int.from_bytes(data[8:12]) for data in packets).most_common(1)
    blocks = [block for block in call.blocks() if sent and block.ssrc == sent[0][0]]
    if not blocks:
        return None
    return Question(
        "lost",
        "How many packets of our sound were lost, says the peer's last report?",
        f"RTCP: Cumulative number of packets lost: {HIDDEN}",
        "rtcp.ssrc.cum_nr",
        "Report Block: Cumulative number of packets lost, in the last report to "
        "the port after your sound_port",
        blocks[-1].packets_lost,
        ((blocks[-1].fraction_lost, "that is the share since the report before"),)
        if blocks[-1].fraction_lost != blocks[-1].packets_lost
        else (),
    )


def _hidden(text: str, answer: int | str) -> str:
    """The line with the field hidden wherever it stands, short and harmless."""
    return shortened(one_line(text.replace(str(answer), HIDDEN)), LONGEST_LINE)
