"""lectl cloud and lectl tenant: a stack that clients share, and the clients in it."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli, Ran


@pytest.fixture
def cloud(lectl: Cli) -> Cli:
    ran = lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert ran.code == 0, ran.err
    assert "URL: https://app.le.test" in ran.out
    return lectl


def create(lectl: Cli, name: str = "acme", *more: str) -> Ran:
    return lectl("tenant", "create", name, f"www.{name}.test", f"ann@{name}.test", *more)


def test_a_client_is_made_and_its_password_shown_once(cloud: Cli) -> None:
    ran = create(cloud)
    assert ran.code == 0, ran.err
    assert "Dashboard: https://app.le.test/acme" in ran.out
    assert "https://cdn.le.test/" in ran.out
    assert "Admin: ann@acme.test / " in ran.out
    again = create(cloud)
    assert again.code == 0
    assert "nothing changed" in again.out
    assert "ann@acme.test /" not in again.out


def test_json_has_no_password_and_leaves_it_to_be_shown(cloud: Cli) -> None:
    made = create(cloud, "acme", "--json").json[-1]
    assert (made["slug"], made["created"]) == ("acme", True)
    assert "password" not in json.dumps(made)
    assert "Admin: ann@acme.test / " in create(cloud).out


def test_clients_are_listed_suspended_and_shown(cloud: Cli) -> None:
    create(cloud)
    create(cloud, "bolt")
    assert cloud("tenant", "suspend", "bolt").code == 0
    states = {each["slug"]: each["suspended"] for each in
              cloud("tenant", "list", "--json").json[0]["tenants"]}  # fmt: skip
    assert states == {"acme": False, "bolt": True}
    assert "bolt is suspended" in cloud("tenant", "show", "bolt").out
    assert cloud("tenant", "resume", "bolt").code == 0
    assert "bolt is live" in cloud("tenant", "show", "bolt").out


def test_deleting_asks_for_the_name_and_says_that_nothing_is_left(cloud: Cli) -> None:
    create(cloud)
    ran = cloud("tenant", "delete", "acme", "--confirm", "bolt")
    assert ran.code == 12
    assert "Delete the client acme of the hosted stack cloud" in ran.err
    ran = cloud("tenant", "delete", "acme", "--confirm", "acme")
    assert ran.code == 0
    assert "acme is gone" in ran.err
    assert cloud("tenant", "show", "acme").code == 10
    assert cloud("tenant", "list", "--json").json[0]["tenants"] == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("show", "nobody"), 10, "There is no client 'nobody' on this host"),
        (("create", "Acme!", "acme.test"), 2, "a client name has 2 to 30 lower-case letters"),
        (("create", "acme", "no domain"), 2, "a domain is a host name"),
        (("create", "acme", "acme.test", "--plan", "dedicated"), 2, "is not made in a stack for"),
        (("list", "--cloud", "other"), 10, "There is no client called 'other'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    cloud: Cli, words: tuple[str, ...], code: int, sentence: str
) -> None:
    ran = cloud("tenant", *words)
    assert ran.code == code, ran.err
    assert sentence in ran.err


def test_a_taken_name_is_refused(cloud: Cli) -> None:
    create(cloud)
    ran = cloud("tenant", "create", "acme", "www.other.test", "ann@other.test")
    assert ran.code == 12
    assert "'acme' is another client already" in ran.err


def test_without_a_hosted_stack_it_says_how_to_make_one(lectl: Cli) -> None:
    lectl("deploy", "acme", "acme.test", "a@acme.test", "--host", "memory://one")
    ran = lectl("tenant", "list")
    assert ran.code == 10
    assert "lectl cloud create DOMAIN" in ran.err
    assert lectl("tenant", "list", "--cloud", "acme").code == 2


def test_a_stack_stays_of_its_kind(cloud: Cli) -> None:
    assert cloud("deploy", "cloud", "le.test").code == 0
    assert cloud("tenant", "list").code == 0
    cloud("deploy", "acme", "acme.test", "a@acme.test", "--host", "memory://two")
    ran = cloud("cloud", "create", "acme.test", "--host", "memory://two", "--name", "acme")
    assert ran.code == 12
    assert "is a dedicated stack already" in ran.err


def test_both_names_are_in_what_would_be_written(cloud: Cli) -> None:
    ran = cloud("cloud", "create", "le.test", "--dry-run")
    assert "server_name app.le.test cdn.le.test;" in ran.out
    assert 'KIND="hosted"' in ran.out


def test_a_client_is_exported_to_a_file_of_its_owner_alone(cloud: Cli, tmp_path: Path) -> None:
    create(cloud)
    file = tmp_path / "acme.gz"
    ran = cloud("tenant", "export", "acme", str(file), "--json")
    assert ran.code == 0, ran.err
    told = ran.json[-1]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []
    again = cloud("tenant", "export", "acme", str(file))
    assert again.code == 2
    assert "is there already" in again.err
    missing = cloud("tenant", "export", "nobody", str(tmp_path / "nobody.gz"))
    assert missing.code == 10
    assert not (tmp_path / "nobody.gz").exists()


def test_a_stack_whose_data_is_elsewhere_takes_no_points_of_it(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_CLOUD_DATABASE_URL", "postgresql://doadmin:canary-1@db.test/le")
    monkeypatch.setenv("LECTL_CLOUD_REDIS_URL", "rediss://default:canary-2@redis.test:25061/0")
    planned = lectl("cloud", "create", "le.test", "--host", "memory://one", "--dry-run", "--json")
    assert "redis-server" not in planned.out
    ran = lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert ran.code == 0, ran.err
    shown = lectl("config", "show", "cloud", "--json").json[0]["config"]
    assert shown["backup.targets"]["value"] == "none"
    refused = lectl("config", "set", "backup.targets=local", "cloud", "--yes")
    assert refused.code != 0
    assert "takes no recovery points" in refused.err
    # A client's own stack has its own database, whatever is set for the shared one.
    assert lectl("deploy", "acme", "leads.acme.test", "--host", "memory://two").code == 0
    assert lectl("config", "show", "acme", "--json").json[0]["config"]["backup.targets"]["value"]
    for each in (planned, ran, refused):
        assert "canary" not in each.out + each.err
    # Set no more, it is as it was.
    monkeypatch.delenv("LECTL_CLOUD_DATABASE_URL")
    monkeypatch.delenv("LECTL_CLOUD_REDIS_URL")
    again = lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one", "--json")
    assert again.code == 0, again.err


def test_another_machine_serves_the_same_stack(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {
        "LECTL_CLOUD_DATABASE_URL": "postgresql://doadmin:canary-1@db.test/le",
        "LECTL_CLOUD_REDIS_URL": "rediss://default:canary-2@redis.test:25061/0",
        "LECTL_CLOUD_VECTORS_URL": "http://vectors.test:8000",
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    words = ("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one", "--json")
    first = lectl(*words).json[-1]
    for name in elsewhere:
        monkeypatch.delenv(name)
    planned = lectl("cloud", "join", "cloud-2", "--host", "memory://two", "--dry-run", "--json")
    files = planned.json[0]["files"]
    assert f'CLIENT_ID="{first["client_id"]}"' in files["stack.env"]
    assert 'CLIENT_DOMAIN="le.test"' in files["stack.env"]
    assert 'CHROMA_URL="http://vectors.test:8000"' in files["stack.env"]
    assert "server_name app.le.test cdn.le.test;" in files["nginx.conf"]
    assert {"database_elsewhere", "redis_elsewhere", "shared_secret"} <= set(
        planned.json[0]["secrets"]
    )
    joined = lectl("cloud", "join", "cloud-2", "--host", "memory://two")
    assert joined.code == 0, joined.err
    assert "serves app.le.test and cdn.le.test beside cloud" in joined.out
    assert "canary" not in planned.out + joined.out + joined.err
    again = lectl("cloud", "join", "cloud-2", "--host", "memory://two", "--json")
    assert again.json[-1]["changed"] is False
    taken = lectl("cloud", "join", "cloud", "--host", "memory://three")
    assert (taken.code, "is another stack already" in taken.err) == (12, True)
    # Clients are made in the stack, not on one of its machines.
    assert create(lectl).code == 0
    assert lectl("destroy", "cloud-2", "--confirm", "cloud-2").code == 0
    assert lectl("tenant", "show", "acme").code == 0


def test_no_machine_joins_a_stack_that_has_its_data_itself(cloud: Cli) -> None:
    refused = cloud("cloud", "join", "cloud-2", "--host", "memory://two")
    assert refused.code == 12
    assert "No other machine can serve beside 'cloud'" in refused.err
    assert cloud("cloud", "join", "cloud-2", "--beside", "nobody", "--host", "local").code == 10
