"""`heal`: start again what has died, bind again what has lost its network, and say so."""

import time
from functools import partial
from typing import Any

from leadengine_agent import docker
from leadengine_agent.compose import wait_until_ready
from leadengine_agent.executor.journal import Notice
from leadengine_agent.executor.steps import Did
from leadengine_agent.healing import Ill, ills, remember
from leadengine_agent.protocol import Heal
from leadengine_agent.stack import compose_of
from leadengine_agent.tasks.context import Context
from leadengine_agent.vitals import Standing, standings

_DEADLINE = 120.0


def run(_order: Heal, context: Context) -> dict[str, Any]:
    """Mend every stack; each service is a step of its own."""
    for standing in standings(context.layout):
        for ill in ills(standing, time.time()):
            step = f"heal {standing.layout.client} {ill.service}"
            context.steps.run(step, partial(_mend, context, standing, ill))
    return {"changed": context.steps.changed}


def _mend(context: Context, standing: Standing, ill: Ill) -> Did:
    remember(standing.layout, ill.service, time.time())
    compose = compose_of(standing.layout, standing.record)
    if ill.how == "stopped":
        docker.docker("start", ill.container)
    else:
        # Compose knows the networks and the names on them; only this one service is made anew.
        compose("up", "--detach", "--no-deps", "--no-build", "--force-recreate", ill.service)
    wait_until_ready(compose, ill.service, _DEADLINE)
    sentence = f"The service '{ill.service}' was {ill.how} and serves again."
    what = "network-repaired" if ill.how == "cut off" else "restarted"
    context.journal.notice(Notice("health", what, "done", sentence, standing.layout.client))
    return Did(True, sentence)
