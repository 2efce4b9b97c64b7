"""Load beside a test: started before what is tested, told to end after it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.engine import LabError
from tests.lab.load.ledger import Ledger
from tests.lab.load.records import read_records
from tests.lab.load.schedule import MIXES
from tests.lab.load.summary import Summary
from tests.lab.load.traffic import SLOW_PATIENCE
from tests.lab.stack import Stack
from tests.lab.waiting import until


@dataclass(frozen=True)
class Load:
    """One run of the generator.

    Attributes:
        began: when its first request was due (seconds since 1970).
    """

    stack: Stack
    folder: Path
    rate: float
    began: float

    def has_run(self, seconds: float) -> None:
        """Wait until it has run for so long."""
        time.sleep(max(0.0, self.began + seconds - time.time()))

    def summary(self) -> Summary:
        """After the end: what it came to, and whether it was valid."""
        return Summary(tuple(read_records(self.folder / "records.jsonl")), self.rate)

    def cost(self) -> float:
        """Seconds of CPU the generator took by itself."""
        return float((self.folder / "cost").read_text())

    def ledger(self) -> Ledger:
        return Ledger.read(self.folder / "ledger")

    def assert_settled(self) -> None:
        """Every event acknowledged until now is in the database once, as soon as the worker wrote it.

        Raises:
            LabError: it never was.
        """
        ledger = self.ledger()

        def compare() -> None:
            balance = ledger.balance(self.stack.query("SELECT message_id FROM events").split())
            assert balance.even, f"{len(balance.lost)} lost, {len(balance.doubled)} doubled"

        until(compare, "the balance of the ledger", 60)


@contextmanager
def load_on(
    stack: Stack, folder: Path, rate: float, mix: str = "whole", streams: int = 0
) -> Iterator[Load]:
    """Load on a stack for as long as the block lasts; every request has ended behind it."""
    assert mix in MIXES
    client_id = stack.query("SELECT client_id FROM tenants ORDER BY created_at LIMIT 1")
    folder.mkdir(parents=True, exist_ok=True)
    words = (
        *(sys.executable, "-m", "tests.lab.load"),
        *("--address", stack.vps.address, "--name", stack.domain, "--client", client_id),
        *("--folder", str(folder), "--rate", str(rate), "--mix", mix, "--streams", str(streams)),
    )
    with subprocess.Popen(words) as process:
        try:
            _await_first(folder)
            yield Load(stack, folder, rate, time.time())
        finally:
            process.terminate()
            code = process.wait(SLOW_PATIENCE + 30)
    if code:
        message = f"the load generator ended with {code}"
        raise LabError(message)


def _await_first(folder: Path) -> None:
    def noted() -> None:
        assert (folder / "ledger").stat().st_size

    until(noted, "the first event of the load")
