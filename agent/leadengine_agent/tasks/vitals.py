"""`vitals`: how the host is, and what happened on it since somebody last asked. Changes nothing."""

import json
import time
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
    """What a client used in the last days; nothing when its api does not answer or does not count yet."""
    compose = compose_of(standing.layout, standing.record)
    name = compose.name_of(api_service(standing.record.colour))
    try:
        days = json.loads(docker("exec", name, "leadengine-admin", "usage", timeout=30))["days"]
    except (DockerError, ValueError, KeyError):
        return []
    client = standing.record.spec.client
    return [DayUsage.model_validate({"client": client, **day}).model_dump() for day in days]
