"""PostgreSQL of a stack: one exported snapshot, in which sums are taken and the dump is made.

Only statements of our own go through `psql`. A dump never does: it is restored by `pg_restore` alone.
"""

# ruff: noqa: S608 - the statements are constants; names in them were quoted by PostgreSQL itself

import json
import subprocess
import tempfile
from types import TracebackType
from typing import Self

from leadengine_agent.backup.manifest import DatabaseSums, TableSum, Way
from leadengine_agent.docker import clean_lines
from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.protocol import FailureCode

OWNER, DATABASE = "le", "leadengine"
SOCKET = "/var/run/postgresql"
_APPLICATION = "leadengine-backup"
_END = "leadengine-end-of-answer"

_BEGIN = """
SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0; SET lock_timeout = '30s';
SET max_parallel_workers_per_gather = 0; SET extra_float_digits = 1; SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET bytea_output = 'hex'; SET row_security = off;
SET search_path = pg_catalog;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
"""

_USER = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"

# Types whose values are hashed as they are. Of all others the text is hashed: 1.0 and 1.00 of a `numeric`
# are equal and so are their hashes, a `jsonb` holds such numbers, and some types have no hash at all.
_HASHABLE = """
'bool', 'int2', 'int4', 'int8', 'oid', 'text', 'varchar', 'bytea', 'name', 'uuid', 'date', 'time',
'timestamp', 'timestamptz', 'inet', 'cidr', 'macaddr'
"""

_TABLES = f"""
SELECT coalesce(json_object_agg(format('%I.%I', n.nspname, c.relname), (
 SELECT coalesce(string_agg(format(CASE WHEN t.typname IN ({_HASHABLE})
 AND coalesce(o.collisdeterministic, true) THEN 't.%I' ELSE 't.%I::text' END, a.attname), ', '
 ORDER BY a.attnum), '')
 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation o ON o.oid = a.attcollation
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)), '{{}}')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND {_USER};
"""

_SUMS: dict[Way, str] = {
    "text": """
SELECT json_build_object('way', 'text', 'rows', count(*),
 'first', coalesce(sum(hashtextextended(row, 0)), 0)::text,
 'second', coalesce(sum(hashtextextended(row, 1)), 0)::text)
FROM (SELECT t::text AS row FROM {table} t OFFSET 0) rows;
""",
    "record": """
SELECT json_build_object('way', 'record', 'rows', count(*),
 'first', coalesce(sum(hash_record_extended(row, 0)), 0)::text,
 'second', coalesce(sum(hash_record_extended(row, 1)), 0)::text)
FROM (SELECT ROW({columns}) AS row FROM {table} t OFFSET 0) rows;
""",
}

_SEQUENCES = """
SELECT coalesce(json_object_agg(format('%I.%I', schemaname, sequencename),
 coalesce(last_value::text, '')), '{}')
FROM pg_sequences WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
"""

_DEFINITIONS = {
    "columns": f"""
SELECT format('%s.%s %s %s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
 a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND {_USER}""",
    "indexes": f"""
SELECT pg_get_indexdef(i.indexrelid) || i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_USER}""",
    "constraints": f"""
SELECT format('%s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {_USER}""",
    "policies": f"""
SELECT format('%s.%s %s %s %s %s %s', n.nspname, c.relname, p.polname, p.polcmd, p.polpermissive,
 pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_USER}""",
    "functions": f"""
SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p') AND {_USER}
AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')""",
    "triggers": f"""
SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {_USER}""",
    "large objects": "SELECT format('%s %s', oid, lomacl) FROM pg_largeobject_metadata",
    "rights": f"""
SELECT format('%s.%s %s %s %s %s', n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity,
 pg_get_userbyid(c.relowner), (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(c.relacl) x))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND {_USER}""",
}
_HASHED = """
SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '')) FROM ({query}) q(line);
"""
_ROLES = f"""
SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> '{OWNER}' ORDER BY 1;
"""
_IS_MIGRATED = "SELECT to_regclass('public.alembic_version') IS NOT NULL;"
_REVISION = "SELECT max(version_num) FROM public.alembic_version;"


class Session:
    """A transaction that stays open: whoever imports its snapshot sees the same database.

    Args:
        container: of the database; its own `psql` is used, over its own socket.
    """

    def __init__(self, container: str, database: str = DATABASE) -> None:
        self._container = container
        self._database = database

    def __enter__(self) -> Self:
        self._said = tempfile.TemporaryFile()
        words = (
            "docker", "exec", "--interactive", "--env", f"PGAPPNAME={_APPLICATION}", self._container,
            "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
            "--host", SOCKET, "--username", OWNER, "--dbname", self._database,
        )  # fmt: skip
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True
        )
        try:
            self.ask(_BEGIN)
            self.snapshot = self.ask("SELECT pg_export_snapshot();")
        except TaskFailure:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # Without input psql ends, and the transaction with it.
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        self._process.wait()
        self._said.close()

    def ask(self, statement: str) -> str:
        """Send a statement of our own; the answer's lines. Raises TaskFailure when the session is gone."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - asked for when it was started
        assert stdout is not None  # noqa: S101 - asked for when it was started
        try:
            stdin.write(f"{statement}\n\\echo {_END}\n")
            stdin.flush()
        except BrokenPipeError as error:
            raise self._gone() from error
        lines: list[str] = []
        for line in stdout:
            if line.rstrip("\n") == _END:
                return "\n".join(lines)
            lines.append(line.rstrip("\n"))
        raise self._gone()

    def sums(
        self, sequences: dict[str, str] | None = None, like: DatabaseSums | None = None
    ) -> DatabaseSums:
        """Count and hash everything, inside this snapshot.

        Args:
            sequences: where they stood before; None: as they are now.
            like: what the result will be compared with.
        """
        # As JSON: a name may hold anything, line breaks too.
        tables: dict[str, str] = json.loads(self.ask(_TABLES))
        ways = {name: each.way for name, each in like.tables.items()} if like else {}
        return DatabaseSums(
            tables={
                name: self._sum(name, columns, ways.get(name, "record"))
                for name, columns in sorted(tables.items())
            },
            sequences=self.sequences() if sequences is None else sequences,
            catalogue={
                kind: self.ask(_HASHED.format(query=query)) for kind, query in _DEFINITIONS.items()
            },
            revision=self.ask(_REVISION) if self.ask(_IS_MIGRATED) == "t" else "",
            roles=tuple(name for name in self.ask(_ROLES).split("\n") if name),
            version=self.ask("SHOW server_version;"),
            size=self.size(),
        )

    def sequences(self) -> dict[str, str]:
        """Where each sequence stands now: sequences belong to no snapshot, and only ever go on."""
        found: dict[str, str] = json.loads(self.ask(_SEQUENCES))
        return found

    def size(self) -> int:
        """Bytes that the database takes on disk."""
        return int(self.ask("SELECT pg_database_size(current_database());"))

    def _sum(self, table: str, columns: str, way: Way) -> TableSum:
        # The names come from the catalogue, quoted by PostgreSQL itself.
        statement = _SUMS[way].format(table=table, columns=columns)
        return TableSum.model_validate_json(self.ask(statement))

    def _gone(self) -> TaskFailure:
        self._said.seek(0)
        lines = clean_lines(self._said.read().decode("utf-8", "replace"))
        if tells_of_full_disk("\n".join(lines)):
            return disk_full("The database could not write.", lines)
        return TaskFailure(
            FailureCode.BACKUP,
            "The database ended the backup's session.",
            lines[-1] if lines else "It was restarted, or it is out of memory.",
            "Nothing was changed. The next run takes a new point.",
            lines,
        )


def dump_words(container: str, snapshot: str, pipe: str) -> tuple[str, ...]:
    """`pg_dump` of the stack's own database container, into a pipe.

    Uncompressed: restic compresses, and finds again what it has already.
    """
    return (
        "docker", "exec", "--env", f"PGAPPNAME={_APPLICATION}", container,
        "pg_dump", "--format", "custom", "--compress", "none", "--no-password", "--snapshot", snapshot,
        "--no-sync", "--lock-wait-timeout", "60s", "--host", SOCKET, "--username", OWNER,
        "--file", pipe, DATABASE,
    )  # fmt: skip


def end_sessions(container: str) -> tuple[str, ...]:
    """What a killed run left at work in the database."""
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE application_name = '{_APPLICATION}' AND pid <> pg_backend_pid()"
    )
    return (
        "docker", "exec", container, "psql", "--no-psqlrc", "--quiet", "--tuples-only",
        "--host", SOCKET, "--username", OWNER, "--dbname", DATABASE, "--command", query,
    )  # fmt: skip
