"""Messages to a Slack channel through an incoming webhook."""

import json
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10


class SlackError(Exception):
    """Slack did not take the message; the text says why, without the webhook's address."""


def post(webhook: str, text: str) -> None:
    """Say something in the webhook's channel.

    Raises:
        SlackError: it was not taken.
    """
    if not webhook.startswith(("https://", "http://")):
        raise SlackError("SLACK_WEBHOOK is not a web address")
    body = json.dumps({"text": text}).encode()
    try:
        request = Request(webhook, body, {"Content-Type": "application/json"})  # noqa: S310 - see above
        with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return
    except (URLError, HTTPException, OSError, ValueError) as error:
        # The address is a secret: only its kind of failure may be told.
        raise SlackError(f"Slack did not take the message: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    code = getattr(error, "code", None)
    if code is not None:
        return f"it answered {code}"
    return str(getattr(error, "reason", "")) or type(error).__name__
