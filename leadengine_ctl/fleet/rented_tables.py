"""Tables of what is rented and named at providers."""

from sqlalchemy import Boolean, Column, MetaData, String, Table, Text

from leadengine_ctl.fleet.sealed import EncryptedText
from leadengine_ctl.secrets import KeyRing


def fleet_table(metadata: MetaData) -> Table:
    """One row: the name by which this fleet's servers are told from those of another."""
    return Table("fleet", metadata, Column("id", String(16), primary_key=True))


def servers_table(metadata: MetaData, keys: KeyRing) -> Table:
    return Table(
        "servers",
        metadata,
        Column("operation", String(64), primary_key=True),
        Column("name", String(64), nullable=False, unique=True),
        Column("client", String(30), nullable=False),
        Column("provider", String(20), nullable=False),
        Column("size", String(60), nullable=False),
        Column("region", String(60), nullable=False),
        Column("monthly", String(20), nullable=False),
        Column("currency", String(3), nullable=False),
        Column("server", String(100)),
        Column("host", String(253)),
        Column("address", String(45), nullable=False),
        Column("address6", String(45), nullable=False),
        Column("reserved", String(45), nullable=False, server_default=""),
        Column("live", Boolean, nullable=False),
        Column("first_key", Text, nullable=False),
        Column("next_key", Text, nullable=False),
        Column("private_key", EncryptedText(keys)),
        Column("created_at", String(40), nullable=False),
    )


def records_table(metadata: MetaData) -> Table:
    return Table(
        "dns_records",
        metadata,
        Column("name", String(253), primary_key=True),
        Column("kind", String(4), primary_key=True),
        Column("value", String(45), primary_key=True),
        Column("client", String(30), nullable=False),
        Column("provider", String(20), nullable=False),
    )
