"""What a panel of the lab has to be told so that strangers can sign up at it."""

from tests.lab.mail import MailSink
from tests.unit.billing.messages import SECRET
from tests.unit.billing.stripe_server import KEY, Account

PANEL_PORT = 8700
"""Where a panel is found that is told no address of its own."""


def open_to_strangers(account: Account, mail: MailSink) -> dict[str, str]:
    """Settings: a payment server, a mail server, and the word that strangers may."""
    return {
        "LECTL_STRIPE_KEY": KEY,
        "LECTL_STRIPE_ENDPOINT": account.url,
        "LECTL_STRIPE_WEBHOOK_SECRET": SECRET,
        "LECTL_SIGNUP": "yes",
        "SMTP_HOST": mail.address,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "hello@le.test",
    }
