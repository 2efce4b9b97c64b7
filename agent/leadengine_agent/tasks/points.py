"""`points`: what recovery points a client has. Changes nothing but the catalogue's own alarms."""

from typing import Any

from leadengine_agent.backup.catalogue import Catalogue
from leadengine_agent.backup.history import fold
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.keeping import look
from leadengine_agent.backup.lending import source_of
from leadengine_agent.failures import not_found
from leadengine_agent.protocol import Points, PointsResult
from leadengine_agent.tasks.backup import client_with_targets
from leadengine_agent.tasks.context import Context


def run(order: Points, context: Context) -> dict[str, Any]:
    """Answer a `PointsResult`, newest first."""
    if order.kit or order.sealed:
        with source_of(context.layout, order) as source:
            return PointsResult(points=tuple(reversed(source.points))).model_dump()
    if order.check:
        client = client_with_targets(context.layout, order.client)
        for target in client.policy.targets:
            look(client, target)
    home = BackupHome(context.layout, order.client)
    if not home.password():
        if context.layout.stack(order.client).current.exists():
            return PointsResult().model_dump()
        raise not_found(order.client)
    catalogue = Catalogue(home.catalogue, home.password())
    history = fold(catalogue.entries())
    if trouble := catalogue.trouble():
        history.alarm(trouble)
    points = tuple(reversed(history.points.values()))
    return PointsResult(points=points, alarms=tuple(history.alarms)).model_dump()
