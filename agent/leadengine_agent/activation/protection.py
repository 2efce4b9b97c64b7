"""Backups as an activation sees them: what was handed over is kept, and no data changes without a point."""

import time
from collections.abc import Sequence

from leadengine_agent import docker
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.compose import Compose
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import (
    Activate,
    BackupPolicy,
    FailureCode,
    LocalTarget,
    ServiceName,
)
from leadengine_agent.records import Record
from leadengine_agent.stack import read_state

_OWN = "/var/backups/"
"""Where folders for points lie on a host's own disk; nobody mounts a disk there."""


def protect(host: HostLayout, order: Activate) -> None:
    """Make the client's key, keep the targets' credentials, and note when the policy came into force."""
    policy = order.spec.backup
    if not policy.targets:
        return
    home = BackupHome(host, order.spec.client)
    home.prepare(order.spec.client_id)
    home.accept(order.credentials)
    _make_own_folders(home, policy)
    known = home.note("policy")
    wanted = policy.model_dump(mode="json", include={"schedule", "targets"})
    since = known.get("since", 0.0)
    if known.get("schedule") != wanted["schedule"]:
        since = time.time()
    # The targets are remembered for when the stack is gone and its points are not.
    home.write_note("policy", {**wanted, "since": since})


def _make_own_folders(home: BackupHome, policy: BackupPolicy) -> None:
    """Make folders on the host's own disk the first time; elsewhere a missing one is a disk not mounted.

    Once made, one that is missing is missed here, too.
    """
    made = set(home.note("own-folders").get("made", []))
    folders = {each.folder for each in policy.targets if isinstance(each, LocalTarget)}
    wanted = {each for each in folders if each.startswith(_OWN)}
    for folder in sorted(wanted - made):
        # The executor does not see this folder: Docker makes what is missing for --volume.
        docker.docker(
            "run", "--rm", "--network", "none", "--volume", f"{folder}:/own",
            "--entrypoint", "true", docker.own_image(),
        )  # fmt: skip
    if wanted - made:
        home.write_note("own-folders", {"made": sorted(made | wanted)})


def changes_data(
    layout: StackLayout, compose: Compose, own: Sequence[ServiceName], schema: str | None
) -> bool:
    """True when one of its `own` services is replaced, or the schema brought to `schema` (None: not)."""
    migrates = schema not in {None, read_state(layout, "migration").get("head")}
    return migrates or bool(compose.differing(own))


def point_before(host: HostLayout, layout: StackLayout, record: Record, order: Activate) -> Did:
    """A point of what serves now: no backup, no update.

    One good copy is enough: an off-site storage that is away must not keep a repair away, too.

    Raises:
        TaskFailure: there is none, and nobody said that it may go without.
    """
    # What is about to come in force may name the target that works.
    policy = order.spec.backup if order.spec.backup.targets else record.spec.backup
    spec = record.spec.model_copy(update={"backup": policy})
    now = record.model_copy(update={"spec": spec})
    if not now.spec.backup.targets:
        return Did(False, "no backup target is named: no recovery point is taken")
    if order.without_backup:
        return Did(False, "no recovery point is taken, as a person said")
    # Imported here: most activations change no data.
    from leadengine_agent.backup.making import make_point

    client = Client(layout, now, BackupHome(host, layout.client))
    try:
        point = make_point(client, "before-update", lambda *_: None)
    except TaskFailure as error:
        raise _no_backup_no_update(f"{error.failure.what} {error.failure.why}") from error
    if not point.is_good:
        raise _no_backup_no_update(point.copies[0].why)
    bad = [copy.target for copy in point.copies if not copy.good]
    missing = f"; not at {', '.join(bad)}" if bad else ""
    return Did(True, f"point {point.id}{missing}")


def _no_backup_no_update(why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.BACKUP,
        "No recovery point could be made, so nothing was updated.",
        why,
        "What served before still serves. Mend the backup, or say that it may go without one.",
    )
