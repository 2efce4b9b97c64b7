"""What Slack tells of a thread: signed by it, of now, and written by a person."""

import hashlib
import hmac
import html
import re
from dataclasses import dataclass
from typing import Any

TOLERANCE_SECONDS = 300
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<[@#!]([^|>]+)(?:\|([^>]*))?>")


@dataclass(frozen=True)
class Said:
    """A message of a person in a thread.

    Attributes:
        thread: channel and moment of the thread's first message, as `C024BE91L/1767225600.000100`.
        who: the person, by the name that Slack's machines use.
        id: another one for each message.
    """

    thread: str
    who: str
    text: str
    id: str


def is_signed(secret: str, headers: tuple[str, str], body: bytes, now: float) -> bool:
    """Whether a request is Slack's: an older one than five minutes is a repetition by somebody else.

    Args:
        headers: `X-Slack-Request-Timestamp` and `X-Slack-Signature`.
    """
    moment, signature = headers
    if not secret or not moment.isascii() or not moment.isdigit():
        return False
    if abs(now - int(moment)) > TOLERANCE_SECONDS:
        return False
    material = b"v0:" + moment.encode() + b":" + body
    wanted = "v0=" + hmac.new(secret.encode(), material, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode())


def said_in(event: Any) -> Said | None:
    """The message of a person in a thread; None for everything else that Slack tells of."""
    if not isinstance(event, dict) or event.get("type") != "message":
        return None
    if event.get("bot_id") or event.get("subtype"):
        return None
    parts = [event.get(name) for name in ("channel", "thread_ts", "ts", "user", "text")]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    channel, thread, moment, user, text = map(str, parts)
    return Said(f"{channel}/{thread}", user, plain(text), f"slack:{channel}/{moment}")


def plain(text: str) -> str:
    """Slack's own marks as text."""
    text = _LINK.sub(lambda found: f"{found[2]} ({found[1]})" if found[2] else found[1], text)
    text = _MENTION.sub(lambda found: "@" + (found[2] or found[1]), text)
    return html.unescape(text).replace("\0", "").strip()
