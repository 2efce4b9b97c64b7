"""Promise B1: points of a client that is written to, each brought back on a host where nothing of it is."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyrage
import pytest

from leadengine_agent.protocol import (
    Decommission,
    MakeKit,
    Point,
    RecoveryKit,
    RecoveryKitResult,
    Restore,
    RestoreResult,
)
from tests.lab.backup.protected import HOME, Protected, order
from tests.lab.backup.storages import rest
from tests.lab.backup.tally import Tally
from tests.lab.conftest import MakeVps
from tests.lab.operator import Operator
from tests.lab.run import Run
from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

OPERATOR = pyrage.x25519.Identity.generate()
_SUM = 100_000
_TRANSFERS = (
    "DO $$ BEGIN FOR i IN 1..100 LOOP"
    " UPDATE lab_account SET amount = amount - 1 WHERE id = 1 + i % 100;"
    " UPDATE lab_account SET amount = amount + 1 WHERE id = 1 + (i * 7) % 100;"
    " INSERT INTO lab_entry DEFAULT VALUES; COMMIT; END LOOP; END $$"
)
"""Each takes from one row and gives to another in one transaction: the sum never changes."""


@dataclass
class Away:
    """A client that is written to, its kit, and a host where nothing of it is."""

    home: Protected
    kit: RecoveryKit
    empty: Vps

    @contextmanager
    def writes(self) -> Iterator[None]:
        ended = threading.Event()

        def transfer() -> None:
            while not ended.wait(0.2):
                self.home.stack.query(_TRANSFERS)

        writing = threading.Thread(target=transfer)
        writing.start()
        try:
            yield
        finally:
            ended.set()
            writing.join()

    def entries(self) -> int:
        return int(self.home.stack.query("SELECT count(*) FROM lab_entry"))

    def is_nowhere(self) -> None:
        """No container, volume, network or file of the client is on the empty host."""
        name = f"leadengine-{self.home.client}"
        for words in (("ps", "--all"), ("volume", "ls"), ("network", "ls")):
            found = self.empty.run("docker", *words, "--filter", f"name={name}", "--quiet").stdout
            assert found == "", words
        for folder in (STACKS, HOME):
            self.empty.run("mkdir", "-p", folder)
            assert self.home.client not in self.empty.run("ls", "-A", folder).stdout.split()

    def rehearse(self, point: Point) -> None:
        """Restore it into scratch containers of the empty host, from kit and storage; all is compared."""
        wanted = Restore(client=self.home.client, point=point.id, kit=self.kit, dry_run=True)
        assert order(self.empty, wanted).of(RestoreResult).point == point.id

    def bring_back(self, point: Point) -> Stack:
        """Make a serving stack of it; the agent compares all of it before it serves."""
        wanted = Restore(client=self.home.client, point=point.id, kit=self.kit)
        result = order(self.empty, wanted).of(RestoreResult)
        assert result.point == point.id
        assert result.stack is not None
        assert result.stack.healthy
        return Stack(self.empty, self.home.client, self.home.stack.domain)

    def forget(self) -> None:
        gone = order(self.empty, Decommission(client=self.home.client))
        assert gone.outcome.failure is None
        self.empty.run("rm", "-rf", f"{HOME}/{self.home.client}")


@pytest.fixture(scope="module")
def away(
    run: Run, protected: Protected, lab_operator: Operator, make_stocked_vps: MakeVps
) -> Iterator[Away]:
    server = rest(run, "rest-elsewhere")
    protected.protect(server.target, recipients=(str(OPERATOR.to_public()),))
    protected.stack.query(
        "CREATE TABLE lab_account (id int PRIMARY KEY, amount bigint NOT NULL);"
        "CREATE TABLE lab_entry (id bigserial PRIMARY KEY, note text DEFAULT md5(random()::text));"
        "INSERT INTO lab_account SELECT n, 1000 FROM generate_series(1, 100) n"
    )
    sealed = order(protected.vps, MakeKit(client=protected.client)).of(RecoveryKitResult).sealed
    kit = RecoveryKit.model_validate_json(pyrage.decrypt(sealed.encode(), [OPERATOR]))
    empty = make_stocked_vps()
    # So that agent and release are there: of somebody who leaves again.
    ended = lab_operator.deploy(empty, "passing", "leads.passing.internal")
    assert ended.code == 0, ended.text
    assert order(empty, Decommission(client="passing")).outcome.failure is None
    yield Away(protected, kit, empty)
    empty.remove()


def take(away: Away, chance: random.Random) -> tuple[Point, range]:
    """A point of a random moment of writing, and how many rows there may be in it."""
    with away.writes():
        time.sleep(chance.uniform(0, 1))
        before = away.entries()
        point = away.home.backup()
        after = away.entries()
    # Otherwise nothing was written meanwhile, and the trial shows nothing.
    assert after > before
    return point, range(before, after + 1)


def test_fifty_points_are_restored_on_an_empty_host_and_equal_their_manifests(away: Away) -> None:
    tally, chance = Tally("B1-elsewhere", 50), random.Random(1)  # noqa: S311
    for _ in range(50):
        point, rows = take(away, chance)
        away.is_nowhere()
        away.rehearse(point)
        away.is_nowhere()
        tally.add(rows=point.rows, written=len(rows) - 1)


def test_points_come_to_life_on_an_empty_host(away: Away) -> None:
    tally, chance = Tally("B1-alive", 5), random.Random(2)  # noqa: S311
    for _ in range(5):
        point, rows = take(away, chance)
        away.is_nowhere()
        back = away.bring_back(point)
        assert back.query("SELECT sum(amount) FROM lab_account") == str(_SUM)
        assert int(back.query("SELECT count(*) FROM lab_entry")) in rows
        assert back.get("/readyz").status_code == 200
        away.forget()
        tally.add(rows=point.rows, written=len(rows) - 1)
