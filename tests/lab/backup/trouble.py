"""What goes wrong with the backups of a client's data services, and what their state says then."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pydantic import SecretStr

from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import BackupState, TargetCredentials
from tests.lab.backup.services import Services
from tests.lab.engine import docker

USER, SECRET = "host", "of-the-host"
GOOD = {"rest": TargetCredentials(user=USER, secret=SecretStr(SECRET))}
EXPIRED = {"rest": TargetCredentials(user=USER, secret=SecretStr("of-last-year"))}

PG_DUMP = "/usr/lib/postgresql/17/bin/pg_dump"
OUT = 'while [ "$1" != --file ]; do shift; done; OUT="$2"'


@contextmanager
def instead_of_pg_dump(acme: Services, script: str) -> Iterator[None]:
    """Put another program in its place, as a bad image would."""
    inside = ("exec", "--interactive", "--user", "root", acme.database)
    docker(*inside, "mv", PG_DUMP, f"{PG_DUMP}.real")
    docker(*inside, "install", "-m", "755", "/dev/stdin", PG_DUMP, stdin=f"#!/bin/bash\n{script}\n")
    try:
        yield
    finally:
        docker(*inside, "mv", f"{PG_DUMP}.real", PG_DUMP)


def failed(acme: Services) -> BackupState:
    """Attempt a point that cannot become good at every target; what the state says then."""
    before = acme.state().last_good
    # Where not even the data can be read, there is no point at all.
    with suppress(TaskFailure):
        assert not all(copy.good for copy in acme.attempt().copies)
    after = acme.state()
    assert after.last_good == before
    assert after.why
    return after
