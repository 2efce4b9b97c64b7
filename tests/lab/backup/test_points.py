"""A point is what the database was at one moment, whatever is written meanwhile; and comes back so."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from tests.lab.backup.protected import LOCAL, Protected
from tests.lab.backup.taken import HOSTILE, MARK
from tests.lab.waiting import until

pytestmark = pytest.mark.soak


@contextmanager
def writes(protected: Protected) -> Iterator[None]:
    """Transfers between rows of a table, whose sum never changes, and visitors' events."""
    ended = threading.Event()
    threads = [
        threading.Thread(target=_transfer, args=(protected, ended)),
        threading.Thread(target=_visit, args=(protected, ended, [])),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _transfer(protected: Protected, ended: threading.Event) -> None:
    """Take from one row and give to another in one transaction; each time a row more in a second table."""
    while not ended.is_set():
        protected.stack.query(
            "DO $$ BEGIN FOR i IN 1..200 LOOP"
            " UPDATE lab_account SET amount = amount - 1 WHERE id = 1 + i % 100;"
            " UPDATE lab_account SET amount = amount + 1 WHERE id = (SELECT id FROM lab_account"
            " WHERE amount = (SELECT min(amount) FROM lab_account) LIMIT 1);"
            " INSERT INTO lab_entry DEFAULT VALUES; COMMIT; END LOOP; END $$"
        )


def _visit(protected: Protected, ended: threading.Event, sent: list[tuple[str, datetime]]) -> None:
    """Send events as a website does; `sent` gets each that was promised to be kept, and when."""
    client_id = protected.spec.client_id
    with protected.stack.visitor() as visitor:
        while not ended.is_set():
            identity = str(uuid.uuid4())
            try:
                answer = visitor.post(
                    f"https://{protected.vps.address}/v1/events",
                    content=_event(client_id, identity),
                )
            except httpx.HTTPError:
                continue
            if answer.status_code == 202:
                moment = answer.headers["Date"]
                sent.append((identity, datetime.strptime(moment, "%a, %d %b %Y %H:%M:%S %Z")))  # noqa: DTZ007
            ended.wait(0.05)


def _event(client_id: str, identity: str) -> str:
    now = datetime.now(UTC).isoformat()
    page = {"type": "page", "timestamp": now, "url": "https://site.test/", "title": "Site"}
    events = [{**page, "messageId": identity}]
    return json.dumps({"client": client_id, "sentAt": now, "events": events})


@pytest.fixture(scope="module")
def accounts(protected: Protected) -> None:
    protected.stack.query(
        "CREATE TABLE IF NOT EXISTS lab_account (id int PRIMARY KEY, amount bigint NOT NULL);"
        "CREATE TABLE IF NOT EXISTS lab_entry (id bigserial PRIMARY KEY, at timestamptz DEFAULT"
        " clock_timestamp(), note text DEFAULT md5(random()::text));"
        "INSERT INTO lab_account SELECT n, 1000 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING"
    )


def take_and_prove(protected: Protected, number: int) -> None:
    """Points that are taken while the database is written to; each is restored and compared."""
    with writes(protected):
        points = [protected.backup() for _ in range(number)]
    # Something was written between them: they are not the same point again.
    assert len({point.rows for point in points}) == number
    for point in points:
        drill = protected.verify(point.id).drills[0]
        assert drill.equal
        assert drill.rows == point.rows


def test_points_taken_while_rows_are_written_come_back_equal(
    protected: Protected, accounts: None
) -> None:
    take_and_prove(protected, 3)


def test_restored_in_place_nothing_that_was_promised_is_lost_or_doubled(
    protected: Protected, accounts: None
) -> None:
    """Events go on while the point is taken and while it is restored; and the restore is undone."""
    protected.stack.query("CREATE TABLE IF NOT EXISTS lab_state (word text)")
    protected.stack.query("DELETE FROM lab_state; INSERT INTO lab_state VALUES ('first')")
    sent: list[tuple[str, datetime]] = []
    ended = threading.Event()
    visiting = threading.Thread(target=_visit, args=(protected, ended, sent))
    visiting.start()
    try:
        point = protected.backup()
        sum_before = protected.stack.query("SELECT sum(amount) FROM lab_account")
        protected.stack.query("UPDATE lab_state SET word = 'second'")
        result = protected.restore(point=point.id)
    finally:
        ended.set()
        visiting.join()
    assert result.undo
    assert protected.stack.query("SELECT sum(amount) FROM lab_account") == sum_before
    taken = datetime.fromisoformat(point.at).replace(tzinfo=None)
    promised = [identity for identity, moment in sent if moment < taken]
    after_swap = [identity for identity, _ in sent[-3:]]
    assert promised, "no event came before the point"

    def all_there() -> None:
        rows = protected.stack.query("SELECT message_id FROM events").split()
        assert len(rows) == len(set(rows))
        assert set(promised) <= set(rows)
        assert set(after_swap) <= set(rows)

    until(all_there, "the promised events", 60)
    assert protected.stack.query("SELECT word FROM lab_state") == "first"
    protected.restore(point=result.undo, only="database", without_undo=True)
    assert protected.stack.query("SELECT word FROM lab_state") == "second"


_VECTORS = """
import json, random, sys
from leadengine_agent.backup.chroma import Chroma
store = Chroma("chromadb")
if sys.argv[1] == "fill":
    wanted = {"name": "lab", "configuration": {"hnsw": {"space": "cosine"}}}
    identity = store._ask("POST", "/collections", wanted)["id"]
    numbers = [[random.uniform(-1, 1) for _ in range(32)] for _ in range(700)]
    for start in range(0, 700, 100):
        rows = range(start, start + 100)
        store.add(identity, [{"id": f"r{n}", "embeddings": numbers[n], "documents": f"text {n}",
                              "metadatas": {"n": n} if n % 2 else None, "uris": None} for n in rows])
if sys.argv[1] == "spoil":
    identity = store.find("lab")
    store._ask("POST", f"/collections/{identity}/delete", {"ids": ["r1", "r2"]})
    store._ask("POST", "/collections", {"name": "later"})
found = store.collections()
print(json.dumps({name: sum(len(rows) for rows in store.records(found[name]["id"])) for name in found}))
"""


def _vectors(protected: Protected, what: str) -> dict[str, int]:
    network = f"leadengine-{protected.client}_data"
    words = ("docker", "run", "-i", "--rm", "--network", network, "--entrypoint")
    python = ("/opt/leadengine/bin/python", "leadengine/agent:dev", "-")
    out = protected.vps.run(*words, *python, what, stdin=_VECTORS).stdout
    found: dict[str, int] = json.loads(out)
    return found


def test_vectors_come_back_record_by_record(protected: Protected) -> None:
    before = _vectors(protected, "fill")
    assert before["lab"] == 700
    point = protected.backup()
    drill = protected.verify(point.id).drills[0]
    assert drill.equal
    assert drill.vectors == sum(before.values())
    assert _vectors(protected, "spoil") != before
    protected.restore(point=point.id, only="vectors", without_undo=True)
    assert _vectors(protected, "look") == before


def test_hostile_names_in_a_dump_run_nothing(protected: Protected) -> None:
    """CVE-2025-8714 and its kin: what a client of psql would obey is only a name here."""
    for name in HOSTILE:
        quoted = '"' + name.replace('"', '""') + '"'
        protected.stack.query(f"CREATE TABLE {quoted} (id int)")
        protected.stack.query(f"COMMENT ON TABLE {quoted} IS $c${name}$c$")
    try:
        point = protected.backup()
        assert protected.verify(point.id).drills[0].equal
    finally:
        for name in HOSTILE:
            quoted = '"' + name.replace('"', '""') + '"'
            protected.stack.query(f"DROP TABLE IF EXISTS {quoted}")
    for container in (f"leadengine-{protected.client}-db-1", "leadengine-executor"):
        assert (
            protected.vps.run("docker", "exec", container, "ls", MARK, check=False).returncode != 0
        )
    assert protected.vps.run("ls", MARK, check=False).returncode != 0


def test_nothing_in_clear_stays_behind(protected: Protected) -> None:
    """No staging, no pipe, no credentials, no container, no lock."""
    root = f"/var/lib/leadengine/backups/{protected.client}"
    names = set(protected.vps.run("ls", "-A", root).stdout.split())
    assert not {"staging", "pipe"} & names
    assert not [name for name in names if name.startswith(".access")]
    running = protected.vps.run("docker", "ps", "-a", "--format", "{{.Names}}").stdout.split()
    assert not [name for name in running if "restic" in name or "scratch" in name]
    locks = protected.vps.run("find", LOCAL.folder, "-path", "*/locks/*").stdout.split()
    assert locks == []
