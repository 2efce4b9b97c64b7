"""Generations: release + spec, rendered, numbered, kept; one of them current."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from leadengine_agent.files import point, remove_tree, sync_directory, write_atomically
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Colour, EarlierGeneration, Release, StackSpec
from leadengine_agent.records import Record, current_record
from leadengine_agent.rendering import Generation, render

KEPT = 5
"""How many generations before the current one stay on the host."""

_OTHER: dict[Colour, Colour] = {"blue": "green", "green": "blue"}


def generation_key(release: Release, spec: StackSpec, secrets_digest: str) -> str:
    """Equal for equal input, so that a second deploy is known to change nothing.

    Where backups go is no part of it: no container has to be replaced for that.
    """
    rendered = spec.model_dump_json(exclude={"backup"})
    whole = "\n".join((release.model_dump_json(), rendered, secrets_digest))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


class Generations:
    """The generations of one stack on this host."""

    def __init__(self, layout: StackLayout) -> None:
        self._layout = layout

    def current(self) -> Record | None:
        """The committed generation; None before the first."""
        return current_record(self._layout)

    def committed(self) -> list[Record]:
        """The generations that are or were current and are still kept, oldest first."""
        current = self.current()
        return [each for each in self.all() if current and each.number <= current.number]

    def prepare(
        self, release: Release, templates: Mapping[str, str], spec: StackSpec, key: str
    ) -> tuple[Record, bool]:
        """The generation for `key`, rendered now if it is not there; True when something is new.

        A candidate that a killed run left behind is taken up again under its number and colour;
        candidates of other orders are removed.
        """
        current = self.current()
        for record in self.all():
            if record.key == key and (current is None or record.number >= current.number):
                return self._amended(record, spec)
        floor = current.number if current else 0
        for record in self.all():
            if record.number > floor:
                remove_tree(self._folder(record.number))
        generation = Generation(floor + 1, _OTHER[current.colour] if current else "blue", key)
        return self._write(release, templates, spec, generation), True

    def _amended(self, record: Record, spec: StackSpec) -> tuple[Record, bool]:
        """The same rendering with another backup policy; True when that is new."""
        amended = record.model_copy(update={"spec": spec})
        path = self._folder(record.number) / "generation.json"
        return amended, write_atomically(path, amended.model_dump_json(indent=2))

    def commit(self, record: Record) -> bool:
        """Make `record` the current generation; False when it was already."""
        current = self.current()
        if current is not None and current.number == record.number:
            return False
        point(self._layout.current, f"generations/{record.number}")
        return True

    def earlier(self) -> tuple[EarlierGeneration, ...]:
        """What the stack may be brought back to, newest first."""
        current = self.current()
        if current is None:
            return ()
        kept = [each for each in self.committed() if each.number != current.number]
        return tuple(
            EarlierGeneration(
                number=each.number,
                release=each.release,
                at=self._made_at(each.number),
                differs=current.spec.changed_by(each.spec),
            )
            for each in sorted(kept, key=lambda each: -each.number)
        )

    def _made_at(self, number: int) -> str:
        # The record itself is written anew when the backup policy changes; this file is not.
        seconds = (self._folder(number) / "manifest.json").stat().st_mtime
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

    def prune(self) -> None:
        """Forget generations older than the last `KEPT`, and what killed runs left half done."""
        for leftover in self._layout.generations.glob(".*"):
            shutil.rmtree(leftover)
        current = self.current()
        for record in self.all():
            if current is not None and record.number < current.number - KEPT:
                remove_tree(self._folder(record.number))

    def _write(
        self,
        release: Release,
        templates: Mapping[str, str],
        spec: StackSpec,
        generation: Generation,
    ) -> Record:
        record = Record(
            number=generation.number,
            colour=generation.colour,
            key=generation.key,
            release=release.version,
            spec=spec,
        )
        files = render(templates, release, spec, generation)
        hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
        folder = self._folder(record.number)
        draft = folder.with_name(f".{folder.name}.new")
        remove_tree(draft)
        draft.mkdir(mode=0o700)
        for name, text in files.items():
            write_atomically(draft / name, text)
        write_atomically(draft / "manifest.json", json.dumps(hashes, indent=2))
        write_atomically(draft / "generation.json", record.model_dump_json(indent=2))
        draft.rename(folder)
        sync_directory(folder.parent)
        return record

    def all(self) -> list[Record]:
        """Every generation that is kept, candidates too, oldest first."""
        paths = self._layout.generations.glob("[0-9]*/generation.json")
        records = (Record.model_validate_json(path.read_text()) for path in paths)
        return sorted(records, key=lambda record: record.number)

    def _folder(self, number: int) -> Path:
        return self._layout.generations / str(number)
