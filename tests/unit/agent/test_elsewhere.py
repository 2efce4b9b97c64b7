"""A stack whose database and Redis somebody else runs."""

from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr, ValidationError

from leadengine_agent.activation.admission import refuse_other_data
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import SecretName
from leadengine_agent.records import Record
from leadengine_agent.rendering import render
from leadengine_agent.stack import services_of
from leadengine_agent.vault import Vault, as_application
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec
from tests.unit.agent.test_rendering import CASES, GENERATION

OWNER = "postgresql://doadmin:canary@db.test:25060/le?sslmode=require"
REDIS = "rediss://default:canary@redis.test:25061/0"
GIVEN = {
    SecretName.DATABASE_ELSEWHERE: SecretStr(OWNER),
    SecretName.REDIS_ELSEWHERE: SecretStr(REDIS),
    SecretName.SHARED_SECRET: SecretStr("shared"),
}
FIRST = {"client": "cloud", "client_id": "a" * 24, "domain": "le.test"}
VECTORS = "http://vectors.test:8000"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    layout = HostLayout(tmp_path).stack("cloud")
    layout.create()
    return Vault(layout.secrets)


def record(*, elsewhere: bool) -> Record:
    spec = a_spec(kind="hosted", elsewhere=elsewhere)
    return Record(number=1, colour="blue", key="k", release="1.0.0", spec=spec)


def test_it_runs_neither_and_its_migration_finds_the_way_out() -> None:
    rendered = render(TEMPLATES, a_release(), CASES["elsewhere"], GENERATION)
    services = yaml.safe_load(rendered["compose.yaml"])["services"]
    assert not {"db", "redis"} & set(services)
    for name in ("api-blue", "api-green", "worker", "migrate", "seed"):
        assert {"data", "egress"} <= set(services[name]["networks"]), name
    wanted = services_of(record(elsewhere=True))
    assert wanted == ("chromadb", "api-blue", "worker", "nginx")
    assert set(wanted) <= set(services)


def test_the_application_is_given_a_role_of_its_own(vault: Vault) -> None:
    vault.accept(GIVEN)
    vault.ensure(elsewhere=True)
    assert vault.read("migration_database_url") == OWNER
    assert vault.read("redis_url") == REDIS
    assert vault.read("database_url") == as_application(OWNER, vault.read("db_app_password"))
    place = "@db.test:25060/le?sslmode=require"
    assert as_application(OWNER, "secret") == f"postgresql://leadengine_app:secret{place}"


def test_with_an_authority_both_have_to_prove_their_names(vault: Vault) -> None:
    vault.accept({**GIVEN, SecretName.DATA_AUTHORITIES: SecretStr("pem")})
    vault.ensure(elsewhere=True)
    proof = "sslmode=verify-full&sslrootcert=/run/secrets/data_authorities"
    assert vault.read("migration_database_url").endswith(f"@db.test:25060/le?{proof}")
    assert vault.read("database_url").endswith(f"@db.test:25060/le?{proof}")
    wanted = "ssl_cert_reqs=required&ssl_check_hostname=true"
    ending = "&ssl_ca_certs=/run/secrets/data_authorities"
    assert vault.read("redis_url") == f"{REDIS}?{wanted}{ending}"


def test_every_machine_works_out_the_same_secrets(vault: Vault, tmp_path: Path) -> None:
    other = HostLayout(tmp_path).stack("cloud-2")
    other.create()
    there = Vault(other.secrets)
    for one in (vault, there):
        one.accept(GIVEN)
        one.ensure(elsewhere=True)
        one.ensure(elsewhere=True)
    for name in ("session_secret", "db_app_password", "database_url", "redis_url"):
        assert vault.read(name) == there.read(name) != "", name
    assert vault.read("session_secret") != vault.read("db_app_password")


def test_a_machine_beside_another_serves_as_that_one() -> None:
    values = {"client": "cloud-2", "kind": "hosted", "domain": "cloud-2.le.test"}
    spec = a_spec(**values, elsewhere=True, vectors_url=VECTORS, beside=FIRST)
    assert spec.served == spec.certified == ("app.le.test", "cdn.le.test")
    assert a_spec(**values, elsewhere=True, vectors_url=VECTORS).names[0] == "app.cloud-2.le.test"
    rendered = render(TEMPLATES, a_release(), spec, GENERATION)
    services = yaml.safe_load(rendered["compose.yaml"])["services"]
    assert not {"db", "redis", "chromadb"} & set(services)
    for line in ('CLIENT_NAME="cloud"', f'CLIENT_ID="{"a" * 24}"', 'CLIENT_DOMAIN="le.test"'):
        assert line in rendered["stack.env"].splitlines()
    assert f'CHROMA_URL="{VECTORS}"' in rendered["stack.env"]
    # Containers and folders are this machine's own.
    assert "/var/lib/leadengine/stacks/cloud-2/secrets/" in rendered["compose.yaml"]


@pytest.mark.parametrize("given", [{"vectors_url": VECTORS}, {"elsewhere": True, "beside": FIRST}])
def test_what_is_beside_another_has_nothing_of_its_own(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="elsewhere"):
        a_spec(kind="hosted", **given)


def test_without_addresses_nothing_is_made(vault: Vault) -> None:
    with pytest.raises(TaskFailure, match="there is no secret 'shared_secret'"):
        vault.ensure(elsewhere=True)
    vault.ensure(elsewhere=False)
    assert "@db:5432/" in vault.read("database_url")
    assert "@redis:6379/" in vault.read("redis_url")


def test_data_does_not_change_places_by_a_setting() -> None:
    for there in (True, False):
        with pytest.raises(TaskFailure, match="The data of 'acme' is in"):
            refuse_other_data(record(elsewhere=there), record(elsewhere=not there).spec)
        refuse_other_data(record(elsewhere=there), record(elsewhere=there).spec)
    refuse_other_data(None, record(elsewhere=True).spec)


def test_whoever_runs_the_database_keeps_its_recovery_points() -> None:
    target = {"kind": "local", "name": "local", "folder": "/var/backups/leadengine"}
    with pytest.raises(ValidationError, match="takes no recovery points"):
        a_spec(elsewhere=True, backup={"targets": [target]})
