"""Bytes as text, whatever program saved them."""

import codecs

from charset_normalizer import from_bytes

from leadengine.knowledge.reading.section import UnreadableError

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024


def decode(name: str, content: bytes, encoding: str = "") -> str:
    """The text of a file: in the encoding it names, in UTF-8, or in what its letters betray.

    Raises:
        UnreadableError: it is no text.
    """
    marked = [known for mark, known in _MARKED if content.startswith(mark)]
    for known in (*marked, encoding, "utf-8"):
        try:
            text = content.decode(known) if known else "\0"
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    guessed = from_bytes(content[:_SAMPLE]).best() if b"\0" not in content else None
    if guessed is None or guessed.chaos > 0.1:
        raise UnreadableError(f"{name} is not text; save it in UTF-8 and hand it over again")
    return content.decode(guessed.encoding, errors="replace")
