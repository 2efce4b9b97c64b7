"""What a backup and a restore cost beside the same by hand, in one run on one host.

On its own: `python -m tests.bench.backup --gigabytes 5`.
"""

# ruff: noqa: S608 - statements of the bench itself

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from statistics import quantiles

import httpx

from tests.bench.deploying import Deploys
from tests.bench.result import Result
from tests.bench.stage import stage
from tests.lab.backup.protected import FOLDER, HOME, LOCAL, Protected
from tests.lab.stack import Stack

CLIENT, DOMAIN = "stored", "stored.localhost"
GIGABYTE = 10**9
_ROW = 1000
"""Bytes of a row, about: words, numbers and times, as events are."""

HAND = f"{FOLDER}/hand"
_SOCKET = ("-h", "/var/run/postgresql", "-U", "le")


def side_by_side(deploys: Deploys, size: int = 5 * GIGABYTE) -> Iterator[Result]:
    """Measure with so many bytes of rows; each ratio is ours by theirs: less is better."""
    ended = deploys.operator.deploy(deploys.vps, CLIENT, DOMAIN)
    if ended.code:
        raise RuntimeError(ended.text)
    protected = Protected(Stack(deploys.vps, CLIENT, DOMAIN))
    deploys.vps.run("mkdir", "-p", FOLDER)
    protected.protect(LOCAL)
    deploys.vps.weigh_as_rented()
    fill(protected, size // _ROW)
    yield from measure(protected, size)


def measure(protected: Protected, size: int) -> Iterator[Result]:
    """On a stack that is protected and filled."""
    shown = f"{size / GIGABYTE:.2g} GB of rows"
    calm = p99(protected, lambda: time.sleep(60))
    theirs = timed(lambda: by_hand(protected))
    taken: list[float] = []
    points: list[int] = []

    def take() -> None:
        started = time.monotonic()
        points.append(protected.backup().copies[0].new_bytes)
        taken.append(time.monotonic() - started)

    busy = p99(protected, take)
    yield Result(
        "first backup, by `pg_dump | restic`", taken[0] / theirs, 1 / 0.9, "×",
        f"{shown}; {taken[0]:.0f} s with sums, files and reading back, {theirs:.0f} s by hand",
    )  # fmt: skip
    yield Result(
        "p99 of the stack during a backup", busy / calm, 2, "×",
        f"{busy * 1000:.0f} ms, {calm * 1000:.0f} ms when calm",
    )  # fmt: skip
    change(protected, size // _ROW)
    take()
    yield Result(
        "second backup, 1 % changed", points[1] / points[0] * 100, 5, "%",
        f"of what the first one stored, {points[0] / 1e6:.0f} MB; {taken[1]:.0f} s; new rows and the newest",
    )  # fmt: skip
    yield restoring(protected, shown)


def restoring(protected: Protected, shown: str) -> Result:
    point = protected.backup()
    name = f"leadengine-{CLIENT}-db-1"
    protected.vps.run("docker", "exec", name, "createdb", *_SOCKET, "by_hand")
    theirs = timed(lambda: restore_by_hand(protected, point.copies[0].snapshots["database"]))
    protected.vps.run("docker", "exec", name, "dropdb", *_SOCKET, "by_hand", timeout=600)
    result: list[float] = []
    ours = timed(
        lambda: result.append(
            protected.restore(point=point.id, only="database", without_undo=True).held_seconds
        )
    )
    return Result(
        "restore, by `restic dump | pg_restore`", ours / theirs, 1 / 0.9, "×",
        f"{shown}; {ours:.0f} s with comparing and swapping ({result[0]:.1f} s of waiting), {theirs:.0f} s",
    )  # fmt: skip


def fill(protected: Protected, rows: int) -> None:
    """Rows that compress as events do: half of their text is chance."""
    protected.stack.query(
        "CREATE TABLE lab_load (id bigint PRIMARY KEY, at timestamptz, page text, detail text)"
    )
    add(protected, 1, rows)


def add(protected: Protected, first: int, last: int) -> None:
    for start in range(first, last + 1, 100_000):
        end = min(start + 99_999, last)
        protected.stack.query(
            "INSERT INTO lab_load SELECT n, now(), 'https://shop.test/page/' || n % 997, (SELECT"
            " string_agg(md5(random()::text || k || n), '') FROM generate_series(1, 14) k)"
            " || repeat('x', 450)"
            f" FROM generate_series({start}, {end}) n"
        )


def change(protected: Protected, rows: int) -> None:
    """As days change a database of events: new rows, and some of the newest rewritten.

    Were the same number spread over all rows, every block of the dump would differ, and all be stored again.
    """
    add(protected, rows + 1, rows + rows // 200)
    protected.stack.query(f"UPDATE lab_load SET page = 'changed' WHERE id > {rows - rows // 200}")


def by_hand(protected: Protected) -> None:
    """What a person would type on the host, into a new repository, as the first of ours is."""
    name = f"leadengine-{CLIENT}-db-1"
    restic = _restic(protected, HAND)
    protected.vps.run("mkdir", "-p", HAND)
    protected.vps.run("sh", "-c", f"{restic} init")
    dump = f"docker exec {name} pg_dump {' '.join(_SOCKET)} leadengine"
    protected.vps.run(
        "sh", "-c", f"{dump} | {restic} --no-cache backup -q --stdin --stdin-filename dump.sql",
        timeout=7200,
    )  # fmt: skip


def restore_by_hand(protected: Protected, snapshot: str) -> None:
    name = f"leadengine-{CLIENT}-db-1"
    inside = f"docker exec -i {name}"
    there = f"{FOLDER}/{CLIENT}-{protected.spec.client_id[:8]}"
    restic = _restic(protected, there, f"{HOME}/{CLIENT}/key")
    dump = f"{restic} --no-cache --no-lock dump {snapshot} database.dump"
    protected.vps.run(
        "sh", "-c", f"{dump} | {inside} pg_restore {' '.join(_SOCKET)} -d by_hand", timeout=7200
    )


# With the weight that the agent gives its own: on a busy machine that decides, and it is no work done.
def _restic(protected: Protected, repository: str, key: str = "") -> str:
    asked = ("docker", "inspect", "--format", "{{.Image}}", "leadengine-executor")
    image = protected.vps.run(*asked).stdout.strip()
    secret = (
        f"-v {key}:/key -e RESTIC_PASSWORD_FILE=/key/password" if key else "-e RESTIC_PASSWORD=h"
    )
    return (
        f"docker run -i --rm --cpu-shares 256 --network none -v {repository}:/r {secret} --entrypoint restic"
        f" {image} --repo /r"
    )


def timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def p99(protected: Protected, action: Callable[[], object]) -> float:
    """Of a visitor's requests, ten a second, while something else is done."""
    samples: list[float] = []
    ended = threading.Event()
    thread = threading.Thread(target=_visit, args=(protected, samples, ended))
    thread.start()
    try:
        action()
    finally:
        ended.set()
        thread.join()
    return quantiles(samples, n=100)[98]


def _visit(protected: Protected, samples: list[float], ended: threading.Event) -> None:
    with protected.stack.visitor() as visitor:
        while not ended.wait(0.1):
            started = time.monotonic()
            try:
                visitor.get(f"https://{protected.vps.address}/sign-in").raise_for_status()
            except httpx.HTTPError:
                # Counted as the longest a visitor waits.
                samples.append(15.0)
            else:
                samples.append(time.monotonic() - started)


def main() -> None:
    """Print the results; exit 1 when a budget was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=5)
    size = round(parser.parse_args().gigabytes * GIGABYTE)
    for which in ((), ("--lab",)):
        subprocess.run((sys.executable, "tools/images.py", *which), check=True)
    results = []
    with stage() as stand:
        stand.deploys.vps.install_engine()
        for result in side_by_side(stand.deploys, size):
            print(result.row, flush=True)  # noqa: T201
            results.append(result)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
