"""Bringing a client back: beside what serves and then in its place, or on a host where nothing is."""

import os
import shutil
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leadengine_agent import docker
from leadengine_agent.backup import swapping
from leadengine_agent.backup.catalogue import Catalogue, fold_body, seconds_of
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.drill import rehearse
from leadengine_agent.backup.fetching import Fetching
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.lending import Source
from leadengine_agent.backup.making import make_point
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.staging import Staging, exchange
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import remove_tree, write_atomically
from leadengine_agent.layout import APP_GROUP, HostLayout, StackLayout
from leadengine_agent.protocol import (
    Activate,
    BackupPolicy,
    FailureCode,
    Release,
    Restore,
    SecretName,
    StackSpec,
)
from leadengine_agent.records import Record, current_record
from leadengine_agent.rendering import project_name
from leadengine_agent.stack import compose_of, load_release, write_state
from leadengine_agent.vault import Vault


@dataclass
class Restoring:
    """The values that the steps of one restore share."""

    order: Restore
    host: HostLayout
    source: Source
    fetching: Fetching

    def __post_init__(self) -> None:
        identity = self.order.identity
        self.client = identity.client if identity else self.order.client
        self.layout: StackLayout = self.host.stack(self.client)
        self.record: Record | None = current_record(self.layout)
        self.held = 0.0
        self.undo: str | None = None
        self.home = BackupHome(self.host, self.client)

    @property
    def project(self) -> str:
        return project_name(self.client)

    @property
    def is_fresh(self) -> bool:
        """True where there is no stack yet."""
        return self.record is None

    def fetch(self) -> Did:
        """Bring files, vectors and manifest to staging, and compare them."""
        docker.reap_one_offs(one_off_label(self.source.home.client))
        self.manifest = self.fetching.rest()
        self._refuse_newer_schema()
        return Did(False, f"point {self.manifest.point}, taken {self.manifest.at}")

    @cached_property
    def release(self) -> Release:
        """Of the stack that runs, else of the point."""
        version = self.record.release if self.record else self.manifest.release
        return load_release(self.host, version)[0]

    def _refuse_newer_schema(self) -> None:
        revision = self.manifest.database.revision
        if not revision or revision in self.release.database.lineage:
            return
        raise TaskFailure(
            FailureCode.CONFLICT,
            f"The point {self.manifest.point} does not fit release {self.release.version}.",
            f"Its schema {revision} comes from release {self.manifest.release}, which is newer.",
            "Nothing was changed. Update the stack to that release, then restore.",
        )

    def rehearse(self) -> Did:
        """A dry run: everything but the swap."""
        try:
            self.manifest = rehearse(self.client, self.fetching, self.release_of_rehearsal())
        finally:
            self.source.home.clear()
        return Did(False, "equal to its manifest; nothing was replaced")

    def release_of_rehearsal(self) -> Release:
        version = self.record.release if self.record else self.fetching_release()
        return load_release(self.host, version)[0]

    def fetching_release(self) -> str:
        found = next(each for each in self.source.points if each.id == self.fetching.point)
        return found.release

    @cached_property
    def staged(self) -> Staging:
        return Staging(self.client, self.project, self.release, self.fetching, self.order.only)

    def stage(self) -> Did:
        """Restore beside what serves, and compare."""
        vault = Vault(self.layout.secrets)
        if self.staged.wants("database"):
            self.staged.database(self.manifest, vault, self._as_another())
        if self.staged.wants("files"):
            self.staged.files(self.manifest)
        if self.staged.wants("vectors") and not self.is_fresh:
            self.staged.vectors(self.manifest)
        return Did(True, f"{self.manifest.rows} rows compared, equal")

    def keep_what_is_replaced(self) -> Did:
        """A point of what serves now; from here on accepted events wait in the queue."""
        assert self.record is not None  # noqa: S101 - only asked for where something serves
        if not self.record.spec.backup.targets or self.order.without_undo:
            return Did(False, "what is replaced is not kept")
        client = Client(self.layout, self.record, self.home)
        compose = compose_of(self.layout, self.record)
        swapping.stop_for_now(self.home, compose, "worker")
        try:
            point = make_point(client, "before-restore", lambda *_: None)
            if not point.is_good:
                raise _no_undo(point.copies[0].why)
        except TaskFailure:
            swapping.start_again(self.home, compose)
            raise
        self.undo = point.id
        return Did(True, f"the way back is point {point.id}")

    def swap(self) -> Did:
        """Let it take the place of what serves."""
        assert self.record is not None  # noqa: S101 - only asked for where something serves
        self._lend_staging()
        volumes = self._volumes()
        vectors = bool(self.manifest.rest.collections)
        plan = swapping.Plan.of(self.order.only, self.manifest.point, volumes, vectors)
        compose = compose_of(self.layout, self.record)
        self.held = swapping.carry_through(self.layout, self.home, compose, plan)
        return Did(True, f"visitors waited for {self.held:.1f} s")

    def _lend_staging(self) -> None:
        """What a kill must not lose lies in the stack's own folder, also when the key came with a kit."""
        borrowed = self.source.home.staging
        if borrowed != self.home.staging:
            self.home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.home.clear()
            borrowed.rename(self.home.staging)

    def _volumes(self) -> tuple[str, ...]:
        staged = self.staged
        database = (staged.database_volume,) if staged.wants("database") else ()
        files = staged.volumes(self.manifest).values() if staged.wants("files") else ()
        return (*database, *files)

    # --- where nothing is ---------------------------------------------------------------------

    @cached_property
    def activate(self) -> Activate:
        """The order that makes the stack what the point was."""
        return Activate(spec=self._spec, release=self.manifest.release, without_backup=True)

    @property
    def _spec(self) -> StackSpec:
        spec, identity, kit = self.manifest.spec, self.order.identity, self.source.kit
        if identity:
            changed = {
                "client": identity.client,
                "client_id": identity.client_id,
                "domain": identity.domain,
                "email": identity.email or spec.email,
                "backup": BackupPolicy(),
            }
            return StackSpec.model_validate({**spec.model_dump(), **changed})
        if kit:
            policy = spec.backup.model_copy(update={"targets": kit.targets})
            return spec.model_copy(update={"backup": policy})
        return spec

    def adopt(self) -> Did:
        """Put the point's secrets and certificates where the stack will look for them."""
        self.layout.create()
        staging = self.fetching.staging / "stack"
        for path in sorted((staging / "secrets").iterdir()):
            if self.order.identity is None or path.name in set(SecretName):
                content = path.read_bytes()
                write_atomically(self.layout.secrets / path.name, content, 0o640, group=APP_GROUP)
        if self.order.identity is None:
            for name in ("certificates", "acme/config"):
                _copy_tree(staging / name, self.layout.root / name)
            write_state(self.layout, "seed", {"created": True, "mail": "unchanged"})
            self._adopt_key()
        vault = Vault(self.layout.secrets)
        vault.ensure(elsewhere=False)
        return Did(True, "secrets and certificates are those of the point")

    def _adopt_key(self) -> None:
        """Go on backing up into the same repositories, knowing what is there already."""
        kit = self.source.kit
        if kit is None:
            return
        known = self.home.password() == kit.password.get_secret_value()
        self.home.adopt(kit.client_id, kit.password)
        self.home.accept(kit.credentials)
        if not known:
            catalogue = Catalogue(self.home.catalogue, self.home.password())
            for point in self.source.points:
                catalogue.add("point", fold_body(point))

    def put_in_place(self) -> Did:
        """Move the compared data into the empty volumes."""
        for volume in self._volumes():
            exchange(self.client, volume, "swap")
            exchange(self.client, volume, "clean")
        return Did(True, "the data is in its volumes")

    def after_start(self) -> Did:
        """Vectors and queue, now that their services run."""
        self.record = current_record(self.layout)
        assert self.record is not None  # noqa: S101 - it has just been activated
        compose = compose_of(self.layout, self.record)
        self._lend_staging()
        if self.staged.wants("vectors") and self.manifest.rest.collections:
            lent = Fetching(**{**self.fetching.__dict__, "home": self.home})
            Staging(self.client, self.project, self.release, lent, None).vectors(self.manifest)
            lent.unpack("vectors", "chromadb", "/target", "swap", network=f"{self.project}_data")
        if self.order.only is None:
            swapping.replay(self.layout, self.home, compose, whole=True)
        self.home.clear()
        return Did(True, f"{self.manifest.rest.queue} waiting entries handed to the worker")

    def _as_another(self) -> str:
        """What makes the copy of a client another client, in its database."""
        identity = self.order.identity
        if identity is None:
            return ""
        old, new = self.manifest.client_id, identity.client_id
        # Both are 24 hexadecimal digits, and a client's name is letters, digits and hyphens.
        return (
            f"UPDATE tenants SET client_id = '{new}', name = '{identity.client}'"  # noqa: S608
            f" WHERE client_id = '{old}';\n"
        )

    def discard(self) -> None:
        """Leave nothing of what was staged."""
        self.source.home.clear()
        if self.staged.wants("database") and not self.is_fresh:
            exchange(self.client, self.staged.database_volume, "discard")
        if self.manifest.rest.collections and not self.is_fresh and self.staged.wants("vectors"):
            self.fetching.home.staging.mkdir(mode=0o700, exist_ok=True)
            self.fetching.unpack(
                "vectors", "chromadb", "/target", "discard", network=f"{self.project}_data"
            )
            self.source.home.clear()

    def loss(self) -> int:
        """Seconds between the point's moment and now."""
        return max(0, round(time.time() - seconds_of(self.manifest.at)))


def _copy_tree(source: Path, target: Path) -> None:
    """With owners: a certificate's key is readable for the group of nginx alone."""
    if not source.is_dir():
        return
    # Nothing serves yet: what is there is what a killed run left.
    remove_tree(target)
    shutil.copytree(source, target, symlinks=True)
    for path in (source, *source.rglob("*")):
        status = path.lstat()
        copied = target / path.relative_to(source)
        os.chown(copied, status.st_uid, status.st_gid, follow_symlinks=False)


def _no_undo(why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.BACKUP,
        "What serves now could not be kept, so nothing was replaced.",
        why,
        "Mend the backup target, or say that what is replaced need not be kept.",
    )
