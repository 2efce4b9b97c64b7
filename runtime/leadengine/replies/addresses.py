"""An address of mail for each conversation and each person in it: whoever has it may write there as them."""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

VISITOR = "visitor"
"""Who asked, in the place of an id of somebody of the client's."""

_MARK_BYTES = 10
_TAG = re.compile(r"\+([a-z2-7]{26})-([a-z2-7]{16})@", re.IGNORECASE)


@dataclass(frozen=True)
class Writer:
    """A conversation, and the proof of who writes to it, as an address says it."""

    conversation: UUID
    mark: str


def address_for(secret: str, mailbox: str, conversation: UUID, who: str) -> str:
    """Where somebody answers to; empty when the stack has no mailbox for that.

    Args:
        mailbox: as `replies@in.example.com`: what comes to `replies+…@` there is handed to the stack.
        who: the id of somebody of the client's, or `VISITOR`.
    """
    local, _, domain = mailbox.rpartition("@")
    if not local:
        return ""
    return f"{local}+{_text(conversation.bytes)}-{mark_of(secret, conversation, who)}@{domain}"


def mark_of(secret: str, conversation: UUID, who: str) -> str:
    """What proves that a message is from somebody: eighty bits that only their mail contains."""
    material = f"reply:{conversation}:{who}".encode()
    digest = hmac.new(secret.encode(), material, hashlib.sha256).digest()
    return _text(digest[:_MARK_BYTES])


def writer_in(addresses: Iterable[str]) -> Writer | None:
    """The conversation that one of the addresses is of; None when none is."""
    for address in addresses:
        if found := _TAG.search(address):
            raw = b32decode(found[1].upper() + "======")
            return Writer(UUID(bytes=raw), found[2].lower())
    return None


def wrote(secret: str, writer: Writer, people: Iterable[str]) -> str:
    """Which of them it is; empty: none of them."""
    marks = {mark_of(secret, writer.conversation, who): who for who in people}
    return next((who for mark, who in marks.items() if hmac.compare_digest(mark, writer.mark)), "")


def _text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()
