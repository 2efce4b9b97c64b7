"""What a deploy runs once, it may run again, and be killed in."""

# ruff: noqa: S608 - statements of the tests themselves

import json
import time

import pytest

from tests.lab.engine import docker
from tests.lab.mail import MailSink
from tests.lab.runtime.stack import ADMIN, HARDENED, RuntimeStack

KILLS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


def schema(stack: RuntimeStack, database: str) -> str:
    """The schema as PostgreSQL writes it down; the dump's own random marks are left out."""
    dump = stack.db.run("pg_dump", "-U", "le", "--schema-only", database).stdout
    return "\n".join(line for line in dump.splitlines() if not line.startswith("\\"))


def test_second_run_changes_nothing(stack: RuntimeStack) -> None:
    users = stack.sql("SELECT * FROM users")
    before = schema(stack, "leadengine")
    assert stack.admin("migrate").returncode == 0
    assert stack.seed()["created"] is False
    assert schema(stack, "leadengine") == before
    assert stack.sql("SELECT * FROM users") == users


def test_the_schema_is_known_without_a_database(stack: RuntimeStack) -> None:
    options = ("--rm", "--network", "none", *HARDENED)
    done = docker("run", *options, "leadengine/api:dev", "leadengine-admin", "schema")
    lineage = json.loads(done.stdout)["lineage"]
    assert lineage[-1] == stack.sql("SELECT version_num FROM alembic_version")


def migration_of(stack: RuntimeStack, database: str) -> str:
    """Make an empty database; return the owner's address of it."""
    stack.sql(f"CREATE DATABASE {database}")
    return stack.settings["MIGRATION_DATABASE_URL"].replace("/leadengine", f"/{database}")


def killed(stack: RuntimeStack, command: str, seconds: float, **changes: str) -> bool:
    """Start a command and kill it; False when it had ended before."""
    name = f"{stack.run.name}-killed"
    options = ("--detach", "--name", name, "--network", stack.run.name, *HARDENED)
    env = (*stack.environment, *(f"--env={name}={value}" for name, value in changes.items()))
    docker("run", *options, *env, "leadengine/api:dev", "leadengine-admin", command)
    time.sleep(seconds)
    hit = docker("kill", name, check=False).returncode == 0
    docker("rm", "--force", name)
    return hit


def test_killed_migration_converges(stack: RuntimeStack) -> None:
    """N = 10 kills, each on a database of its own, spread over the time a migration takes."""
    control = migration_of(stack, "control")
    assert stack.admin("migrate", MIGRATION_DATABASE_URL=control).returncode == 0
    hits = 0
    for number, seconds in enumerate(KILLS):
        database = f"killed_{number}"
        url = migration_of(stack, database)
        hits += killed(stack, "migrate", seconds, MIGRATION_DATABASE_URL=url)
        again = stack.admin("migrate", MIGRATION_DATABASE_URL=url)
        assert again.returncode == 0, again.stderr
        assert schema(stack, database) == schema(stack, "control")
    assert hits >= 5, "most migrations had ended before they were killed"


def test_killed_seed_converges(stack: RuntimeStack, mail: MailSink) -> None:
    """N = 10 kills on one empty database; then one administrator, with a link that was mailed."""
    using = {"SMTP_HOST": mail.address, "SMTP_PORT": str(mail.port), "SMTP_SECURITY": "none"}
    using["SMTP_FROM"] = "hello@acme.test"
    url = migration_of(stack, "seeded")
    assert stack.admin("migrate", MIGRATION_DATABASE_URL=url).returncode == 0
    using["DATABASE_URL"] = stack.settings["DATABASE_URL"].removesuffix("leadengine") + "seeded"
    hits = sum(killed(stack, "seed", seconds, **using) for seconds in KILLS)
    assert hits >= 5, "most runs had ended before they were killed"
    stack.seed(**using)
    assert stack.seed(**using)["mail"] == "unchanged"
    assert stack.sql("SELECT count(*) FROM tenants", "seeded") == "1"
    assert stack.sql("SELECT email FROM users", "seeded") == ADMIN
    assert stack.sql("SELECT mailed_at IS NOT NULL FROM password_links", "seeded") == "t"
    assert mail.messages


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MIGRATION_DATABASE_URL": "postgresql://le:canary@192.0.2.1:1/x?connect_timeout=1"}, ""),
        ({"MIGRATION_DATABASE_URL": ""}, "MIGRATION_DATABASE_URL (or "),
        ({"APP_DATABASE_PASSWORD_FILE": "/nowhere"}, "/nowhere, which cannot be read"),
    ],
)
def test_failed_migration_says_why(
    stack: RuntimeStack, changes: dict[str, str], reason: str
) -> None:
    done = stack.admin("migrate", **changes)
    assert done.returncode == 1
    assert done.stderr.startswith("leadengine-admin migrate failed: ")
    assert reason in done.stderr
    assert "canary" not in done.stderr
    assert "Traceback" not in done.stderr


def test_invitation_is_mailed_once(stack: RuntimeStack, mail: MailSink) -> None:
    using = {"SMTP_HOST": mail.address, "SMTP_PORT": str(mail.port), "SMTP_SECURITY": "none"}
    using |= {"SMTP_FROM": "hello@acme.test", "ADMIN_EMAIL": "second@acme.test"}
    first = stack.seed(**using)
    assert (first["created"], first["mail"]) == (True, "sent")
    assert "/set-password#" in mail.wait_for("second@acme.test").get_content()
    again = stack.seed(**using)
    assert (again["created"], again["mail"]) == (False, "unchanged")
    assert len(mail.messages) == 1


def test_dead_mail_server_fails_nothing_and_the_next_run_sends(
    stack: RuntimeStack, mail: MailSink
) -> None:
    using = {"SMTP_HOST": mail.address, "SMTP_PORT": str(mail.port), "SMTP_SECURITY": "none"}
    using |= {"SMTP_FROM": "hello@acme.test", "ADMIN_EMAIL": "third@acme.test"}
    mail.stop()
    first = stack.seed(**using)
    assert (first["created"], first["mail"]) == (True, "failed")
    assert f"{mail.address}:{mail.port} did not take the message" in json.dumps(first)
    mail.start()
    assert stack.seed(**using)["mail"] == "sent"


def test_seed_without_mail_says_so(stack: RuntimeStack) -> None:
    answer = stack.seed(ADMIN_EMAIL="fourth@acme.test")
    assert answer["mail"] == "not-configured"
    assert stack.sql("SELECT count(*) FROM tenants") == "1"
    assert stack.sql(f"SELECT count(*) FROM users WHERE email = '{ADMIN}'") == "1"
