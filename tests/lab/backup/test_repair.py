"""A way out for a target that damaged or lost what was stored: mended, and what is lost for good is named."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.executor.journal import Journal
from leadengine_agent.executor.steps import Steps
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Point, Repair, RepairResult
from leadengine_agent.tasks import Context, dispatch
from tests.lab.backup.services import Services, run_from_image, services
from tests.lab.backup.trouble import failed
from tests.lab.run import Run

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def client(run: Run, product_images: None) -> Iterator[Services]:
    """A client with rows that stay, and a table that changes."""
    with services(run, f"r{os.getpid()}") as found:
        found.sql(
            "CREATE TABLE event (id bigserial PRIMARY KEY, note text);"
            "INSERT INTO event (note) SELECT md5(random()::text) FROM generate_series(1, 200000);"
            "CREATE TABLE passing (note text)"
        )
        yield found


def repair(client: Services, **words: object) -> RepairResult:
    """Give the order to the agent's own code."""
    run_from_image()
    wanted = Repair.model_validate({"client": client.name, "target": "local", **words})
    host = client.host
    steps = Steps("lab-repair", lambda _: None, Failpoints(host.agent / "failpoint"))
    context = Context(host, steps, Journal(host.agent / "journal"))
    return RepairResult.model_validate(dispatch(wanted, context))


def packs(client: Services) -> set[Path]:
    return {path for path in client.repository.glob("data/*/*") if path.is_file()}


def spoil(path: Path, at: int | None = None) -> None:
    """Change a byte: there, or in the middle."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 255
    path.write_bytes(content)


def rows_of(client: Services, point: Point) -> tuple[Path, int]:
    """A place in the middle of a point's dump: the pack that holds it, and the byte of that.

    Head and tail of a dump differ each time; what is between them is the same as long as the rows are.
    """

    def read(*words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(client.restic("--no-lock", "cat", *words))
        return found

    nodes = read("blob", read("snapshot", point.copies[0].snapshots["database"])["tree"])["nodes"]
    while not nodes[0].get("content"):
        nodes = read("blob", nodes[0]["subtree"])["nodes"]
    parts = nodes[0]["content"]
    assert len(parts) >= 3
    for index in client.restic("--no-lock", "list", "index").split():
        for pack in read("index", index)["packs"]:
            for blob in pack["blobs"]:
                if blob["id"] == parts[len(parts) // 2]:
                    path = client.repository / "data" / pack["id"][:2] / pack["id"]
                    return path, blob["offset"] + blob["length"] // 2
    raise AssertionError("the index names no such part")


def is_green(client: Services) -> None:
    state = client.state()
    assert (state.condition, state.alarms, state.why) == ("good", (), "")
    client.nothing_is_left()


def is_red_for_good(client: Services) -> None:
    """New points do not heal it: that is what a repair is for."""
    assert failed(client).condition in {"failed", "alarm"}
    assert failed(client).condition in {"failed", "alarm"}


def point_of_its_own(client: Services) -> tuple[Point, set[Path]]:
    """A point with data that is gone from the client afterwards, and the packs that only it needs."""
    before = packs(client)
    client.sql("INSERT INTO passing SELECT md5(random()::text) FROM generate_series(1, 9999)")
    point = client.backup()
    client.sql("TRUNCATE passing")
    return point, packs(client) - before


def biggest(found: set[Path]) -> Path:
    return max(found, key=lambda path: path.stat().st_size)


def test_what_the_client_still_has_heals_the_points_that_need_it(client: Services) -> None:
    """A byte among rows that have not changed since."""
    point = client.backup()
    spoil(*rows_of(client, point))
    is_red_for_good(client)
    plan = repair(client, dry_run=True)
    assert point.id in plan.lost
    assert len(plan.damaged) == 1
    assert not plan.changed
    done = repair(client)
    assert (done.lost, done.healed) == ((), plan.lost)
    is_green(client)
    for name in (*done.healed, done.point):
        assert client.drill(client.client.history().points[str(name)]).equal, name


def test_where_all_of_it_is_gone_there_is_one_new_point_and_a_list_of_the_lost(
    client: Services,
) -> None:
    point = client.backup()
    for path in packs(client):
        path.unlink()
    is_red_for_good(client)
    plan = repair(client, dry_run=True)
    assert point.id in plan.lost
    done = repair(client, give_up=plan.lost)
    assert set(done.lost) | set(done.healed) == set(plan.lost)
    assert point.id in done.lost
    is_green(client)
    assert not client.client.history().points[point.id].is_good


def test_what_nobody_has_any_more_is_lost_only_with_consent_and_by_name(client: Services) -> None:
    kept = client.backup()
    point, own = point_of_its_own(client)
    spoil(biggest(own))
    is_red_for_good(client)
    plan = repair(client, dry_run=True)
    assert plan.lost == (point.id,)
    with pytest.raises(TaskFailure) as refused:
        repair(client)
    assert refused.value.failure.code is FailureCode.CONFLICT
    assert point.id in refused.value.failure.why
    listed = client.restic("snapshots", "--no-lock", "--json")
    assert point.id in listed
    done = repair(client, give_up=plan.lost)
    assert done.lost == (point.id,)
    is_green(client)
    assert not client.client.history().points[point.id].is_good
    assert client.drill(client.client.history().points[kept.id]).equal


def test_a_point_that_somebody_deleted_is_given_up_by_name(client: Services) -> None:
    point = client.backup()
    (client.repository / "snapshots" / point.copies[0].snapshots["rest"]).unlink()
    done = repair(client, give_up=repair(client, dry_run=True).lost)
    assert done.lost == (point.id,)
    is_green(client)


def test_where_all_is_well_a_repair_takes_a_point_and_proves_it(client: Services) -> None:
    plan = repair(client, dry_run=True)
    assert (plan.damaged, plan.lost) == ((), ())
    done = repair(client)
    assert (done.lost, done.healed) == ((), ())
    is_green(client)
