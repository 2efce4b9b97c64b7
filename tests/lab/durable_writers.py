"""What promises to keep things, in a process that can be killed: `python -m … NAME FOLDER`.

Each line on standard output is promised: it is printed when the call that keeps it has returned.
"""

import datetime
import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from leadengine_agent.certificates import CertificateStore, fault, self_signed, serial_of
from leadengine_agent.executor.journal import Journal
from leadengine_agent.protocol import Activate, Outcome, Task
from leadengine_agent.reporter.spool import Spool
from leadengine_ctl.fleet.audit import Audit
from leadengine_ctl.fleet.database import open_database
from leadengine_ctl.fleet.panel_records import AuditLine
from leadengine_ctl.fleet.schema import build_schema
from leadengine_ctl.fleet.store import now
from leadengine_ctl.secrets import KeyRing
from tests.unit.agent.builders import a_spec
from tests.unit.reporting.agents import an_event

DOMAIN = "leads.acme.test"


class Reports:
    """The spool of an agent: events that the panel has not taken yet."""

    @staticmethod
    def write(folder: Path) -> Iterator[str]:
        spool = Spool(folder / "spool")
        for number in itertools.count(spool.waiting):
            spool.take([an_event(number)])
            yield f"event {number}"

    @staticmethod
    def check(folder: Path, promised: Sequence[str]) -> None:
        spool = Spool(folder / "spool")
        kept = {detail for (detail,) in spool._database.execute("SELECT detail FROM events")}
        spool.close()
        assert not set(promised) - kept


class Orders:
    """The journal of an executor: what was done is not done again."""

    @staticmethod
    def write(folder: Path) -> Iterator[str]:
        journal = Journal(folder / "journal.sqlite")
        for number in itertools.count():
            outcome = journal.accept(_task(f"order-{number:06d}"), "acme")
            if outcome is None:
                journal.finish(Outcome(task=f"order-{number:06d}", result={"generation": 1}))
                yield f"order-{number:06d}"

    @staticmethod
    def check(folder: Path, promised: Sequence[str]) -> None:
        journal = Journal(folder / "journal.sqlite")
        for name in promised:
            assert journal.accept(_task(name), "acme") is not None, f"{name} would be done again"


class Certificates:
    """The certificates of a stack: a key and a chain that belong together, at every moment."""

    @staticmethod
    def write(folder: Path) -> Iterator[str]:
        kept = CertificateStore(folder)
        while True:
            pair = self_signed(DOMAIN, datetime.datetime.now(datetime.UTC))
            kept.install(pair)
            yield serial_of(pair.leaf)

    @staticmethod
    def check(folder: Path, promised: Sequence[str]) -> None:
        pair = CertificateStore(folder).current()
        assert pair is not None or not promised
        assert pair is None or fault(pair, DOMAIN) == ""


class Trail:
    """The control plane's store, seen by its audit trail: entries stay, and the chain is whole."""

    @staticmethod
    def write(folder: Path) -> Iterator[str]:
        with _audit(folder) as audit:
            for number in itertools.count(audit.verify().entries + 1):
                audit.append(AuditLine(actor="ann", origin="cli", action="a", subject=str(number)))
                yield str(number)

    @staticmethod
    def check(folder: Path, promised: Sequence[str]) -> None:
        with _audit(folder) as audit:
            verdict = audit.verify()
        assert verdict.broken == ""
        assert verdict.entries >= max(map(int, promised), default=0)


class Keys:
    """The ring of keys that seal secrets: each that sealed something stays, however often it is rotated."""

    @staticmethod
    def write(folder: Path) -> Iterator[str]:
        ring = KeyRing(folder / "key")
        for number in itertools.count():
            yield ring.seal(SecretStr(f"canary {number}"))
            ring.rotate()

    @staticmethod
    def check(folder: Path, promised: Sequence[str]) -> None:
        ring = KeyRing(folder / "key")
        for token in promised:
            assert ring.unseal(token).get_secret_value().startswith("canary")


KINDS = {each.__name__: each for each in (Reports, Orders, Certificates, Trail, Keys)}


def _task(name: str) -> Task:
    return Task(id=name, order=Activate(spec=a_spec(), release="1.0.0"))


@contextmanager
def _audit(folder: Path) -> Iterator[Audit]:
    engine = open_database(f"sqlite:///{folder / 'control.sqlite'}", folder)
    panel = build_schema(KeyRing(folder / "key")).panel
    yield Audit(engine, panel.audit, panel.audit_head, now)
    engine.dispose()


if __name__ == "__main__":
    for line in KINDS[sys.argv[1]].write(Path(sys.argv[2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
