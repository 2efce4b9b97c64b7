"""A view of the fleet: what an address says about who is shown, in which order. The address is the view."""

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from leadengine_agent.values import Frozen, version_key
from leadengine_ctl.panel.fleet.index import Row
from leadengine_ctl.planning.health import Health

PER_PAGE = 50
_WORST = {Health.RED: 0, Health.UNKNOWN: 1, Health.GREEN: 2}
_NEVER = -1.0

Sort = Literal[
    "client", "plan", "host", "release", "health", "backup", "certificate", "visitors", "trend"
]


class View(Frozen):
    """Attributes:
    q: a part of a client's name, domain or host.
    certificate: only those whose certificate ends within so many days.
    backup: only those without a verified recovery point younger than so many hours.
    behind: only those that do not run this release.
    """

    q: str = Field(default="", max_length=200)
    health: Literal["", "green", "red", "unknown"] = ""
    plan: Literal["", "hosted", "dedicated", "self-hosted", "enterprise"] = ""
    host: str = Field(default="", max_length=253)
    certificate: int | None = Field(default=None, ge=0, le=400)
    backup: int | None = Field(default=None, ge=0, le=10_000)
    behind: str = Field(default="", max_length=64)
    sort: Sort = "health"
    reverse: bool = False
    page: int = Field(default=1, ge=1, le=100_000)

    def address(self, **changes: object) -> str:
        """The view with changes, as an address."""
        usual = View().model_dump()
        wanted = {**self.model_dump(), "page": 1, **changes}
        words = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in wanted.items()
            if value != usual[name]
        }
        return f"/?{urlencode(words)}" if words else "/"

    def by(self, sort: str) -> str:
        """The view in another order; the same once more is the other way round."""
        return self.address(sort=sort, reverse=sort == self.sort and not self.reverse)

    def shows(self, row: Row, now: float) -> bool:
        """Whether a client is in the view, apart from its health."""
        brief = row.brief
        return (
            (not self.q or self.q.lower() in f"{brief.slug} {brief.domain} {brief.host}".lower())
            and self.plan in {"", brief.plan}
            and self.host in {"", brief.host}
            and (not self.behind or row.release != self.behind)
            and (self.certificate is None or self._certificate_ends(row, self.certificate))
            and (self.backup is None or self._backup_is_old(row, self.backup, now))
        )

    def _certificate_ends(self, row: Row, within: int) -> bool:
        days = row.certificate_days
        return days is not None and days <= within

    def _backup_is_old(self, row: Row, hours: int, now: float) -> bool:
        return row.point is None or now - row.point > hours * 3600

    def ordered(self, rows: list[Row]) -> list[Row]:
        """In the order of the view; clients of the same place by name."""
        return sorted(rows, key=_KEYS[self.sort], reverse=self.reverse)


_KEYS: dict[str, Callable[[Row], Any]] = {
    "client": lambda row: row.slug,
    "plan": lambda row: (row.brief.plan, row.slug),
    "host": lambda row: (row.brief.host, row.slug),
    "release": lambda row: (version_key(row.release) if row.release else (), row.slug),
    "health": lambda row: (_WORST[row.health], row.slug),
    "backup": lambda row: (_NEVER if row.point is None else row.point, row.slug),
    "certificate": lambda row: (row.stack.certificate if row.stack else 0.0, row.slug),
    "visitors": lambda row: (row.used.visitors, row.slug),
    "trend": lambda row: (_NEVER if row.trend is None else row.trend, row.slug),
}
