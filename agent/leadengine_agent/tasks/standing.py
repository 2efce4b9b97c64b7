"""How a client stands: its stack's own command is told, inside the container that serves."""

import json
from typing import Any

from leadengine_agent.docker import DockerError, docker
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.protocol import ChangedResult, FailureCode, SetStanding
from leadengine_agent.records import current_record
from leadengine_agent.stack import api_service, compose_of
from leadengine_agent.tasks.context import Context

_SECONDS = 120
_FAILED = "leadengine-admin standing failed: "
_UNKNOWN = "there is no client called"


def run(order: SetStanding, context: Context) -> dict[str, Any]:
    """Tell it, and answer whether that changed anything."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    container = compose_of(layout, record).name_of(api_service(record.colour))
    found: list[ChangedResult] = []

    def step() -> Did:
        found.append(_tell(container, order))
        whom = order.tenant or order.client
        return Did(found[0].changed, f"{whom} is {order.standing}; its data is kept")

    context.steps.run("stand", step)
    return found[0].model_dump()


def _tell(container: str, order: SetStanding) -> ChangedResult:
    asked = json.dumps({"slug": order.tenant or "", "standing": order.standing})
    words = ("exec", "-i", container, "leadengine-admin", "standing")
    try:
        return ChangedResult.model_validate_json(docker(*words, stdin=asked, timeout=_SECONDS))
    except DockerError as error:
        raise _refusal(str(error)) from error


def _refusal(said: str) -> TaskFailure:
    why, _, hint = said.removeprefix(_FAILED).partition("; ")
    if why.startswith("usage:"):
        why, hint = "its release knows nothing of standings", "update the stack, then ask again"
    return TaskFailure(
        FailureCode.NOT_FOUND if _UNKNOWN in said else FailureCode.REFUSED,
        "The stack refused it.",
        f"{why[:1].upper()}{why[1:].rstrip('.')}.",
        f"{hint[:1].upper()}{hint[1:].rstrip('.')}." if hint else "Mend that and ask again.",
    )
