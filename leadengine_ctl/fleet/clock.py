"""The database's own clock, in seconds since 1970: those of machines differ."""

from sqlalchemy import ColumnElement, Engine, literal_column

_CLOCKS = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch from clock_timestamp())",
}


def clock_of(engine: Engine) -> ColumnElement[float]:
    """An expression for the time that it is in the database."""
    return literal_column(_CLOCKS[engine.dialect.name])
