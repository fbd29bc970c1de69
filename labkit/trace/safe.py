"""Text from the network, made safe to look at.

What a stranger sent may hold escape sequences that recolour, move or rewrite a
terminal, or letters that turn the direction of writing around. They are made visible,
not obeyed: the escape character becomes `␛`. Escaping for HTML is not done here but
where HTML is made.

Requirement B10. Notebook: 01-registry.
"""

from __future__ import annotations

import codecs

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: "␡"}
# C1 controls; line and paragraph separators; marks and overrides of writing direction.
_HIDDEN = [*range(0x80, 0xA0), 0x061C, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
_HIDDEN += [*range(0x2060, 0x2070), 0xFEFF, *range(0xD800, 0xE000)]
_LINE = _PICTURES | {code: f"\\u{code:04x}" for code in _HIDDEN}
_TEXT = {code: sign for code, sign in _LINE.items() if code not in (0x09, 0x0A)}


def one_line(text: str) -> str:
    """The text with every control character visible, line ends included (`␍␊`)."""
    return text.translate(_LINE)


def many_lines(text: str) -> str:
    """The text with every control character visible, but line ends and tabs kept."""
    return text.replace("\r\n", "\n").translate(_TEXT)


def decoded(data: bytes) -> str:
    """UTF-8 as text; a byte that is not UTF-8 stays readable as `\\xff`."""
    return data.decode("utf-8", "backslashreplace")


def shortened(text: str, most: int) -> str:
    """At most `most` characters: start and end are kept, the middle becomes `…`."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 3
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def is_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with hardly a control character in them."""
    try:  # a letter cut in two at the end of the sample is no mistake
        text = codecs.getincrementaldecoder("utf-8")().decode(data[:1024])
    except UnicodeDecodeError:
        return False
    controls = sum(ord(letter) < 0x20 and letter not in "\r\n\t" for letter in text)
    return controls * 10 <= len(text)


def hex_gist(data: bytes, most: int = 12) -> str:
    """The first and last bytes in hexadecimal: `80 c8 00 06 … 1f 2e (120 bytes)`."""
    size = f"({len(data):,} byte{'' if len(data) == 1 else 's'})"
    if len(data) <= most:
        return f"{data.hex(' ')} {size}".lstrip()
    tail = most // 3
    return f"{data[: most - tail].hex(' ')} … {data[-tail:].hex(' ')} {size}"


def hex_dump(data: bytes, most: int = 1024) -> str:
    """Offset, sixteen bytes, their letters: one row each, at most `most` bytes."""
    rows = []
    for offset in range(0, min(len(data), most), 16):
        row = data[offset : offset + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{offset:04x}  {row.hex(' '):<47}  {letters}")
    if len(data) > most:
        rows.append(f"… and {len(data) - most:,} bytes more")
    return "\n".join(rows)
