"""Points in S3, behind SFTP and on a REST server; what a host cannot destroy; and when it is gone itself."""

import json
from collections.abc import Iterator

import pyrage
import pytest
from pydantic import SecretStr

from leadengine_agent.protocol import (
    BackupState,
    Decommission,
    FailureCode,
    HostKey,
    HostKeyResult,
    MakeKit,
    Points,
    PointsResult,
    Prune,
    PruneResult,
    RecoveryKit,
    RecoveryKitResult,
    Restore,
    RestoreResult,
    Retention,
)
from tests.lab.backup.protected import LOCAL, Protected, order
from tests.lab.backup.storages import S3, Rest, Sftp, rest, s3, sftp
from tests.lab.backup.taken import RANSOM
from tests.lab.conftest import MakeVps
from tests.lab.operator import Operator
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

OPERATOR = pyrage.x25519.Identity.generate()
RECIPIENT = str(OPERATOR.to_public())


@pytest.fixture(scope="module")
def bucket(run: Run) -> Iterator[S3]:
    with s3(run) as service:
        yield service


@pytest.fixture(scope="module")
def account(bare_vps: Vps) -> Sftp:
    return sftp(bare_vps)


@pytest.fixture(scope="module")
def server(run: Run) -> Rest:
    return rest(run)


@pytest.fixture(scope="module")
def everywhere(protected: Protected, bucket: S3, account: Sftp, server: Rest) -> Protected:
    """Points go to a folder, to S3, over SFTP and to a REST server."""
    protected.protect(
        LOCAL,
        bucket.target,
        account.target,
        server.target,
        credentials={"s3": bucket.credentials, "sftp": account.credentials},
        recipients=(RECIPIENT,),
    )
    protected.stack.query("CREATE TABLE IF NOT EXISTS lab_word (word text)")
    protected.stack.query("INSERT INTO lab_word VALUES ('kept')")
    return protected


def state(protected: Protected) -> BackupState:
    found = protected.state().stacks[0].backup
    assert found is not None
    return found


def test_a_point_is_good_at_every_kind_of_storage(everywhere: Protected) -> None:
    point = everywhere.backup()
    assert {copy.target: copy.good for copy in point.copies} == {
        "local": True,
        "s3": True,
        "sftp": True,
        "rest": True,
    }
    assert state(everywhere).condition == "good"
    for target in ("s3", "sftp", "rest"):
        result = everywhere.restore(point=point.id, target=target, dry_run=True)
        assert not result.changed
        assert result.target == target


def test_credentials_are_in_no_file_but_their_own_and_in_no_record(everywhere: Protected) -> None:
    words = ("grep", "-rl", "lab-secret", "/var/lib/leadengine")
    found = everywhere.vps.run(*words, check=False).stdout.split()
    assert found == [f"/var/lib/leadengine/backups/{everywhere.client}/credentials/s3.json"]


@pytest.mark.parametrize("lie", ["drop", "cut"])
def test_a_storage_that_acknowledges_and_does_not_keep_is_found_out(
    everywhere: Protected, bucket: S3, lie: str
) -> None:
    everywhere.protect(bucket.below(lie))
    everywhere.backup()
    everywhere.stack.query(
        "INSERT INTO lab_word SELECT md5(random()::text) FROM generate_series(1, 999)"
    )
    bucket.lies.how, bucket.lies.told = lie, 0
    try:
        failure = everywhere.try_backup().outcome.failure
    finally:
        bucket.lies.how = ""
    assert bucket.lies.told
    assert failure is not None
    assert state(everywhere).condition in {"failed", "alarm"}


def test_a_key_that_is_not_accepted_any_more_fails_and_heals(
    everywhere: Protected, account: Sftp
) -> None:
    everywhere.protect(LOCAL, account.target)
    account.lock_out()
    try:
        failure = everywhere.try_backup().outcome.failure
    finally:
        account.let_in()
    assert failure is not None
    assert failure.code is FailureCode.STORAGE
    found = {target.name: target for target in state(everywhere).targets}
    assert found["local"].good
    assert not found["sftp"].good
    assert everywhere.backup().is_good
    healed = state(everywhere)
    assert healed.condition == "good", healed.alarms


def test_storage_that_is_gone_fails_and_heals(everywhere: Protected, server: Rest) -> None:
    everywhere.protect(LOCAL, server.target)
    server.box.pause()
    try:
        failure = everywhere.try_backup().outcome.failure
    finally:
        server.box.unpause()
    assert failure is not None
    assert state(everywhere).condition == "partial"
    assert everywhere.backup().is_good


def test_a_taken_host_can_destroy_no_point_at_an_append_only_storage(
    everywhere: Protected, server: Rest
) -> None:
    """Whoever holds the host deletes, overwrites and forges; the operator prunes afterwards."""
    everywhere.protect(server.target, recipients=(RECIPIENT,))
    genuine = [everywhere.backup() for _ in range(2)]
    before = server.objects()
    job = json.dumps({"host": server.box.address, "objects": sorted(before)})
    answers = json.loads(everywhere.agent_elsewhere(RANSOM, job))
    assert answers["refused"] == 2 * len(before)
    # 100 snapshots: two parts each.
    everywhere.forge(50, server.target)
    after = server.objects()
    assert {path: after.get(path) for path in before} == before
    result = order(everywhere.vps, prune(everywhere, server)).of(PruneResult)
    assert result.removed == ()
    assert "nothing was removed" in result.alarms[0]
    for point in genuine:
        assert everywhere.restore(point=point.id, dry_run=True).point == point.id


def prune(protected: Protected, server: Rest) -> Prune:
    """As an operator does it, through the door that lets remove."""
    kit = opened_kit(protected)
    return Prune(
        kit=kit.model_copy(update={"targets": (server.full,)}),
        target="rest",
        keep=Retention(hourly=0, daily=1, weekly=0, monthly=0, within_days=1),
    )


def opened_kit(protected: Protected) -> RecoveryKit:
    """The kit, opened with the offline key."""
    answer = order(protected.vps, MakeKit(client=protected.client)).of(RecoveryKitResult)
    assert answer.recipients == (RECIPIENT,)
    return RecoveryKit.model_validate_json(pyrage.decrypt(answer.sealed.encode(), [OPERATOR]))


def test_panel_and_host_are_gone(
    everywhere: Protected,
    bucket: S3,
    lab_operator: Operator,
    make_stocked_vps: MakeVps,
) -> None:
    """A fresh host, a sealed kit, the offline key and the storage: nothing else is left."""
    everywhere.protect(
        bucket.below("kit"), credentials={"s3": bucket.credentials}, recipients=(RECIPIENT,)
    )
    point = everywhere.backup()
    rows = everywhere.stack.query("SELECT count(*), min(word) FROM lab_word")
    secrets = everywhere.stack.secret_digests()
    kit = opened_kit(everywhere)
    fresh = make_stocked_vps()
    try:
        _install_release(lab_operator, fresh)
        listed = order(fresh, Points(client=everywhere.client, kit=kit)).of(PointsResult)
        assert point.id in [each.id for each in listed.points]
        wrong = kit.model_copy(update={"password": SecretStr("guessed")})
        refused = order(fresh, Points(client=everywhere.client, kit=wrong)).outcome.failure
        assert refused is not None
        result = order(fresh, Restore(client=everywhere.client, kit=kit)).of(RestoreResult)
        assert result.point == point.id
        assert result.stack is not None
        assert result.stack.healthy
        again = Protected(Stack(fresh, everywhere.client, everywhere.stack.domain))
        assert again.stack.query("SELECT count(*), min(word) FROM lab_word") == rows
        assert again.stack.secret_digests() == secrets
        assert again.stack.get("/readyz").status_code == 200
        assert again.backup().is_good
        recipient = order(fresh, HostKey()).of(HostKeyResult).recipient
        assert recipient.startswith("age1")
    finally:
        fresh.remove()


def _install_release(operator: Operator, vps: Vps) -> None:
    """Have agent and release on the host by deploying somebody, who leaves again."""
    ended = operator.deploy(vps, "passing", "leads.passing.internal")
    assert ended.code == 0, ended.text
    assert order(vps, Decommission(client="passing")).outcome.failure is None
