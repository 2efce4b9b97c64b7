"""The key of a conversation: whoever has it was told it when the conversation began."""

import hashlib
import hmac
from uuid import UUID


def key_of(secret: str, conversation: UUID) -> str:
    """What a browser keeps to go on with its conversation, also tomorrow."""
    text = f"conversation:{conversation}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:32]


def opens(secret: str, conversation: UUID | None, key: str) -> bool:
    """Whether a key is that conversation's."""
    return conversation is not None and hmac.compare_digest(key_of(secret, conversation), key)
