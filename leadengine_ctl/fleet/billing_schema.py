"""The tables of billing. Times are seconds since 1970."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)


@dataclass(frozen=True)
class BillingSchema:
    objects: Table
    events: Table
    standings: Table
    usage: Table
    hosted: Table


def build_billing_schema(metadata: MetaData) -> BillingSchema:
    """The tables."""
    return BillingSchema(
        objects=_objects(metadata),
        events=_events(metadata),
        standings=Table(
            "billing_standings",
            metadata,
            Column("client", String(30), primary_key=True),
            Column("standing", String(20), nullable=False),
            Column("why", Text, nullable=False),
            Column("since", Float, nullable=False),
            # What its stack was told last, and when that was tried.
            Column("told", String(20), nullable=False, server_default=""),
            Column("told_at", Float),
            Column("tried_at", Float),
        ),
        usage=Table(
            "billing_usage",
            metadata,
            Column("client", String(30), primary_key=True),
            Column("day", String(10), primary_key=True),
            Column("meter", String(40), primary_key=True),
            Column("told", BigInteger, nullable=False),
            Column("sending", BigInteger),
            Column("sending_since", Float),
        ),
        hosted=Table(
            "hosted_clients",
            metadata,
            Column("stack", String(30), primary_key=True),
            Column("slug", String(30), primary_key=True),
            Column("client_id", String(24), nullable=False),
            Column("domain", String(253), nullable=False),
            Column("email", String(254), nullable=False),
        ),
    )


def _objects(metadata: MetaData) -> Table:
    return Table(
        "billing_objects",
        metadata,
        Column("kind", String(20), primary_key=True),
        Column("id", String(100), primary_key=True),
        Column("customer", String(100), nullable=False),
        # Rises with each change: whoever read the server before another change writes nothing.
        Column("version", Integer, nullable=False),
        Column("body", Text, nullable=False),
        # The server has it no more: whose it was stays known.
        Column("gone", Boolean, nullable=False),
        Index("billing_objects_of_customer", "customer"),
    )


def _events(metadata: MetaData) -> Table:
    return Table(
        "billing_events",
        metadata,
        Column("id", String(100), primary_key=True),
        Column("type", String(100), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("object", String(100), nullable=False),
        Column("received_at", Float, nullable=False),
        Column("done_at", Float, index=True),
    )
