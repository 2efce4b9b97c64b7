"""Taking one recovery point: one snapshot of the database, all targets, each read back."""

import json
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from leadengine_agent import docker
from leadengine_agent.backup import pipes
from leadengine_agent.backup.catalogue import iso
from leadengine_agent.backup.database import DATABASE as NAME
from leadengine_agent.backup.database import Session, dump_words, end_sessions
from leadengine_agent.backup.errors import ResticError, storage_failure
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.manifest import DatabaseSums, Manifest
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.repository import DATABASE, PARTS, REST, Repository, tags_of
from leadengine_agent.backup.restic import Progress
from leadengine_agent.backup.sources import Sources
from leadengine_agent.docker import DockerError, OneOff, clean_lines
from leadengine_agent.failures import TaskFailure, disk_full, from_os_error, tells_of_full_disk
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import BackupReason, Copy, FailureCode, Point
from leadengine_agent.records import Record
from leadengine_agent.stack import compose_of

_PACKING = 6 * 3600.0


def new_point_id(moment: float) -> str:
    """A name for a point, by the second it was taken and four digits of chance."""
    stamp = time.strftime("%Y%m%dt%H%M%S", time.gmtime(moment))
    return f"{stamp}-{secrets.token_hex(2)}"


class Taking:
    """One point of one stack, on its way to every target.

    Args:
        progress: takes the target's name, bytes done and bytes in all.
    """

    def __init__(
        self,
        layout: StackLayout,
        record: Record,
        home: BackupHome,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._layout = layout
        self._record = record
        self._home = home
        self._progress = progress
        self._compose = compose_of(layout, record)
        self._sources = Sources(layout, record, self._compose.project)
        self._pipe = pipes.DumpPipe(self._compose.name_of("db"))

    def take(self, reason: BackupReason, repositories: list[Repository]) -> Point:
        """Take the point. A target that fails does not hold up the others: its `Copy` says why.

        Raises:
            TaskFailure: there is nothing to bring anywhere: the stack's data cannot be read.
        """
        started = time.monotonic()
        self.clean_up()
        pipes.make_host_pipes(self._home)
        try:
            self._sources.export_queue(self._home)
            self.moment = time.time()
            self.id = new_point_id(self.moment)
            self._pipe.make()
            with Session(self._pipe.container) as session, ThreadPoolExecutor(1) as beside:
                self._total = session.size()
                self._snapshot = session.snapshot
                # Before the dump reads them: what it brings back may be ahead of this, never behind.
                sequences = session.sequences()
                self._sums = beside.submit(lambda: session.sums(sequences))
                copies = [self._copy(each) for each in repositories]
                sums = self._sums.result()
        finally:
            self._home.clear_pipe()
            self._pipe.remove()
        return self._point(reason, sums, copies, time.monotonic() - started)

    def clean_up(self) -> None:
        """End what a killed run left at work."""
        docker.reap_one_offs(one_off_label(self._layout.client))
        self._home.clear_pipe()
        subprocess.run(end_sessions(self._pipe.container), capture_output=True, check=False)

    def _copy(self, repository: Repository) -> Copy:
        started = time.monotonic()
        self._bytes: dict[str, int] = {}
        try:
            stored = self._store(repository)
            repository.read_back({part: str(each["snapshot_id"]) for part, each in stored.items()})
        except TaskFailure as error:
            why = f"{error.failure.what} {error.failure.why}"
            return Copy(target=repository.target, good=False, why=why[:400])
        except OSError as error:
            why = from_os_error(error).failure.why
            return Copy(target=repository.target, good=False, why=why[:400])
        repository.close()
        self._size = sum(self._bytes.values())
        return Copy(
            target=repository.target,
            good=True,
            new_bytes=sum(int(each.get("data_added_packed", 0)) for each in stored.values()),
            seconds=round(time.monotonic() - started, 3),
            snapshots={part: str(each["snapshot_id"]) for part, each in stored.items()},
        )

    def _store(self, repository: Repository) -> dict[str, dict[str, Any]]:
        repository.open()
        try:
            return {
                DATABASE: self._store_database(repository),
                REST: self._store_rest(repository),
            }
        except ResticError as error:
            raise storage_failure(repository.target, error) from error

    def _reader(self, repository: Repository, folder: Path, inside: str) -> Repository:
        """The same repository, in a container that also sees the pipe."""
        sources = ((folder, inside, "ro"), (self._home.pipe, "/pipe", "rw"))
        unique = {each[1]: each for each in sources}
        restic = replace(repository.restic, sources=tuple(unique.values()))
        return replace(repository, restic=restic)

    def _store_database(self, repository: Repository) -> dict[str, Any]:
        corner = self._sources.database_corner()
        reader = self._reader(repository, corner, "/source")
        words = dump_words(self._pipe.container, self._snapshot, self._pipe.inside)
        return self._through(reader, DATABASE, "/source/dump", lambda: _run(words))

    def _store_rest(self, repository: Repository) -> dict[str, Any]:
        job = self._home.pipe / "job.json"
        job.write_text(json.dumps(self._job()))
        reader = self._reader(repository, self._home.pipe, "/pipe")
        return self._through(reader, REST, "/pipe/rest", lambda: _pack(self._packer))

    @property
    def _packer(self) -> OneOff:
        return OneOff(
            one_off_label(self._layout.client),
            docker.own_image(),
            ("pack", "stream", "/pipe/job.json", "/pipe/rest"),
            network=self._sources.data_network,
            mounts=(*self._sources.mounts(), (self._home.pipe, "/pipe", "rw")),
            # Root without capabilities could not read what belongs to others.
            capabilities=("DAC_OVERRIDE",),
        )

    def _job(self) -> dict[str, Any]:
        return {
            "trees": self._sources.trees,
            "chroma": "chromadb",
            "queue": "/pipe/queue.jsonl",
            "manifest": self._manifest.model_dump(mode="json"),
        }

    @cached_property
    def _manifest(self) -> Manifest:
        spec = self._record.spec
        return Manifest(
            point=self.id,
            client=spec.client,
            client_id=spec.client_id,
            at=iso(self.moment),
            release=self._record.release,
            generation=self._record.number,
            spec=spec,
            database=self._sums.result(),
            dump_bytes=self._bytes[DATABASE],
        )

    def _through(
        self, reader: Repository, part: str, pipe: str, write: Callable[[], None]
    ) -> dict[str, Any]:
        """Let one container write into the pipe and restic read from it; restic's summary.

        Raises:
            TaskFailure: the writer failed, and that is why there is no snapshot.
            ResticError: restic failed.
        """
        pipes.forget_verdict(self._home)
        writing = _Writing(write, self._home)
        tags = tags_of(self.id, part, self._record.release)
        done = self._bytes.get(DATABASE, 0)
        progress: Progress = lambda moved, _: self._progress(  # noqa: E731
            reader.target, done + moved, max(self._total, done + moved)
        )
        with reader.restic.store(PARTS[part], tags, pipe, progress, self._total) as storing:
            writing.start()
            try:
                summary = storing.finish()
            except ResticError as error:
                self._let_go()
                writing.join(60)
                raise (writing.failure or error) from error
        writing.join(60)
        if writing.failure:
            raise writing.failure
        self._compare_lengths(part, int(summary["total_bytes_processed"]))
        return summary

    def _let_go(self) -> None:
        """Nobody reads any more: whoever writes has to find that out."""
        self._pipe.release()
        docker.remove_containers(
            each["Id"]
            for each in docker.containers(
                f"label={docker.ONE_OFF_LABEL}={one_off_label(self._layout.client)}"
            )
        )

    def _compare_lengths(self, part: str, stored: int) -> None:
        sent = pipes.received(self._home)
        if sent != stored or sent <= 0:
            raise TaskFailure(
                FailureCode.BACKUP,
                f"The {part} was not stored as it was sent.",
                f"{sent} bytes were sent and {stored} arrived.",
                "Nothing was changed. The next run takes a new point.",
            )
        self._bytes[part] = stored

    def _point(
        self, reason: BackupReason, sums: DatabaseSums, copies: list[Copy], seconds: float
    ) -> Point:
        return Point(
            id=self.id,
            at=iso(self.moment),
            reason=reason,
            release=self._record.release,
            generation=self._record.number,
            schema_revision=sums.revision,
            size=getattr(self, "_size", 0),
            tables=len(sums.tables),
            rows=sum(each.rows for each in sums.tables.values()),
            seconds=round(seconds, 3),
            copies=tuple(copies),
        )


class _Writing(threading.Thread):
    """Runs the writer beside the reader and gives the verdict on it."""

    def __init__(self, write: Callable[[], None], home: BackupHome) -> None:
        super().__init__(daemon=True)
        self._write = write
        self._home = home
        self.failure: TaskFailure | None = None

    def run(self) -> None:
        try:
            self._write()
        except TaskFailure as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream must not count as whole
            self.failure = _unreadable((f"{type(error).__name__}: {error}",))
        if self._home.pipe.exists():
            pipes.announce(self._home, good=self.failure is None)


def _run(words: tuple[str, ...]) -> None:
    """Run `pg_dump` to its end."""
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, stdout=said, stderr=said, timeout=_PACKING, check=False)
        said.seek(0)
        lines = clean_lines(said.read().decode("utf-8", "replace"))
    if done.returncode != 0:
        raise _unreadable(lines)


def _pack(packer: OneOff) -> None:
    try:
        packer.run(timeout=_PACKING)
    except DockerError as error:
        raise _unreadable(error.lines) from error


def _unreadable(lines: tuple[str, ...]) -> TaskFailure:
    if tells_of_full_disk("\n".join(lines)):
        return disk_full(lines[-1], lines)
    return TaskFailure(
        FailureCode.BACKUP,
        f"The data of the stack could not be read to its end ({NAME}).",
        lines[-1] if lines else "The program that reads it ended early.",
        "Nothing was changed. The next run takes a new point.",
        lines,
    )
