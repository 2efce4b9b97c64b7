"""What becomes of files: whole or not at all, whatever they are and whoever is killed meanwhile."""

import io

import docx
import httpx
import pytest

from tests.cases.knowledge.hostile import TEXT, hostile, pdf
from tests.lab.container import Container
from tests.lab.runtime.library import FORGET, all_taken_in, hand_in_all, tried
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.waiting import until

INDEXED = "SELECT count(*) FROM passages WHERE vector IS NOT NULL"


@pytest.fixture
def desk(stack: RuntimeStack, steady_worker: Container, client: httpx.Client) -> httpx.Client:
    """A signed-in administrator, and a library that knows nothing."""
    stack.sql(FORGET)
    sign_in(client)
    return client


def answer_of(stack: RuntimeStack, question: str) -> str:
    assert stack.api is not None
    return str(tried(stack.api, [question])[0]["answer"])


def word_file() -> bytes:
    document = docx.Document()
    document.add_heading("Parking", 1)
    document.add_paragraph("Customers park behind the house.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Vehicle", "Fee", "Lorry", "12 pounds"), strict=True):
        cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_each_kind_of_file_is_answered_from(stack: RuntimeStack, desk: httpx.Client) -> None:
    """N = 6 kinds; every one is seen on its way and then live."""
    files: dict[str, str | bytes] = {
        "fees.pdf": pdf(TEXT),
        "parking.docx": word_file(),
        "pets.html": "<h1>Pets</h1><p>Cats are welcome in every flat.</p>",
        "hours.md": "# Opening hours\nThe office opens at nine.",
        "tea.txt": "Tea is served at four in the garden.",
        "faq.csv": "question,answer\nIs there a lift?,There is a lift to every floor.\n",
    }
    hand_in_all(desk, files)
    assert (
        "queued" in desk.get("/knowledge").text
        or stack.sql("SELECT count(*) FROM documents") != "0"
    )
    all_taken_in(stack)
    assert stack.sql("SELECT count(*) FROM documents") == "6"
    asked = {
        "What does selling cost?": "1.5 per cent",
        "What is the parking fee for a lorry?": "12 pounds",
        "Are cats welcome?": "every flat",
        "When does the office open?": "nine",
        "When is tea served?": "four",
        "Is there a lift?": "every floor",
    }
    for question, expected in asked.items():
        assert expected in answer_of(stack, question), question


def test_fifty_broken_and_hostile_files_harm_nobody(
    stack: RuntimeStack, steady_worker: Container, desk: httpx.Client
) -> None:
    """N = 50: each ends live or with a sentence, the worker never restarts, and goes on."""
    files = hostile()
    assert len(files) == 50
    form = {"form": form_of(desk, "/knowledge")}
    refused = 0
    for name, content in files.items():
        answer = desk.post("/knowledge", data=form, files={"file": (name, content)})
        assert answer.status_code in (303, 422), (name, answer.status_code)
        refused += answer.status_code == 422
        assert desk.get("/sign-in").status_code == 200
    hand_in_all(desk, {"good.md": "# Pets\nCats are welcome in every flat."})
    all_taken_in(stack)
    rows = stack.sql("SELECT state || ' ' || source || ': ' || problem FROM intake").splitlines()
    live = int(stack.sql("SELECT count(*) FROM documents"))
    assert refused + len(rows) + live == 51, rows
    assert all(row.startswith("failed") and len(row.partition(": ")[2]) > 15 for row in rows), rows
    assert len(rows) >= 25, rows
    assert not [row for row in rows if "Traceback" in row or "root:" in row]
    assert stack.sql("SELECT count(*) FROM passages WHERE text LIKE '%root:%'") == "0"
    assert "every flat" in answer_of(stack, "Are cats welcome?")
    assert steady_worker.run("leadengine-healthcheck").returncode == 0
    shown = desk.get("/knowledge").text
    assert "bomb.docx unpacks to more than 40 MB" in shown
    assert "locked.pdf" in shown


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_document_is_live_whole_or_not_at_all_when_workers_die(
    stack: RuntimeStack, steady_worker: Container, desk: httpx.Client, kills: int
) -> None:
    """Whoever looks meanwhile sees all 40 sections of a version, or those of the other."""
    steady_worker.stop()
    worker = stack.start("worker", "mortal-worker")
    for version in range(kills):
        text = "\n".join(
            f"# Section {number}\nVersion {version} of rule {number} says that it is binding."
            for number in range(40)
        )
        hand_in_all(desk, {"rules.md": text})
        seen: set[str] = set()

        def look(seen: set[str] = seen) -> None:
            row = stack.sql("SELECT count(*), count(DISTINCT substr(text, 1, 9)) FROM passages")
            seen.add(row)
            assert stack.sql("SELECT state FROM intake") != "queued"

        until(look, "the beginning", 60)
        worker.kill()
        look()
        worker.start()
        stack.sql("UPDATE intake SET claimed_until = '-infinity'")
        all_taken_in(stack)
        look_again = stack.sql("SELECT count(*), count(DISTINCT substr(text, 1, 9)) FROM passages")
        assert seen | {look_again} <= {"0|0", "40|1"}, seen
        assert f"Version {version}" in stack.sql("SELECT text FROM passages LIMIT 1")
    worker.remove()
    steady_worker.start()


def test_lost_index_is_made_anew_from_the_database(stack: RuntimeStack, desk: httpx.Client) -> None:
    hand_in_all(desk, {"pets.md": "# Pets\nFelines may live in each of our dwellings."})
    all_taken_in(stack)
    assert stack.api is not None
    question = ["May my cat move in with me?"]
    before = tried(stack.api, question)[0]["dense"]["sources"]
    assert before == ["pets.md"]
    done = stack.api.run("leadengine-admin", "rebuild-vectors")
    assert "1 passages" in done.stdout
    assert tried(stack.api, question)[0]["dense"]["sources"] == before
    stack.sql("UPDATE passages SET vector = NULL, embedder = ''")
    done = stack.api.run("leadengine-admin", "rebuild-vectors")
    assert "1 passages" in done.stdout
    assert stack.sql(INDEXED) == "1"
    assert tried(stack.api, question)[0]["dense"]["sources"] == before


@pytest.mark.parametrize(
    "missing", [{"MODEL_FOLDER": "/nowhere"}, {"CHROMA_URL": "http://127.0.0.1:9"}]
)
def test_without_model_or_index_full_text_answers(
    stack: RuntimeStack, desk: httpx.Client, missing: dict[str, str]
) -> None:
    hand_in_all(desk, {"pets.md": "# Pets\nCats are welcome in every flat."})
    all_taken_in(stack)
    env = [f"--env={name}={value}" for name, value in {**stack.settings, **missing}.items()]
    api = stack.run.start("bare-api", "leadengine/api:dev", options=(*HARDENED, *env))
    until(lambda: httpx.get(f"http://{api.address}:3000/healthz").raise_for_status(), "api", 60)
    found = tried(api, ["Are cats welcome?", "Do you sell helicopters?"])
    assert found[0]["by_words_alone"] is True
    assert "every flat" in found[0]["answer"]
    assert found[1]["answered"] is False
    api.remove()


def test_passages_of_an_older_version_get_their_vectors(
    stack: RuntimeStack, desk: httpx.Client
) -> None:
    """What code before this one wrote has neither vector nor section, and is found by sense all the same."""
    stack.sql(
        "INSERT INTO documents (tenant_id, title, source, content_hash)"
        " SELECT id, 'Pets', 'old.md', 'x' FROM tenants LIMIT 1;"
        "INSERT INTO passages (tenant_id, document_id, number, heading, text)"
        " SELECT tenant_id, id, 0, 'Pets', 'Felines may live in each of our dwellings.' FROM documents"
    )
    until(lambda: has_vector(stack), "the vector", 90)


def has_vector(stack: RuntimeStack) -> None:
    assert stack.sql(INDEXED) == "1"
