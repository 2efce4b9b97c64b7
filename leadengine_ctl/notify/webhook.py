"""A webhook: one JSON object by HTTPS; and Slack's kind of it."""

from dataclasses import asdict, dataclass

from leadengine_ctl.notify.base import Notice
from leadengine_ctl.notify.outward import post_json

_SIGNS = {
    "opened": ":red_circle:",
    "closed": ":large_green_circle:",
    "test": ":bell:",
    "alive": ":heartbeat:",
}


@dataclass(frozen=True)
class Webhook:
    """Any program that takes JSON."""

    url: str

    def send(self, notice: Notice) -> None:
        """Send the notice as it is; its id says whether it was there before."""
        post_json(self.url, asdict(notice), headers={"Idempotency-Key": notice.id})


@dataclass(frozen=True)
class Slack:
    """An incoming webhook of Slack."""

    url: str

    def send(self, notice: Notice) -> None:
        """Send it as text; what looks like mark-up is text as well."""
        link = f"\n{notice.url}" if notice.url else ""
        text = f"{_SIGNS[notice.state]} *{_plain(notice.subject)}*\n{_plain(notice.text)}{link}"
        post_json(self.url, {"text": text})


def _plain(text: str) -> str:
    for char, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, escaped)
    return text
