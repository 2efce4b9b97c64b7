"""`vitals`: how the host is, and what happened on it since somebody last asked. Changes nothing."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leadengine_agent.docker import DockerError, docker, failure_of
from leadengine_agent.engine import deaths
from leadengine_agent.executor.journal import Notice
from leadengine_agent.protocol import Vitals
from leadengine_agent.reports import DayUsage
from leadengine_agent.stack import api_service, compose_of
from leadengine_agent.tasks.context import Context
from leadengine_agent.vitals import Standing, heartbeat, standings

_MOST = 5_000
_DEATHS = "deaths"
_ORDERLY = frozenset({"0", "143"})
"""Exit codes of a process that did what it was told: end."""


def run(order: Vitals, context: Context) -> dict[str, Any]:
    """Answer a heartbeat, the notices of the journal after those the asker has, and usage."""
    try:
        found = heartbeat(context.layout)
        _notice_deaths(context)
        usage = _usage(context) if order.usage else []
    except DockerError as error:
        raise failure_of(error, "The host could not be looked at.") from error
    name, notices = context.journal.notices(order.journal, order.after, _MOST)
    return {
        "heartbeat": found.model_dump(),
        "events": notices,
        "usage": usage,
        "journal": name,
        "last": notices[-1]["id"] if notices else order.after if order.journal == name else 0,
    }


def _notice_deaths(context: Context) -> None:
    """Tell of processes that ended badly since the last look: the engine has started them again."""
    now = time.time()
    before = float(context.journal.mark(_DEATHS, repr(now)) or now - 60)
    for standing in standings(context.layout):
        client = standing.layout.client
        for death in deaths(before, now, f"leadengine.client={client}"):
            said = death["Actor"]["Attributes"]
            service, code = said.get("com.docker.compose.service", ""), said.get("exitCode", "")
            if service in standing.wanted and code not in _ORDERLY:
                sentence = f"The service '{service}' ended with code {code}."
                context.journal.notice(Notice("health", "died", "failed", sentence, client))


def _usage(context: Context) -> list[dict[str, Any]]:
    return [day for standing in standings(context.layout) for day in _of_stack(standing)]


def _of_stack(standing: Standing) -> list[dict[str, Any]]:
    """What a client used yesterday and today; nothing when its api does not answer."""
    compose = compose_of(standing.layout, standing.record)
    name = compose.name_of(api_service(standing.record.colour))
    today = datetime.now(UTC).date()
    try:
        days = [_of_day(name, standing, day) for day in (today - timedelta(days=1), today)]
    except (DockerError, ValueError, KeyError):
        return []
    return [day.model_dump() for day in days]


def _of_day(api: str, standing: Standing, day: date) -> DayUsage:
    span = ("--since", day.isoformat(), "--until", (day + timedelta(days=1)).isoformat())
    used = json.loads(docker("exec", api, "leadengine-admin", "usage", *span, timeout=30))
    return DayUsage(
        client=standing.record.spec.client,
        day=day.isoformat(),
        api_calls=used["api_calls"],
        visitors=used["visitors"],
        leads=used["leads"],
        llm_micros=used["llm_micros"],
    )
