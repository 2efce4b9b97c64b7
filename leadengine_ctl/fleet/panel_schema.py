"""The panel's tables. Moments that are compared are seconds since 1970, those that are shown ISO 8601."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


@dataclass(frozen=True)
class PanelSchema:
    people: Table
    sessions: Table
    tokens: Table
    attempts: Table
    jobs: Table
    approvals: Table
    audit: Table
    audit_head: Table
    views: Table


def build_panel_schema(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> PanelSchema:
    """The tables; `sealed`: the type of a secret column."""
    return PanelSchema(
        people=_people(metadata, sealed),
        sessions=_sessions(metadata),
        tokens=_tokens(metadata),
        attempts=_attempts(metadata),
        jobs=_jobs(metadata),
        approvals=_approvals(metadata),
        audit=_audit(metadata),
        audit_head=_audit_head(metadata, sealed),
        views=_views(metadata),
    )


def _people(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> Table:
    return Table(
        "people",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("email", String(254), nullable=False, unique=True),
        Column("role", String(20), nullable=False),
        Column("scope", Text),
        Column("active", Boolean, nullable=False),
        Column("password", Text),
        Column("totp", sealed),
        Column("totp_step", Integer, nullable=False),
        Column("invite", String(64), unique=True),
        Column("invite_expires", Float),
        Column("created_at", String(40), nullable=False),
    )


def _sessions(metadata: MetaData) -> Table:
    return Table(
        "sessions",
        metadata,
        Column("digest", String(64), primary_key=True),
        Column("previous", String(64), index=True),
        Column("person", String(32), ForeignKey("people.id"), nullable=False, index=True),
        Column("proven", Boolean, nullable=False),
        Column("created_at", Float, nullable=False),
        Column("seen_at", Float, nullable=False),
        Column("rotated_at", Float, nullable=False),
    )


def _tokens(metadata: MetaData) -> Table:
    return Table(
        "api_tokens",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("digest", String(64), nullable=False, unique=True),
        Column("person", String(32), ForeignKey("people.id"), nullable=False),
        Column("name", String(200), nullable=False),
        Column("role", String(20), nullable=False),
        Column("created_at", String(40), nullable=False),
        Column("expires_at", String(40), nullable=False),
        Column("used_at", String(40)),
        Column("revoked_at", String(40)),
    )


def _views(metadata: MetaData) -> Table:
    return Table(
        "views",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("person", String(32), ForeignKey("people.id"), nullable=False, index=True),
        Column("name", String(60), nullable=False),
        Column("address", String(1000), nullable=False),
    )


def _attempts(metadata: MetaData) -> Table:
    return Table(
        "attempts",
        metadata,
        Column("key", String(400), primary_key=True),
        Column("count", Integer, nullable=False),
        Column("since", Float, nullable=False),
    )


def _jobs(metadata: MetaData) -> Table:
    table = Table(
        "jobs",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("verb", String(30), nullable=False),
        Column("subject", String(64), nullable=False),
        Column("params", Text, nullable=False),
        Column("actor", String(300), nullable=False),
        Column("state", String(20), nullable=False),
        Column("operation", String(64), nullable=False),
        Column("host_key", String(60)),
        Column("failure", Text),
        Column("tries", Integer, nullable=False),
        Column("created_at", String(40), nullable=False),
        Column("ended_at", String(40)),
        Column("runner", String(200)),
        # By the clock of the database: those of machines differ.
        Column("lease", Float, nullable=False),
    )
    Index("jobs_by_state", table.c.state, table.c.created_at)
    return table


def _approvals(metadata: MetaData) -> Table:
    return Table(
        "approvals",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("verb", String(30), nullable=False),
        Column("subject", String(64), nullable=False),
        Column("params", Text, nullable=False),
        Column("asked_by", String(254), nullable=False),
        Column("asked_at", String(40), nullable=False),
        Column("expires", Float, nullable=False),
        Column("state", String(20), nullable=False),
        Column("answered_by", String(254)),
        Column("answered_at", String(40)),
        Column("job", String(64), nullable=False),
    )


def _audit(metadata: MetaData) -> Table:
    return Table(
        "audit",
        metadata,
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", String(40), nullable=False),
        Column("actor", String(300), nullable=False, index=True),
        Column("origin", String(20), nullable=False),
        Column("action", String(60), nullable=False),
        Column("subject", String(300), nullable=False, index=True),
        Column("outcome", String(20), nullable=False),
        Column("detail", Text, nullable=False),
        Column("digest", String(64), nullable=False),
    )


def _audit_head(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> Table:
    return Table(
        "audit_head",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("seal", sealed),
    )
