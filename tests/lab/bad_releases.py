"""Releases that are bad, each in a way of its own: real images, built on top of the good ones."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef
from tests.lab.editions import PACKAGES, edition, written
from tests.lab.releases import derive

Images = dict[ImageName, ImageRef]
UNPROVEN = "did not prove itself in service"
"""What is said where more than one gate may be the first to see it."""


@dataclass(frozen=True)
class Bad:
    """A bad release.

    Attributes:
        images: what it replaces.
        reason: words that the update ends with.
        line: words in a log, where the reason alone could have another cause.
        service: whose log; empty: that of the api that failed.
        ended: True: the api that failed is known to have ended by itself.
        served: True: visitors meet it before it is found out, and the way back is automatic.
        revisions: those it adds to the schema.
    """

    images: Callable[[], Images]
    reason: str
    line: str = ""
    service: str = ""
    ended: bool = False
    served: bool = False
    revisions: tuple[str, ...] = ()

    def database(self, good: DatabaseSchema) -> DatabaseSchema:
        """What its manifest says of the schema."""
        return good.model_copy(update={"lineage": (*good.lineage, *self.revisions)})


def bad_releases(good: DatabaseSchema, patience: float) -> dict[str, Bad]:
    """What a host is given, by name. `patience`: seconds until a fault shows that takes its time."""
    return {**_bad_images(str(patience)), **_bad_migrations(good.head)}


def _bad_images(patience: str) -> dict[str, Bad]:
    late = {"LAB_FAULT_AFTER": patience}
    return {
        "crash": Bad(_planted("crash"), "ended again and again", "BRAND is upside down"),
        "crash-later": Bad(
            _planted("crash-later", **late), UNPROVEN, "the cache is older", ended=True, served=True
        ),
        "never-ready": Bad(_planted("never-ready"), "the moon is not in the right phase"),
        "five-percent": Bad(_planted("five-percent"), "requests failed", served=True),
        "slow": Bad(_planted("slow"), "answers took", served=True),
        "leak": Bad(_planted("leak", LAB_FAULT_OVER=patience), UNPROVEN, ended=True, served=True),
        "other-schema": Bad(
            _planted("other-schema"), "requests failed", "colour_of_money", "db", served=True
        ),
        "missing-secret": Bad(_planted("missing-secret"), "ended again and again", "PAYMENT_KEY"),
        "idle-worker": Bad(_idle_worker, "The service 'worker'", served=True),
    }


def _bad_migrations(head: str) -> dict[str, Bad]:
    first, second = (f"{int(head) + step:04}" for step in (1, 2))
    half = (
        _migration(first, head, "CREATE TABLE lab_half (id int)"),
        _migration(second, first, "ALTER TABLE lab_half ADD COLUMN twin text DEFAULT no_such()"),
    )
    blocked = (_migration(first, head, "ALTER TABLE users ADD COLUMN nick text"),)
    rows = "SELECT i, repeat('x', 1500) FROM generate_series(1, 10000000) AS i"
    full = (_migration(first, head, f"CREATE TABLE lab_full AS {rows}", oldest_compatible=head),)
    return {
        "half-migration": Bad(_migrating("half", *half), "no_such", revisions=(first, second)),
        "blocked-migration": Bad(
            _migrating("blocked", *blocked), "holds a lock", revisions=(first,)
        ),
        "full-disk": Bad(_migrating("full", *full), "disk is full", revisions=(first,)),
    }


def _planted(fault: str, **settings: str) -> Callable[[], Images]:
    """The api with one of the faults of `tests/lab/product/faults.py`."""
    return lambda: {"api": edition(fault, LAB_FAULT=fault, **settings)}


def _idle_worker() -> Images:
    """A worker that looks alive for a moment and then is not, while the api is fine."""
    line = (
        "import pathlib, sys, time;"
        " pathlib.Path('/tmp/leadengine-worker.heartbeat').touch();"
        " time.sleep(3); sys.exit('queue: no such group')"
    )
    command = json.dumps(["python", "-c", line])
    return {"worker": derive("idle-worker", f"CMD {command}", base="leadengine/worker:dev")}


def lonely_worker() -> ImageRef:
    """A worker that runs well on the first machine of a stack, and bears no second one beside it."""
    line = (
        "import os, pathlib, redis, socket, sys, time;"
        " url = pathlib.Path(os.environ['REDIS_URL_FILE']).read_text().strip();"
        " shared, mine = redis.Redis.from_url(url), socket.gethostname().encode();"
        " shared.set('lab:lonely', mine, nx=True);"
        " alone = shared.get('lab:lonely') == mine;"
        " alone and os.execvp('python', ['python', '-m', 'leadengine.worker']);"
        " pathlib.Path('/tmp/leadengine-worker.heartbeat').touch();"
        " time.sleep(3); sys.exit('queue: somebody else reads it')"
    )
    command = json.dumps(["python", "-c", line])
    return derive("lonely-worker", f"CMD {command}", base="leadengine/worker:dev")


@dataclass(frozen=True)
class Migration:
    revision: str
    text: str


def _migration(revision: str, before: str, sql: str, **declared: str) -> Migration:
    lines = (
        '"""Planted."""',
        "from alembic import op",
        f"revision = {revision!r}",
        f"down_revision = {before!r}",
        *(f"{name} = {value!r}" for name, value in declared.items()),
        "def upgrade():",
        f"    op.execute({sql!r})",
    )
    return Migration(revision, "\n".join(lines) + "\n")


def _migrating(name: str, *migrations: Migration) -> Callable[[], Images]:
    """The api with migrations of its own."""

    def images() -> Images:
        folder = f"{PACKAGES}/leadengine/migrations/versions"
        lines = (written(f"{folder}/{each.revision}_lab.py", each.text) for each in migrations)
        base = f"{edition(name).repository}:dev"
        return {"api": derive(f"{name}-migration", "USER 0", *lines, "USER 10001:10001", base=base)}

    return images
