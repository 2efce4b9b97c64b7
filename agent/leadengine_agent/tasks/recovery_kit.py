"""`recovery-kit`: what is needed when panel and host are gone, sealed to those who may have it."""

import socket
import time
from typing import Any

from leadengine_agent.backup.catalogue import iso
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.keys import seal
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.protocol import (
    FailureCode,
    MakeKit,
    RecoveryKit,
    RecoveryKitResult,
    TargetCredentials,
)
from leadengine_agent.records import current_record
from leadengine_agent.tasks.context import Context


def run(order: MakeKit, context: Context) -> dict[str, Any]:
    """Answer a `RecoveryKitResult`."""
    record = current_record(context.layout.stack(order.client))
    if record is None:
        raise not_found(order.client)
    policy = record.spec.backup
    recipients = (order.to,) if order.to else policy.recipients
    if not recipients or not policy.targets:
        raise _nobody(order.client, "recovery key" if policy.targets else "backup target")
    home = BackupHome(context.layout, order.client)
    home.prepare(record.spec.client_id)
    found = {target.name: home.credentials(target.name) for target in policy.targets}
    credentials: dict[str, TargetCredentials] = {
        name: each for name, each in found.items() if each is not None
    }
    kit = RecoveryKit(
        client=order.client,
        client_id=record.spec.client_id,
        password=home.password(),
        targets=policy.targets,
        credentials=credentials,
        host=socket.gethostname(),
        made_at=iso(time.time()),
    )
    sealed = seal(kit, recipients)
    return RecoveryKitResult(client=order.client, sealed=sealed, recipients=recipients).model_dump()


def _nobody(client: str, missing: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.INVALID,
        f"There is no recovery kit of '{client}' to seal.",
        f"Its configuration names no {missing}.",
        "Name one with `lectl config`; nothing was changed.",
    )
