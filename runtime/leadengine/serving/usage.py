"""What a client uses of its stack, day by day: for its operator's books. The gateway never forwards it.

Nothing is counted of the language model: this concierge quotes, and asks none.
"""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter

from leadengine.services import ServicesOf

router = APIRouter()

_DAYS = 2
"""Today and yesterday: a day's last numbers are read when it is over."""

_COUNTED = """
SELECT
  (SELECT count(DISTINCT visitor) FROM visits WHERE started_at >= %(begin)s AND started_at < %(end)s),
  (SELECT count(*) FROM leads WHERE first_seen_at >= %(begin)s AND first_seen_at < %(end)s)
"""


@router.get("/internal/usage")
async def usage(services: ServicesOf) -> dict[str, object]:
    """Each of the last days (UTC): calls of the api, different visitors, new leads."""
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return {"days": []}
    today = datetime.now(UTC).date()
    days = []
    async with services.database.tenant(tenant) as connection:
        for day in (today - timedelta(days=back) for back in range(_DAYS)):
            begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
            times = {"begin": begin, "end": begin + timedelta(days=1)}
            visitors, leads = await (await connection.execute(_COUNTED, times)).fetchone() or (0, 0)
            calls = await services.calls.of(day)
            counted = {"api_calls": calls, "visitors": visitors, "leads": leads}
            days.append({"day": day.isoformat(), **counted})
    return {"days": days}
