"""The store: what goes in comes out, for two processes at once, and migrations match the tables."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import create_engine

from leadengine_agent.protocol import SecretName
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.fleet import database
from leadengine_ctl.fleet.records import ClientRecord, EventLine, OperationRecord, OperationState
from leadengine_ctl.fleet.schema import build_schema
from leadengine_ctl.fleet.store import Store, now, open_store
from leadengine_ctl.secrets import KeyRing
from tests.unit.ctl.builders import a_spec
from tests.unit.ctl.cli import Cli


def open_in(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'control.sqlite'}", folder, KeyRing(folder / "key"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_in(tmp_path)


def an_operation(number: int, client: str = "acme") -> OperationRecord:
    return OperationRecord(
        id=f"operation-{number}",
        verb="deploy",
        client=client,
        host="one",
        params="{}",
        state=OperationState.RUNNING,
        actor="ann@desk",
        started_at=now(),
    )


def test_a_client_comes_back_as_it_was(store: Store) -> None:
    secrets = {SecretName.LLM_API_KEY: SecretStr("canary")}
    store.clients.save(ClientRecord(spec=a_spec(), host="one", secrets=secrets))
    store.clients.mark_live("acme", "1.0.0")
    found = store.clients.get("acme")
    assert (found.spec, found.host, found.release) == (a_spec(), "one", "1.0.0")
    assert found.secrets == secrets
    assert "canary" not in repr(found)


def test_saving_again_keeps_release_and_time_of_creation(store: Store) -> None:
    store.clients.save(ClientRecord(spec=a_spec(), host="one"))
    store.clients.mark_live("acme", "1.0.0")
    first = store.clients.get("acme")
    store.clients.save(ClientRecord(spec=a_spec(domain="new.acme.test"), host="one"))
    second = store.clients.get("acme")
    assert (second.release, second.created_at) == (first.release, first.created_at)
    assert store.clients.find_domain("leads.acme.test") is None


def test_a_domain_is_taken_once_even_in_a_race(store: Store) -> None:
    store.clients.save(ClientRecord(spec=a_spec(), host="one"))
    twin = a_spec("beta").model_copy(update={"client_id": "1" * 24})
    with pytest.raises(NotAllowedError, match="beta cannot be registered with the domain leads"):
        store.clients.save(ClientRecord(spec=twin, host="one"))


def test_what_is_not_there_is_not_found(store: Store) -> None:
    for read in (store.clients.get, store.hosts.get, store.operations.get):
        with pytest.raises(NotFoundError, match=r"There is no .* 'nothing'"):
            read("nothing")


def test_a_pinned_key_outlives_a_new_address(store: Store) -> None:
    store.hosts.pin("one", "ssh://root@one", "ssh-ed25519 AAAA")
    store.hosts.save("one", "ssh://root@one:2222")
    found = store.hosts.get("one")
    assert (found.url, found.host_key) == ("ssh://root@one:2222", "ssh-ed25519 AAAA")


def test_unfinished_is_the_operation_that_never_ended(store: Store) -> None:
    for number in (1, 2):
        store.operations.start(an_operation(number))
    store.operations.end("operation-1", OperationState.FAILED, "It broke.")
    unfinished = store.operations.unfinished("acme")
    assert unfinished
    assert unfinished.id == "operation-2"
    assert store.operations.unfinished("beta") is None
    assert store.operations.get("operation-1").failure == "It broke."


def test_events_are_numbered_without_a_gap_by_two_writers_at_once(tmp_path: Path) -> None:
    open_in(tmp_path).operations.start(an_operation(1))

    def write(name: str) -> None:
        operations = open_in(tmp_path).operations
        for _ in range(25):
            operations.add_events("operation-1", [EventLine(now(), name, "done")] * 2)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("left", "right")))
    events = open_in(tmp_path).operations.events("operation-1")
    assert [event.number for event in events] == list(range(1, 101))


@pytest.mark.long
def test_two_processes_may_open_an_empty_folder_at_once(lectl: Cli) -> None:
    with ThreadPoolExecutor(3) as pool:
        ran = list(pool.map(lambda _: lectl.process("status"), range(3)))
    assert [each.code for each in ran] == [0, 0, 0], ran


def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    open_in(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / 'control.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        metadata = build_schema(KeyRing(tmp_path / "key")).metadata
        assert compare_metadata(context, metadata) == []


def test_the_head_is_the_newest_migration() -> None:
    config = Config()
    folder = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == database.HEAD


def test_a_store_that_cannot_be_opened_says_where(tmp_path: Path) -> None:
    (tmp_path / "control.sqlite").mkdir()
    with pytest.raises(LeadEngineError, match="cannot be opened") as refused:
        open_in(tmp_path)
    assert refused.value.hint == "Check LECTL_DATABASE_URL and LECTL_DATA_FOLDER."
