"""What the language model cost; each call runs in a tenant's transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from leadengine.concierge.answers import Usage
from leadengine.database import Connection

_ADD = """
INSERT INTO model_spend (tenant_id, day, model, answers, input_tokens, output_tokens, micros)
VALUES (%s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (tenant_id, day, model) DO UPDATE SET
  answers = model_spend.answers + 1,
  input_tokens = model_spend.input_tokens + excluded.input_tokens,
  output_tokens = model_spend.output_tokens + excluded.output_tokens,
  micros = model_spend.micros + excluded.micros
"""
_MONTH = (
    "SELECT coalesce(sum(micros), 0) FROM model_spend WHERE day >= date_trunc('month', %s::date)"
)

Prices = Mapping[str, tuple[float, float]]
"""Dollars for a million tokens of a model, read and written."""


def micros_of(usage: Usage, prices: Prices) -> int:
    """Millionths of a dollar; a model without a price costs as much as the dearest."""
    dearest = max(prices.values(), key=sum)
    read, written = prices.get(usage.model, dearest)
    return round(usage.input_tokens * read + usage.output_tokens * written)


async def add(connection: Connection, tenant: UUID, usage: Usage, prices: Prices) -> None:
    """Note one answer."""
    today = datetime.now(UTC).date()
    tokens = (usage.input_tokens, usage.output_tokens)
    values = (tenant, today, usage.model, *tokens, micros_of(usage, prices))
    await connection.execute(_ADD, values)


async def of_month(connection: Connection) -> int:
    """Millionths of a dollar spent since the month began."""
    cursor = await connection.execute(_MONTH, (datetime.now(UTC).date(),))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0
