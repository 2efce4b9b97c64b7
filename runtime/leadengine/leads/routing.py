"""To whom a lead goes: pure decisions over rules, working hours and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from leadengine.tenants.choices import Choices, Routing


def _zone(name: str) -> str:
    if name not in available_timezones():
        message = "a time zone is a name such as Europe/London"
        raise ValueError(message)
    return name


class Hours(Choices):
    """When somebody works; days are numbered from Monday, 0. Without days it is always."""

    zone: Annotated[str, AfterValidator(_zone)] = "Europe/London"
    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    begin: time = time(9)
    end: time = time(17, 30)

    def include(self, moment: datetime) -> bool:
        """Whether a moment is within them."""
        if not self.days:
            return True
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.weekday() in self.days and self.begin <= local.time() < self.end


@dataclass(frozen=True)
class Member:
    """Somebody who may be given leads."""

    id: UUID
    hours: Hours
    last_given_at: datetime | None
    leads: int


def choose(
    routing: Routing, facts: dict[str, str], members: Sequence[Member], now: datetime
) -> UUID | None:
    """Who gets a lead of these facts; None when there is nobody at all.

    A rule counts at any hour. In turn, those who work now come first; when nobody does, everybody.
    """
    by_id = {str(member.id): member.id for member in members}
    for rule in routing.rules:
        if rule.owner in by_id and rule.matches(facts):
            return by_id[rule.owner]
    working = [member for member in members if member.hours.include(now)]
    pool = (working if routing.within_hours else None) or list(members)
    if not pool:
        return None
    if routing.otherwise == "least-busy":
        return min(pool, key=lambda member: (member.leads, str(member.id))).id
    # Whoever waited longest; those who never got one first.
    return min(pool, key=_turn).id


def _turn(member: Member) -> tuple[float, str]:
    given = member.last_given_at.timestamp() if member.last_given_at else 0.0
    return given, str(member.id)
