"""Where signalling and media meet: formats into an offer, an agreement into a set-up.

The planes do not know each other. The session description speaks of payload numbers and
ports; the media engine of codecs and sockets. This file translates, both ways (A11).

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from labkit.errors import LocalError
from labkit.media.formats import FEEDBACK, FORMATS, REPAIR, Kind, MediaFormat, find
from labkit.media.repair.formats import RepairFormats
from labkit.net.media import StreamSetup
from labkit.signalling.messages.plan import AgreedStream, MediaPlan
from labkit.signalling.messages.repair import (
    PARITY,
    RED,
    REED_SOLOMON,
    RTX,
    referred,
)
from labkit.signalling.messages.sdp import Direction, Format

SOUND = ("opus", "PCMU", "PCMA")
PICTURES = ("JPEG", "VP8", "H264")
PREFERRED = (*SOUND, *PICTURES)


def known_formats(names: Iterable[str]) -> tuple[MediaFormat, ...]:
    """The formats with these names, in this order.

    Raises LocalError for a name that the kit does not speak.
    """
    known = {name: find(name) for name in names}
    unknown = [name for name, media in known.items() if media is None]
    if unknown:
        raise LocalError(
            f"no such format: {', '.join(unknown)}; choose from {', '.join(FORMATS)}"
        )
    return tuple(media for media in known.values() if media is not None)


def plans(
    formats: Sequence[MediaFormat],
    ports: Mapping[Kind, int],
    sends_video: bool,
    keys: Mapping[Kind, str] | None = None,
) -> tuple[MediaPlan, ...]:
    """What to offer, or to answer with: a media line for each kind that has a port.

    Who has no camera (`sends_video` false) only receives pictures. With `keys` media
    are encrypted, or there are none.
    """
    return tuple(
        MediaPlan(
            kind,
            port,
            tuple(_to_sdp(media) for media in formats if media.kind == kind),
            Direction.of(kind != "video" or sends_video, True),
            _repair_of(kind, {media.payload_type for media in formats}),
            FEEDBACK[kind],
            (keys or {}).get(kind, ""),
        )
        for kind, port in ports.items()
    )


def setups(
    streams: Iterable[AgreedStream], held_by_me: bool = False
) -> list[StreamSetup]:
    """What the engine is to do for the streams that both sides agreed on.

    Who holds the call may send (`sendonly`: RFC 3264, section 8.4, has music in mind),
    but sends nothing: one who presses Hold expects not to be seen or heard.
    """
    agreed = []
    for stream in streams:
        media = find(stream.format.name) or _samples(stream.format)
        if stream.remote is None or media is None:
            continue
        receive = {number: find(known.name) for number, known in stream.receive.items()}
        agreed.append(
            StreamSetup(
                kind=stream.kind,
                remote=stream.remote,
                format=media,
                payload_type=stream.format.payload_type,
                receive={number: known for number, known in receive.items() if known},
                send=stream.direction.sends and not held_by_me,
                receive_on=stream.direction.receives,
                send_repair=_repair_formats(stream.send_repair, stream),
                receive_repair=_repair_formats(stream.receive_repair, stream),
                keys=stream.keys,
            )
        )
    return agreed


def _samples(format: Format) -> MediaFormat | None:
    """Bare samples, which no SIP call of the kit offers but other groups send."""
    if format.name != "L16":
        return None
    rate = format.clock_rate
    return MediaFormat("L16", "audio", 11, rate, format.channels, sample_rate=rate)


def _to_sdp(media: MediaFormat) -> Format:
    return Format(
        media.payload_type,
        media.name,
        media.clock_rate,
        media.channels,
        media.parameters,
    )


def _repair_of(kind: Kind, offered: Collection[int]) -> tuple[Format, ...]:
    """All the repair that the kit knows for these formats, given by our numbers."""
    known = (_to_sdp(media) for media in REPAIR if media.kind == kind)
    return tuple(format for format in known if set(referred(format)) <= set(offered))


def _repair_formats(formats: Sequence[Format], stream: AgreedStream) -> RepairFormats:
    """The agreed repair of one direction, by what each is."""
    named: dict[str, dict[int, int | None]] = {}
    for format in formats:
        whose = next(iter(referred(format)), None)
        named.setdefault(format.name.lower(), {})[format.payload_type] = whose
    return RepairFormats(
        red=_with_whose(named.get(RED, {})),
        rtx=_with_whose(named.get(RTX, {})),
        parity=next(iter(named.get(PARITY, {})), None),
        reed_solomon=next(iter(named.get(REED_SOLOMON, {})), None),
        nack="nack" in stream.feedback,
    )


def _with_whose(numbers: Mapping[int, int | None]) -> dict[int, int]:
    return {number: whose for number, whose in numbers.items() if whose is not None}
