"""Which way leads to which target."""

from pathlib import Path

from leadengine_ctl.notify.base import Notifier
from leadengine_ctl.settings import Settings


def open_channel(kind: str, target: str, settings: Settings) -> Notifier:
    """A way to tell people, of a kind, to a target: an address, a URL, a name."""
    match kind:
        case "mail":
            from leadengine_ctl.notify.mail import MailTo

            return MailTo(target, settings.mail(), settings.smtp_pass)
        case "slack":
            from leadengine_ctl.notify.webhook import Slack

            return Slack(target)
        case "webhook":
            from leadengine_ctl.notify.webhook import Webhook

            return Webhook(target)
    from leadengine_ctl.notify.memory import Memory

    return Memory(settings.data_folder / "memory" / f"{Path(target).name}.notices.jsonl")
