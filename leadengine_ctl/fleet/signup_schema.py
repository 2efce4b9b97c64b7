"""The table of sign-ups. Times are seconds since 1970."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

from leadengine_ctl.fleet.sealed import EncryptedText


def signups_table(metadata: MetaData, sealed: EncryptedText) -> Table:
    """What a sign-up is found by stands in columns, all of it in `body`."""
    return Table(
        "signups",
        metadata,
        Column("id", String(32), primary_key=True),
        # Of the secret of its link, which is found by it; for mails the secret is kept sealed.
        Column("digest", String(64), nullable=False, unique=True),
        Column("secret", sealed, nullable=False),
        Column("email", String(254), nullable=False),
        # None until a name was chosen; nobody else can choose it from then on.
        Column("slug", String(30), unique=True),
        Column("state", String(20), nullable=False, index=True),
        Column("created_at", Float, nullable=False),
        # Rises with each change: whoever read before another change writes nothing.
        Column("version", Integer, nullable=False),
        Column("body", Text, nullable=False),
    )
