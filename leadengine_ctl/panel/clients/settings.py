"""What can be set for a client, in groups, each with a name and a sentence on what it does."""

from dataclasses import dataclass

from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.configuring import read_config


@dataclass(frozen=True)
class Setting:
    """One field. `choices`: all it may be; none: it is typed."""

    key: str
    name: str
    hint: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    title: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Field:
    """A setting as one client has it. `own`: it was set for this client alone."""

    setting: Setting
    value: str
    own: bool


GROUPS = (
    Group(
        "The client",
        (
            Setting(
                "email",
                "Administrator",
                "Signs in to the dashboard first, and hears from the certificate authority.",
            ),
            Setting(
                "licence",
                "Licence",
                "Of a client that runs the stack itself, as it was sent. Nothing stops without it.",
            ),
            Setting("brand.name", "Name", "What the client calls itself before its visitors."),
            Setting("brand.primary", "Colour", "Of widget and dashboard, as #0B8C00."),
            Setting("brand.logo", "Logo", "The address of a picture: https://…"),
        ),
    ),
    Group(
        "Mail that the stack sends",
        (
            Setting("mail.host", "Server", "As smtp.example.com; without one no mail is sent."),
            Setting("mail.port", "Port", "Mostly 587 with starttls, 465 with tls."),
            Setting("mail.user", "User", "Whom to sign in as; the password is set with a deploy."),
            Setting("mail.sender", "From", "The address that mail comes from."),
            Setting(
                "mail.security",
                "Encryption",
                "none sends in the clear.",
                ("starttls", "tls", "none"),
            ),
        ),
    ),
    Group(
        "Answers to visitors",
        (
            Setting(
                "replies.mailbox", "Mailbox", "Mail to it answers visitors; empty: only pages."
            ),
            Setting("replies.slack_channel", "Slack channel", "By its id, as C024BE91L."),
        ),
    ),
    Group(
        "Language model",
        (
            Setting("llm.model", "Model", "Who answers; empty: as the release has it."),
            Setting("llm.base_url", "Service", "Another address to ask, such as a gateway."),
            Setting(
                "llm.monthly_budget",
                "Budget",
                "Dollars a month; past it, passages are quoted instead. 0: no model is asked.",
            ),
            Setting(
                "llm.prices",
                "Prices",
                'Dollars for a million tokens read and written: {"model": [0.1, 0.5]}.',
            ),
            Setting("llm.tokens", "Longest answer", "In tokens, 50 to 4000."),
            Setting("llm.seconds", "Patience", "Seconds to wait for the next part of an answer."),
            Setting(
                "crawl.networks",
                "Intranet",
                "Private networks whose websites may be read, with commas: 10.20.0.0/16.",
            ),
        ),
    ),
    Group(
        "Recovery points",
        (
            Setting(
                "backup.targets",
                "Storages",
                "Names with commas, as local,spaces; none: no backups.",
            ),
            Setting(
                "backup.every", "How often", "By the host itself.", ("hourly", "daily", "never")
            ),
            Setting("backup.window", "Hours", "Of UTC, in which the daily point is taken: 1-5."),
            Setting(
                "backup.drill-days",
                "Drill",
                "Days between two proofs that a point can be restored; 0: never.",
            ),
            Setting("backup.keep", "Keep", "How many hours, days, weeks, months: 24h 14d 8w 12m."),
            Setting(
                "backup.recipients",
                "Recovery keys",
                "Who can open the points when host and panel are gone; names with commas.",
            ),
        ),
    ),
    Group(
        "Rollouts",
        (
            Setting("channel", "Channel", "Which releases it gets: stable, beta, or its own."),
            Setting(
                "window", "Window", "When it may be touched: sat-sun 02:00-05:00 Europe/Berlin."
            ),
            Setting("hold", "Hold", "Why rollouts leave it alone; empty: they do not."),
        ),
    ),
)


def fields(record: ClientRecord) -> tuple[tuple[str, tuple[Field, ...]], ...]:
    """Every group by its title, with what is set at a client."""
    config = read_config(record)
    return tuple(
        (
            group.title,
            tuple(
                Field(each, config[each.key]["value"], bool(config[each.key]["origin"]))
                for each in group.settings
            ),
        )
        for group in GROUPS
    )
