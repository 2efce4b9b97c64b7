"""Published rules in PostgreSQL, and what other rules would make of the leads that are there."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection
from leadengine.leads.rules import DEFAULT, Model, Rule
from leadengine.leads.scoring import HORIZON, Score, score
from leadengine.leads.store import Unscored, signals

TRIED = 500
"""How many leads a trial looks at, the most recent first."""

_LATEST = "SELECT version, rules FROM scoring_models ORDER BY version DESC LIMIT 1"
_PUBLISH = """
INSERT INTO scoring_models (tenant_id, version, rules, published_by)
SELECT %s, coalesce(max(version), 0) + 1, %s, %s FROM scoring_models RETURNING version
"""
_RECENT = """
SELECT id, email, name, company, phone, owner_id FROM leads
WHERE last_seen_at > now() - %s ORDER BY last_seen_at DESC LIMIT %s
"""


@dataclass(frozen=True)
class Change:
    """What other rules make of one lead."""

    lead: Unscored
    before: Score
    after: Score


@dataclass(frozen=True)
class Trial:
    """What other rules make of everybody who was here in the last 90 days."""

    looked_at: int
    changes: tuple[Change, ...]
    labels: dict[str, tuple[int, int]]
    """How many are hot, warm and cold: before, and after."""


async def current(connection: Connection) -> Model:
    """The rules that count."""
    cursor = await connection.execute(_LATEST)
    row = await cursor.fetchone()
    return Model(version=row[0], rules=row[1]) if row else DEFAULT


async def publish(connection: Connection, tenant: UUID, rules: Sequence[Rule], who: str) -> int:
    """Let these rules count from now on; every lead is judged anew. Returns their number."""
    text = json.dumps([rule.model_dump() for rule in rules])
    cursor = await connection.execute(_PUBLISH, (tenant, text, who))
    row = await cursor.fetchone()
    await connection.execute("UPDATE leads SET scored_at = NULL")
    return int(row[0]) if row else 0


async def try_out(connection: Connection, rules: Sequence[Rule]) -> Trial:
    """Judge the leads of the last 90 days by other rules; nothing is kept."""
    now, before = datetime.now(UTC), await current(connection)
    async with connection.cursor(row_factory=class_row(Unscored)) as cursor:
        await cursor.execute(_RECENT, (HORIZON, TRIED))
        leads = await cursor.fetchall()
    changes = []
    for lead in leads:
        deeds = await signals(connection, lead.id)
        old = score(lead.contact, deeds, now, before.rules)
        changes.append(Change(lead, old, score(lead.contact, deeds, now, rules)))
    return summed(changes)


def summed(changes: Sequence[Change]) -> Trial:
    """The numbers, and those whose score is another, the greatest difference first."""
    labels = {
        label: (
            _count(label, (c.before for c in changes)),
            _count(label, (c.after for c in changes)),
        )
        for label in ("hot", "warm", "cold")
    }
    moved = [change for change in changes if _total(change.before) != _total(change.after)]
    moved.sort(key=lambda change: -abs(_total(change.after) - _total(change.before)))
    return Trial(len(changes), tuple(moved), labels)


def _count(label: str, scores: Iterable[Score]) -> int:
    return sum(one.label == label for one in scores)


def _total(one: Score) -> int:
    return one.fit + 2 * one.engagement
