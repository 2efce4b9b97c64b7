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
    " UPDATE lab_account SET amount = amount + 1 WHERE id = 1 + (random() * 99)::int;"
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
            while not ended.wait(0.05):
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

    def bring_back(self, point: Point) -> Stack:
        """Make a serving stack of it from the kit; the agent compares every row before it serves."""
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
    server = rest(run)
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


def prove(away: Away, number: int, seed: int) -> None:
    """Take so many points at random moments; bring each back where nothing is, and look."""
    tally, chance = Tally("B1-elsewhere", number), random.Random(seed)  # noqa: S311
    for _ in range(number):
        with away.writes():
            time.sleep(chance.uniform(0, 1))
            before = away.entries()
            point = away.home.backup()
            after = away.entries()
        # Otherwise nothing was written meanwhile, and the trial shows nothing.
        assert after > before
        away.is_nowhere()
        back = away.bring_back(point)
        assert back.query("SELECT sum(amount) FROM lab_account") == str(_SUM)
        assert before <= int(back.query("SELECT count(*) FROM lab_entry")) <= after
        assert back.get("/readyz").status_code == 200
        away.forget()
        tally.add(rows=point.rows, written=after - before)


def test_fifty_points_come_back_on_an_empty_host_as_they_were(away: Away) -> None:
    prove(away, 50, seed=1)
