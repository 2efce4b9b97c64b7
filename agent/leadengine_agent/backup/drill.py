"""A drill: a point restored into scratch containers, compared to the last row, thrown away, written down."""

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from leadengine_agent import docker
from leadengine_agent.backup.catalogue import fold_body, iso
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.fetching import Fetching, differences_of
from leadengine_agent.backup.manifest import Manifest
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.repository import open_repository
from leadengine_agent.backup.scratch import Scratch
from leadengine_agent.docker import ONE_OFF_LABEL, DockerError, failure_of
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, Point, Release, Verification
from leadengine_agent.stack import load_release
from leadengine_agent.values import PointId, TargetName

Tell = Callable[[int, int], None]


def choose(client: Client, point: PointId | None) -> list[Point]:
    """The newest point and a random older one, or the one that was named."""
    good = client.history().good
    if point is not None:
        return [each for each in good if each.id == point]
    return [*good[-1:], *([random.choice(good[:-1])] if len(good) > 1 else [])]  # noqa: S311


def target_of(client: Client, point: Point, wanted: TargetName | None) -> TargetName:
    """Where a point is read from: the targets take turns."""
    names = [copy.target for copy in point.copies if copy.good and not copy.gone]
    if wanted is not None:
        return wanted
    return names[len(client.history().drills) % len(names)]


def drill(
    host: HostLayout, client: Client, point: Point, target: TargetName, tell: Tell
) -> Verification:
    """Drill one point at one target and record how it ended.

    Raises:
        TaskFailure: it could not be tried: storage or host are at fault, not the point.
    """
    started = time.monotonic()
    release, _ = load_release(host, client.record.release)
    fetching = fetching_of(client, point, target, tell)
    differences: tuple[str, ...] = ()
    manifest = None
    try:
        manifest = rehearse(client.layout.client, fetching, release)
    except TaskFailure as error:
        if error.failure.code is not FailureCode.CORRUPT:
            raise
        differences = differences_of(error)
    finally:
        client.home.clear()
    done = Verification(
        client=client.layout.client,
        point=point.id,
        target=target,
        at=iso(time.time()),
        equal=not differences,
        differences=differences,
        size=fetching.done,
        seconds=round(time.monotonic() - started, 3),
        **(_counts(manifest) if manifest else {}),
    )
    client.catalogue().add("drill", fold_body(done))
    return done


def fetching_of(client: Client, point: Point, target: TargetName, tell: Tell) -> Fetching:
    """How a point is brought back from one of the client's own targets."""
    found = client.policy.target(target)
    copy = next((each for each in point.copies if each.target == target), None)
    if found is None or copy is None:
        raise TaskFailure(
            FailureCode.NOT_FOUND,
            f"The point {point.id} is not at '{target}'.",
            f"It is at: {', '.join(each.target for each in point.copies if each.good)}.",
            "Nothing was changed. Choose one of those.",
        )
    repository = open_repository(client.home, found)
    return Fetching(client.home, repository, point.id, copy.snapshots, point.size, tell)


def rehearse(client: str, fetching: Fetching, release: Release) -> Manifest:
    """Restore everything into scratch containers and compare it; the manifest.

    Raises:
        TaskFailure: something differs, or cannot be restored.
    """
    docker.reap_one_offs(one_off_label(client))
    manifest = fetching.rest()
    with Scratch(client, release.images["db"].reference) as scratch:
        fetching.database(scratch, manifest)
    if manifest.rest.collections:
        with _scratch_vectors(client, release.images["chromadb"].reference) as name:
            fetching.vectors(f"container:{name}", "127.0.0.1", manifest)
    return manifest


@contextmanager
def _scratch_vectors(client: str, image: str) -> Iterator[str]:
    """An empty vector store without network."""
    name = f"leadengine-{client}-scratch-{secrets.token_hex(4)}"
    try:
        docker.docker(
            "run", "--detach", "--name", name, "--init", "--read-only", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges:true", "--network", "none", "--user", "10001:10001",
            "--memory", "512m", "--pids-limit", "128", "--cpu-shares", "256", "--log-driver", "none",
            "--label", f"{ONE_OFF_LABEL}={one_off_label(client)}",
            "--tmpfs", "/tmp:mode=1777,size=64m", "--tmpfs", "/data:mode=1777",  # noqa: S108
            "--env", "HOME=/tmp", "--env", "ANONYMIZED_TELEMETRY=False",
            "--entrypoint", "chroma", image, "run", "--host", "127.0.0.1", "--port", "8000",
            "--path", "/data",
        )  # fmt: skip
        _wait_for_port(name)
        yield name
    finally:
        with suppress(DockerError):
            docker.docker("rm", "--force", "--volumes", name)


def _wait_for_port(name: str) -> None:
    words = ("exec", name, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000")
    end = time.monotonic() + 90
    while True:
        try:
            docker.docker(*words, timeout=10)
        except DockerError as error:
            if time.monotonic() > end:
                raise failure_of(error, "A vector store to restore into did not start.") from error
            time.sleep(0.3)
        else:
            return


def _counts(manifest: Manifest) -> dict[str, int]:
    return {
        "tables": len(manifest.database.tables),
        "rows": manifest.rows,
        "files": len(manifest.rest.files),
        "vectors": sum(each.records for each in manifest.rest.collections.values()),
    }
