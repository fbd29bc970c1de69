"""One call as a trace has it: its messages, its packets, and what stands in them.

    call = CapturedCall(alice.trace)        # the last one that was accepted
    call.ports()                            # {"audio": 40000, "video": 40002}

Read tolerantly, as all that came from a network.

RFC 3261 section 12, RFC 3550 sections 5.1 and 6.4. Notebook: 11-real-phones.
"""

from __future__ import annotations

import re

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import ReceiverReport, ReportBlock, SenderReport
from labkit.media.wire.rtcp import parse_rtcp
from labkit.trace.glance import Glance, MLine, glance
from labkit.trace.record import Direction, Record, Trace


class CapturedCall:
    """The messages of one call, as the observer of the trace has them."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.messages = [
            (record, message)
            for record in trace
            if record.plane == "signalling" and (message := glance(record.data))
        ]
        accepted = [
            message
            for _, message in self.messages
            if message.status // 100 == 2
            and message.about == "INVITE"
            and "call-id" in message.headers
        ]
        if not accepted:
            raise LocalError(
                f"{trace.observer}'s trace has no accepted call; make one, then ask"
            )
        self.call_id = accepted[-1].headers["call-id"]
        self.messages = [
            (record, message)
            for record, message in self.messages
            if message.headers.get("call-id") == self.call_id
        ]
        self.accept = next(m for m in accepted if m in self.all)
        invites = [pair for pair in self.messages if pair[1].method == "INVITE"]
        named = branch(self.accept)
        self.invite = next((p for p in invites if branch(p[1]) == named), None)
        """The one that was accepted: after a redirection, the last of several."""
        within = [message for _, message in invites if tag(message, "to")]
        self.changed = within[0] if within else None
        """The first INVITE within the call: a hold, mostly."""
        described = [r for r in self._records("sent") if b"\nm=" in r.data]
        self.own = described[0] if described else None
        heard = [r for r in self._records("received") if b"\nm=" in r.data]
        self.theirs = glance(heard[0].data) if heard else None

    @property
    def all(self) -> list[Glance]:
        """Its messages, oldest first."""
        return [message for _, message in self.messages]

    def _records(self, direction: Direction) -> list[Record]:
        return [r for r, _ in self.messages if r.direction == direction]

    def own_media(self, kind: str) -> MLine | None:
        """What the observer said of this kind of media, first of all."""
        message = glance(self.own.data) if self.own is not None else None
        media = message.media if message else []
        return next((each for each in media if each.kind == kind), None)

    def ports(self) -> dict[str, int]:
        """Where the observer wants each kind."""
        found = {kind: self.own_media(kind) for kind in ("audio", "video")}
        return {kind: each.port for kind, each in found.items() if each and each.port}

    def packets(self, kind: str, direction: Direction) -> list[bytes]:
        """The RTP packets kept of this kind."""
        port = self.ports().get(kind)
        return [
            seen.data
            for seen in self.trace.packets
            if seen.direction == direction
            and port == (seen.target if direction == "received" else seen.source).port
            and len(seen.data) >= 12
        ]

    def others(self, known: set[int]) -> list[int]:
        """The SSRCs of all the other packets kept."""
        seen = {int.from_bytes(p.data[8:12]) for p in self.trace.packets}
        return sorted(seen - known)

    def blocks(self) -> list[ReportBlock]:
        """What the peer reported, oldest first (RFC 3550 section 6.4)."""
        found: list[ReportBlock] = []
        for record in self.trace:
            if record.plane != "media" or record.direction != "received":
                continue
            try:
                reports = parse_rtcp(record.data)
            except RemoteError:
                continue
            for report in reports:
                if isinstance(report, SenderReport | ReceiverReport):
                    found += report.reports
        return found


def line(data: bytes, beginning: str) -> str:
    """The first line of a message that begins so."""
    lines = data.decode("utf-8", "replace").splitlines()
    return next((line for line in lines if line.startswith(beginning)), beginning)


def branch(message: Glance) -> str:
    """What names a request and its responses (RFC 3261 section 8.1.1.7)."""
    return _parameter(message.headers.get("via", ""), "branch")


def tag(message: Glance, header: str) -> str:
    """The tag of `from` or `to`; empty where there is none."""
    return _parameter(message.headers.get(header, "").rpartition(">")[2], "tag")


def cseq(message: Glance) -> int:
    """The number of its CSeq; 0 where there is none."""
    number = message.headers.get("cseq", "").partition(" ")[0]
    return int(number) if re.fullmatch(r"[0-9]{1,10}", number) else 0


def _parameter(text: str, name: str) -> str:
    found = re.search(rf";\s*{name}=([^;,\s]*)", text, re.IGNORECASE)
    return found[1] if found else ""
