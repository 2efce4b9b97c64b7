"""Database and Redis with TLS, as providers offer them: taken if they prove their names, else refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import SecretName
from leadengine_agent.vault import Vault
from tests.lab.authority import Authority
from tests.lab.engine import Done, docker
from tests.lab.run import Run
from tests.lab.runtime import proven
from tests.lab.runtime.stack import RuntimeStack, settings_of
from tests.lab.waiting import until

MOUNTED = "/run/secrets/data_authorities"
UNREACHED = 3


@pytest.fixture(scope="module")
def data(run: Run, authority: Authority, product_images: None) -> Iterator[RuntimeStack]:
    """Both, with TLS; what our containers are told is what a host's vault writes for them."""
    db = proven.start_proven_database(run, authority, "proven-db", last=240)
    redis = proven.start_proven_redis(run, authority, "proven-redis", last=241)
    stack = RuntimeStack(run, db, redis, settings_of(db, redis) | {"KIND": "hosted"})
    yield stack
    db.remove()
    redis.remove()


def told(stack: RuntimeStack, folder: Path, **hosts: str) -> RuntimeStack:
    """The stack whose data is at these addresses, by the vault of a host."""
    layout = HostLayout(folder).stack("cloud")
    layout.create()
    vault = Vault(layout.secrets)
    vault.accept({
        SecretName.DATABASE_ELSEWHERE: SecretStr(proven.database_url(stack.db, hosts.get("db", ""))),
        SecretName.REDIS_ELSEWHERE: SecretStr(proven.redis_url(stack.redis, hosts.get("redis", ""))),
        SecretName.SHARED_SECRET: SecretStr("canary-shared"),
        SecretName.DATA_AUTHORITIES: SecretStr("as mounted"),
    })  # fmt: skip
    vault.ensure(elsewhere=True)
    names = ("database_url", "migration_database_url", "redis_url")
    urls = {name.upper(): vault.read(name) for name in names}
    password = {"APP_DATABASE_PASSWORD": vault.read("db_app_password")}
    return replace(stack, settings=stack.settings | urls | password)


def migrate(stack: RuntimeStack, authority: Authority, *more: str) -> Done:
    """As a host does, trusting this authority alone."""
    mount = f"--volume={authority.root_file}:{MOUNTED}:ro"
    options = ("--rm", "--network", stack.run.name, mount, *more, *stack.environment)
    words = ("leadengine-admin", "migrate")
    return docker("run", *options, "leadengine/api:dev", *words, check=False)


def test_both_prove_their_names_and_everything_goes_by_tls(
    data: RuntimeStack, authority: Authority, tmp_path: Path
) -> None:
    stack = told(data, tmp_path)
    authority.root_file.chmod(0o644)
    done = migrate(stack, authority)
    assert done.returncode == 0, done.stderr
    mount = f"--volume={authority.root_file}:{MOUNTED}:ro"
    api = stack.run.start("proven-api", "leadengine/api:dev", options=(mount, *stack.environment))
    until(lambda: _ready(api.run("leadengine-healthcheck", check=False)), "the api", 60)
    until(lambda: _connected(stack), "the api's connections", 30)
    api.remove()


def test_what_does_not_prove_its_name_is_refused_before_anything_is_changed(
    data: RuntimeStack, authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "stranger"
    folder.mkdir()
    stranger = Authority.create(folder)
    stranger.root_file.chmod(0o644)
    signed_by_another = migrate(told(data, tmp_path / "1"), stranger)
    _refused(signed_by_another, "the database at", "certificate verify failed")
    # The right machines by a name that is not in their certificates.
    wrong_db = f"--add-host=db.other.test:{data.db.address}"
    _refused(
        migrate(told(data, tmp_path / "2", db="db.other.test"), authority, wrong_db),
        "the database at db.other.test:5432", "does not match host name",
    )  # fmt: skip
    wrong_redis = f"--add-host=redis.other.test:{data.redis.address}"
    _refused(
        migrate(told(data, tmp_path / "3", redis="redis.other.test"), authority, wrong_redis),
        "the Redis at redis.other.test:6379", "certificate is not valid for 'redis.other.test'",
    )  # fmt: skip


def _refused(done: Done, *words: str) -> None:
    assert done.returncode == UNREACHED, done.stderr
    (line,) = done.stderr.strip().splitlines()
    for each in words:
        assert each in line, line
    assert "canary" not in line


def _ready(done: Done) -> None:
    assert done.returncode == 0, done.stderr


def _connected(stack: RuntimeStack) -> None:
    sql = (
        "SELECT count(*) FILTER (WHERE s.ssl), count(*) FROM pg_stat_ssl s"
        " JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'leadengine_app'"
    )
    safe, every = stack.sql(sql).split("|")
    assert safe == every != "0"
