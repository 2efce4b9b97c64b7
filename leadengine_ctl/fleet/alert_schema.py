"""The tables of alerts. Times are seconds since 1970."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)


@dataclass(frozen=True)
class AlertSchema:
    incidents: Table
    channels: Table
    mutes: Table
    duties: Table


def build_alert_schema(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> AlertSchema:
    """The tables; `sealed`: the type of a secret column."""
    return AlertSchema(
        incidents=_incidents(metadata),
        channels=Table(
            "channels",
            metadata,
            Column("id", String(32), primary_key=True),
            Column("kind", String(20), nullable=False),
            Column("name", String(200), nullable=False),
            # A webhook's address is a password in all but name.
            Column("target", sealed, nullable=False),
            Column("failure", Text, nullable=False),
            Column("sent_at", Float),
        ),
        mutes=Table(
            "mutes",
            metadata,
            Column("id", String(32), primary_key=True),
            Column("subject", String(253), nullable=False),
            Column("reason", String(200), nullable=False),
            Column("begins", Float, nullable=False),
            Column("ends", Float, nullable=False),
            Column("actor", String(254), nullable=False),
        ),
        duties=Table(
            "duties",
            metadata,
            Column("name", String(40), primary_key=True),
            Column("holder", String(200), nullable=False),
            Column("lease", Float, nullable=False),
            Column("done_at", Float, nullable=False),
        ),
    )


def _incidents(metadata: MetaData) -> Table:
    table = Table(
        "incidents",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("kind", String(40), nullable=False),
        Column("subject", String(253), nullable=False),
        Column("severity", String(20), nullable=False),
        Column("sentence", Text, nullable=False),
        Column("opened_at", Float, nullable=False),
        Column("closed_at", Float),
        Column("seen_by", String(254)),
        Column("told", Boolean, nullable=False),
    )
    is_open = text("closed_at IS NULL")
    Index(
        "open_incident",
        table.c.kind,
        table.c.subject,
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    return table
