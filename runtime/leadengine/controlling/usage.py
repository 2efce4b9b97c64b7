"""What a client used in a span of days, for bills and for limits."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from leadengine.database import Connection

_USED = """
SELECT
  (SELECT coalesce(sum(number), 0) FROM usage_days
   WHERE name = 'api_calls' AND day >= %(since)s AND day < %(until)s)::bigint AS api_calls,
  (SELECT coalesce(sum(number), 0) FROM day_counts
   WHERE kind = 'visitors' AND name = '' AND day >= %(since)s AND day < %(until)s)::bigint AS visitors,
  (SELECT coalesce(sum(number), 0) FROM day_counts
   WHERE kind = 'pages' AND name = '' AND day >= %(since)s AND day < %(until)s)::bigint AS pages,
  (SELECT count(*) FROM leads
   WHERE first_seen_at >= %(since)s AND first_seen_at < %(until)s) AS leads,
  (SELECT count(*) FROM conversations
   WHERE started_at >= %(since)s AND started_at < %(until)s) AS conversations,
  (SELECT coalesce(sum(micros), 0) FROM model_spend
   WHERE day >= %(since)s AND day < %(until)s)::bigint AS llm_micros
"""


@dataclass(frozen=True)
class Usage:
    """Numbers from `since` up to, and without, `until`; days are those of UTC.

    `llm_micros`: what answers of the language model cost, in millionths of a dollar.
    """

    since: date
    until: date
    api_calls: int
    visitors: int
    pages: int
    leads: int
    conversations: int
    llm_micros: int

    def as_json(self) -> dict[str, object]:
        """Plain values; days as `2026-01-31`."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


async def usage(connection: Connection, since: date, until: date) -> Usage:
    """Add up; runs in a tenant's transaction."""
    values = {"since": since, "until": until}
    cursor = await connection.execute(_USED, values)
    return Usage(since, until, *(await cursor.fetchone() or (0, 0, 0, 0, 0, 0)))


def span_of(since: str, until: str, today: date) -> tuple[date, date]:
    """Days as they are typed; without them, this month so far.

    Raises:
        ValueError: one is no day, or the span is empty.
    """
    begin = date.fromisoformat(since) if since else today.replace(day=1)
    end = date.fromisoformat(until) if until else today + timedelta(days=1)
    if end <= begin:
        message = f"{end} is not after {begin}"
        raise ValueError(message)
    return begin, end
