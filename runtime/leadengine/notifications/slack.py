"""Messages to a Slack channel: by an app, whose messages have threads, or through an incoming webhook."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from leadengine.settings import Settings

TIMEOUT_SECONDS = 10


class SlackError(Exception):
    """Slack did not take the message; the text says why, without the webhook's address."""


def is_set_up(settings: Settings) -> bool:
    """Whether there is a channel to write to."""
    return bool(settings.slack_webhook.get_secret_value()) or has_threads(settings)


def has_threads(settings: Settings) -> bool:
    """Whether an app writes, so that people can answer below its messages."""
    return bool(settings.slack_bot_token.get_secret_value() and settings.slack_channel)


def tell(settings: Settings, text: str, thread: str = "") -> str:
    """Say something in the stack's channel, or in a thread there; returns the thread, empty without an app.

    Raises:
        SlackError: it was not taken.
    """
    if not has_threads(settings):
        post(settings.slack_webhook.get_secret_value(), text)
        return ""
    channel, _, moment = thread.partition("/")
    said: dict[str, object] = {"channel": channel or settings.slack_channel, "text": text}
    said |= {"unfurl_links": False, **({"thread_ts": moment} if moment else {})}
    token = {"Authorization": f"Bearer {settings.slack_bot_token.get_secret_value()}"}
    answer = _send(f"{settings.slack_api}/chat.postMessage", said, token)
    try:
        told = json.loads(answer)
        if told["ok"]:
            return f"{told['channel']}/{told['ts']}"
        problem = str(told["error"])[:100]
    except (ValueError, KeyError, TypeError):
        problem = "its answer cannot be read"
    raise SlackError(f"Slack did not take the message: {problem}")


def escaped(text: str) -> str:
    """Text in which nothing is one of Slack's marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def post(webhook: str, text: str) -> None:
    """Say something in the webhook's channel.

    Raises:
        SlackError: it was not taken.
    """
    if not webhook.startswith(("https://", "http://")):
        raise SlackError("SLACK_WEBHOOK is not a web address")
    _send(webhook, {"text": text}, {})


def _send(url: str, said: Mapping[str, object], headers: Mapping[str, str]) -> bytes:
    body = json.dumps(said).encode()
    kind = {"Content-Type": "application/json; charset=utf-8"}
    try:
        request = Request(url, body, {**kind, **headers})  # noqa: S310 - ours, or looked at by who calls
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: bytes = answer.read(100_000)
            return found
    except (URLError, HTTPException, OSError, ValueError) as error:
        # The address is a secret: only its kind of failure may be told.
        raise SlackError(f"Slack did not take the message: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    code = getattr(error, "code", None)
    if code is not None:
        return f"it answered {code}"
    return str(getattr(error, "reason", "")) or type(error).__name__
