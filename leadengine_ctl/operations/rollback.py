"""Rollback: bring back release and configuration of an earlier generation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from leadengine_agent.protocol import ActivateResult, FailureCode, Rollback, Seconds
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, TaskFailedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.points import newest_of_reason, read_points
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.configuring import own_settings
from leadengine_ctl.planning.freshness import age


class RollbackRequest(Frozen):
    """What was asked for. `to`: the number of a generation; None: the one before the current one."""

    client: Slug
    host: str
    to: int | None = Field(default=None, ge=1)
    bake: Seconds = 0


@dataclass(frozen=True)
class RollbackVerb(ClientVerb[RollbackRequest]):
    """The verb."""

    name: str = "rollback"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        return (Work("rollback", steps.rollback),)


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: RollbackRequest

    def rollback(self) -> Did:
        request = self.request
        order = Rollback(client=request.client, to=request.to, bake=request.bake)
        result = ActivateResult.model_validate(self._ordered(order))
        self._record(result)
        return Did(
            changed=result.changed,
            detail=f"generation {result.generation} runs {result.stack.release}",
            data=result.model_dump(mode="json"),
        )

    def _ordered(self, order: Rollback) -> dict[str, Any]:
        try:
            return self.run.order(HostAddress.parse(self.request.host), "rollback", order)
        except TaskFailedError as error:
            if error.code != FailureCode.CONFLICT:
                raise
            # The old code cannot run on the schema of today: nothing is broken, it is not allowed.
            raise NotAllowedError(error.what, error.why, self._way_back(error)) from error

    def _way_back(self, error: TaskFailedError) -> str:
        """Offer the point of before the update, where there is one."""
        client = self.request.client
        try:
            found = read_points(self.run.world, client).points
        except LeadEngineError:
            return error.hint
        point = newest_of_reason(found, "before-update")
        if point is None:
            return f"{error.hint} There is none: see 'lectl backups {client}'."
        old = age(datetime.now(UTC) - datetime.fromisoformat(point.at))
        return (
            f"Nothing was changed. The recovery point of before that update, {point.id}, is {old} old. "
            f"Its data comes back here, under the release that runs now, with 'lectl restore {client} "
            f"{point.id}'; with its release {point.release}, too, on a host of its own: add --as NAME "
            "--to HOST."
        )

    def _record(self, result: ActivateResult) -> None:
        clients = self.run.world.store.clients
        client = clients.get(self.request.client)
        if result.spec is not None:
            clients.keep_spec(result.spec, own_settings(client, {}, result.spec))
        clients.mark_live(client.slug, result.stack.release)
