"""A database and a Redis as providers run them: TLS alone, certificates by an authority of their own."""

import os
from pathlib import Path

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.stack import HARDENED, SOCKET
from tests.lab.waiting import until

OWNER = "CREATE ROLE doadmin LOGIN CREATEROLE PASSWORD 'canary-owner'"
_SERVER = 999
"""The user that either runs as."""


def start_proven_database(run: Run, authority: Authority, name: str, last: int) -> Container:
    """PostgreSQL that takes nobody who comes without TLS; its owner `doadmin` is no superuser."""
    folder = _certified(authority, name, run.address(last))
    db = run.start(
        name,
        "leadengine/standin-postgres:dev",
        *("postgres", "-c", "ssl=on"),
        *("-c", "ssl_cert_file=/tls/server.pem", "-c", "ssl_key_file=/tls/server.key"),
        last=last,
        options=(
            *(*HARDENED, SOCKET, f"--user={_SERVER}:{_SERVER}", f"--volume={folder}:/tls:ro"),
            f"--volume={run.volume(name)}:/var/lib/postgresql/data",
            *("--env=POSTGRES_DB=leadengine", "--env=POSTGRES_USER=le"),
            *("--env=POSTGRES_PASSWORD=canary-owner", "--env=PGDATA=/var/lib/postgresql/data/in"),
        ),
    )
    until(lambda: db.run("pg_isready", "-h", "127.0.0.1", "-U", "le"), "the database", 60)
    hba = "/var/lib/postgresql/data/in/pg_hba.conf"
    db.run("sed", "-i", "s/^host all all all /hostssl all all all /", hba)
    for statement in (OWNER, "CREATE DATABASE managed OWNER doadmin", "SELECT pg_reload_conf()"):
        db.run("psql", "-U", "le", "-d", "leadengine", "-AtX", stdin=statement)
    return db


def start_proven_redis(run: Run, authority: Authority, name: str, last: int) -> Container:
    """Redis that keeps what it is given, behind TLS and a password; it has no other door."""
    folder = _certified(authority, name, run.address(last))
    redis = run.start(
        name,
        "leadengine/standin-redis:dev",
        *("redis-server", "--port", "0", "--tls-port", "6379", "--tls-auth-clients", "no"),
        *("--tls-cert-file", "/tls/server.pem", "--tls-key-file", "/tls/server.key"),
        *("--tls-ca-cert-file", "/tls/root.pem", "--requirepass", "canary-redis"),
        *("--dir", "/data", "--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        last=last,
        options=(*HARDENED, f"--volume={folder}:/tls:ro", "--tmpfs=/data:uid=999,gid=999"),
    )
    words = ("redis-cli", "--tls", "--cacert", "/tls/root.pem", "-a", "canary-redis", "ping")
    until(lambda: _answers(redis, words), "Redis", 60)
    return redis


def database_url(db: Container, host: str = "") -> str:
    """As whoever runs it tells it, which says nothing of its authority."""
    return f"postgresql://doadmin:canary-owner@{host or db.address}:5432/managed?sslmode=require"


def redis_url(redis: Container, host: str = "") -> str:
    return f"rediss://default:canary-redis@{host or redis.address}:6379/0"


def _answers(redis: Container, words: tuple[str, ...]) -> None:
    assert redis.run(*words).stdout.strip() == "PONG"


def _certified(authority: Authority, name: str, address: str) -> Path:
    """A folder with a server's certificate and key, as its user may read them."""
    authority.issue(name, address)
    folder = authority.folder / f"tls-{name}"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "root.pem").write_text(authority.root_pem)
    for ending in ("pem", "key"):
        (authority.folder / f"{name}.{ending}").rename(folder / f"server.{ending}")
    for file in folder.iterdir():
        os.chown(file, _SERVER, _SERVER)
        file.chmod(0o600)
    return folder
