"""A mail as it came: to whom it is, and what is new in it."""

import re
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

import lxml.html
from lxml import etree

LARGEST = 2_000_000
"""Bytes of a mail with all that hangs on it; only its text is read."""
LONGEST = 4000
"""Characters of it that are kept."""

_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
# Where the mail begins that is answered, as the common programs write it.
_LINE = r"[^\n]{5,200}(?:\n[^\n]{1,100})?"
"""One, or two when a program has broken it."""
_QUOTED = re.compile(
    rf"^(?:>|On {_LINE} wrote:|Am {_LINE} schrieb|Le {_LINE} a écrit|-{{2,}} ?(?:Original|Forwarded)"
    r"|_{10,}$|From: .+@|-- $|Sent from my )",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Mail:
    """What matters of a message; `automatic`: a machine answered, such as a note of absence."""

    recipients: tuple[str, ...]
    id: str
    text: str
    automatic: bool


class UnreadableMailError(Exception):
    """It breaks the rules of messages in a way that cannot be guessed at."""


def read(raw: bytes) -> Mail:
    """Read a message; one without a header has no recipients.

    Raises:
        UnreadableMailError: the library for messages gives up on it.
    """
    try:
        return _read(BytesParser(EmailMessage, policy=policy.default).parsebytes(raw))
    except (ValueError, LookupError, TypeError, AttributeError, MessageError) as error:
        raise UnreadableMailError(type(error).__name__) from error


def _read(message: EmailMessage) -> Mail:
    fields = [str(value) for name in _RECIPIENTS for value in message.get_all(name, [])]
    return Mail(
        recipients=tuple(address for _, address in getaddresses(fields) if address),
        id=str(message.get("Message-ID", "")).strip()[:300],
        text=new_in(_text(message))[:LONGEST],
        automatic=_is_automatic(message),
    )


def new_in(text: str) -> str:
    """What somebody wrote above what they answer to."""
    lines = text.replace("\r\n", "\n").replace("\0", "")
    found = _QUOTED.search(lines)
    return (lines[: found.start()] if found else lines).strip()


def _is_automatic(message: EmailMessage) -> bool:
    said = str(message.get("Auto-Submitted", "no")).strip().lower()
    sender = str(message.get("Return-Path", "")).strip()
    bulk = str(message.get("Precedence", "")).strip().lower() in {"bulk", "junk", "auto_reply"}
    return said != "no" or sender == "<>" or bulk


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError):
        # An encoding that does not exist.
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return _plain(content) if part.get_content_subtype() == "html" else content


def _plain(html: str) -> str:
    try:
        tree = lxml.html.document_fromstring(html)
    except (etree.LxmlError, ValueError):
        return ""
    for quoted in tree.xpath("//blockquote | //style | //script | //*[@class='gmail_quote']"):
        if quoted.getparent() is not None:
            quoted.drop_tree()
    for block in tree.xpath("//p | //div | //br | //li"):
        block.tail = "\n" + (block.tail or "")
    return str(tree.text_content())
