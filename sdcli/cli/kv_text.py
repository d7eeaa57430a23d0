r"""Keys and values as text: what `kv scan` prints, `kv put DIR -` reads back, byte for byte.

Bytes are shown as UTF-8. What is not, what steers a terminal or hides from the eye, and what
would end a line or a column is written as an escape:

    \t \n \r    tab, line feed, carriage return
    \\          a backslash
    \xNN        one byte
"""

from __future__ import annotations

import re
from typing import Any

from sdcli.core.text import printable

_PLAIN = re.compile(rb"[ -\[\]-~]*")  # what can be seen of ASCII, but the backslash
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.?))", re.DOTALL)
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}
_MEANT = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"\\": b"\\"}
ESCAPES = r"\t \n \r \\ and \x with two hexadecimal digits"  # said to somebody who typed another
_LONE = range(0xDC80, 0xDD00)  # how Python decodes a byte that is no UTF-8


def escaped(data: bytes) -> str:
    r"""Bytes as text without tabs, line ends and anything that cannot be seen.

    >>> print(escaped(b"a\tb"), escaped("grün".encode()), escaped(b"\xff\x00"), escaped(b"C:\\"))
    a\tb grün \xff\x00 C:\\
    """
    if _PLAIN.fullmatch(data):
        return data.decode("ascii")
    return "".join(map(_letter, data.decode("utf-8", "surrogateescape")))


def _letter(letter: str) -> str:
    if letter in _NAMED:
        return _NAMED[letter]
    if ord(letter) in _LONE:
        return f"\\x{ord(letter) - 0xDC00:02x}"
    if printable(letter) != letter:
        return "".join(f"\\x{byte:02x}" for byte in letter.encode())
    return letter


def unescaped(text: bytes) -> bytes:
    r"""The bytes that a text with escapes stands for.

    Raises:
        ValueError: a backslash with something else behind it; says what.

    >>> unescaped(rb"a\tb\xff") == b"a\tb\xff"
    True
    """
    if b"\\" not in text:
        return text

    def meant(found: re.Match[bytes]) -> bytes:
        if found[1] is not None:
            return bytes.fromhex(found[1].decode())
        if found[2] in _MEANT:
            return _MEANT[found[2]]
        raise ValueError(escaped(found[0]).replace("\\\\", "\\", 1))

    return _ESCAPE.sub(meant, text)


def bytes_json(data: bytes) -> str | dict[str, Any]:
    r"""Bytes for JSON: a text where they are UTF-8, else base64.

    >>> bytes_json(b"ada"), bytes_json(b"\xff")
    ('ada', {'base64': '/w=='})
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from base64 import b64encode

        return {"base64": b64encode(data).decode("ascii")}


def counted(count: int, thing: str, many: str = "") -> str:
    """A number and its noun.

    >>> counted(1, "key"), counted(2000, "key"), counted(2, "entry", "entries")
    ('1 key', '2,000 keys', '2 entries')
    """
    return f"{count:,} {thing if count == 1 else many or thing + 's'}"
