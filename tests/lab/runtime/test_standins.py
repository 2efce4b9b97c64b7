"""The stand-ins keep the promises of the images they stand in for."""

import time

import pytest

from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.runtime.stack import HARDENED, SOCKET
from tests.lab.waiting import until

KILLS = (0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.8, 2.2)
IMAGES = [
    ("postgres", "999", "postgres:17"),
    ("redis", "999", "redis:8"),
    ("nginx", "101", "nginx:1.26"),
    ("chromadb", "10001", "chromadb/chroma:1.5.9"),
]


@pytest.mark.parametrize(("name", "user", "official"), IMAGES)
def test_user_and_label(product_images: None, name: str, user: str, official: str) -> None:
    shown = '{{.Config.User}} {{index .Config.Labels "leadengine.stand-in"}}'
    image = f"leadengine/standin-{name}:dev"
    shown_by_engine = docker("image", "inspect", "-f", shown, image).stdout
    assert shown_by_engine.strip() == f"{user}:{user} {official}"


def test_database_killed_while_it_is_made_comes_up(run: Run, product_images: None) -> None:
    """N = 10 kills in the first seconds of one volume; then it holds the database asked for."""
    volume = run.volume("killed-db")
    options = (
        *(*HARDENED, SOCKET, f"--volume={volume}:/var/lib/postgresql/data"),
        *("--env=POSTGRES_DB=leadengine", "--env=POSTGRES_USER=le", "--env=POSTGRES_PASSWORD=x"),
    )
    unfinished = 0
    for number, seconds in enumerate(KILLS):
        box = run.start(f"killed-db-{number}", "leadengine/standin-postgres:dev", options=options)
        time.sleep(seconds)
        unfinished += "ready to accept connections" not in box.logs()
        box.kill()
        box.remove()
    assert unfinished >= 3, "most kills came after the cluster was made"
    box = run.start("killed-db", "leadengine/standin-postgres:dev", options=options)
    ask = ("psql", "-U", "le", "-h", "127.0.0.1", "-d", "leadengine", "-Atc", "SELECT 1")
    until(lambda: box.run("pg_isready", "-h", "127.0.0.1"), "the database", 60)
    words = ("env", "PGPASSWORD=x", *ask)
    assert until(lambda: box.run(*words), "the database").stdout.strip() == "1"
    wrong = box.run("env", "PGPASSWORD=wrong", *ask, check=False)
    assert "password authentication failed" in wrong.stderr


def test_volume_with_foreign_files_is_left_alone(run: Run, product_images: None) -> None:
    volume = run.volume("foreign")
    mount = f"--volume={volume}:/var/lib/postgresql/data"
    image = "leadengine/standin-postgres:dev"
    docker("run", "--rm", mount, image, "touch", "/var/lib/postgresql/data/precious")
    options = ("--rm", *HARDENED, SOCKET, mount, "--env=POSTGRES_PASSWORD=x")
    done = docker("run", *options, image, check=False)
    assert done.returncode == 1
    assert "holds files but no cluster" in done.stderr
    listed = docker("run", "--rm", mount, image, "ls", "/var/lib/postgresql/data").stdout
    assert listed.split() == ["precious"]


def test_database_without_a_password_is_not_started(product_images: None) -> None:
    options = ("--rm", *HARDENED, SOCKET, "--tmpfs=/var/lib/postgresql/data:uid=999,gid=999")
    done = docker("run", *options, "leadengine/standin-postgres:dev", check=False)
    assert done.returncode == 1
    assert "set POSTGRES_PASSWORD_FILE" in done.stderr


def test_chroma_answers_and_stops_at_once(run: Run, product_images: None) -> None:
    options = (*HARDENED, f"--volume={run.volume('chroma')}:/data")
    command = ("run", "--host", "0.0.0.0", "--port", "8000", "--path", "/data")
    box = run.start("chroma", "leadengine/standin-chromadb:dev", *command, options=options)
    connect = ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000")
    until(lambda: box.run(*connect), "chroma")
    started = time.monotonic()
    box.stop()
    assert time.monotonic() - started < 5
