"""Finding passages for a question: by its words in PostgreSQL, by its sense among the vectors, fused."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection, Database
from leadengine.knowledge.embedding.loading import Model
from leadengine.knowledge.indexing import Index
from leadengine.knowledge.ranking import (
    BY_WORDS,
    WITH_VECTORS,
    Asked,
    Found,
    Passage,
    Weights,
    codes,
    fuse,
    spread,
    weigh,
)
from leadengine.knowledge.thesaurus import asked
from leadengine.knowledge.vectors.base import VectorsError

log = logging.getLogger(__name__)

_PROPOSED = 40
_VIEWS = 60
# They ask; they are not what is asked about.
_ASKING = frozenset(
    ["much", "mani", "long", "often", "soon", "pleas", "tell", "want", "need", "know"]
)
# What firms do all day says little about which of it is meant.
_COMMON = frozenset(
    [
        "sell",
        "offer",
        "provid",
        "get",
        "take",
        "give",
        "make",
        "use",
        "help",
        "work",
        "like",
        "find",
        "come",
        "go",
        "look",
    ]
)
_KNOWN = """
SELECT tsvector_to_array(own), tsvector_to_array(wide),
  (SELECT count(*) FROM passages WHERE words @@ replace(plain::text, '&', '|')::tsquery),
  (SELECT count(*) FROM passages)
FROM unnest(%s::text[], %s::text[]) AS asked (word, others),
  to_tsvector('english', word) AS own, to_tsvector('english', word || ' ' || others) AS wide,
  plainto_tsquery('english', word || ' ' || others) AS plain
WHERE own <> ''::tsvector
"""
_COLUMNS = """
SELECT p.document_id, p.number, p.section, d.title, d.source, d.url, d.answers, p.heading, p.text,
       tsvector_to_array(p.words) AS words
FROM passages p JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
"""
_PROPOSE = f"""
{_COLUMNS}, (SELECT replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery AS query) q
WHERE p.words @@ q.query ORDER BY ts_rank_cd(p.words, q.query, 1) DESC LIMIT %s
"""
_WITH_CODE = f"{_COLUMNS} WHERE p.text ILIKE ANY(%s) LIMIT 10"
_NAMED = f"""
{_COLUMNS} WHERE p.document_id || ':' || p.number = ANY(%s) AND p.document_id = ANY(%s)
"""

Near = dict[str, dict[int, float]]
"""Passages, nearest first, each with the cosines of its views."""


@dataclass(frozen=True)
class Findings:
    """What was found for a question.

    Attributes:
        found: passages, best first, one for each section.
        sure: how sure it is, from 0 to 1, that the best of them answer; ENOUGH is enough.
        weights: what the question's words weigh.
        by_words_alone: there was no model, or no index to ask.
    """

    question: str
    found: list[Found]
    sure: float
    weights: Weights
    by_words_alone: bool


class Retriever:
    """Both ways of finding, for one process."""

    def __init__(self, database: Database, model: Model, index: Index) -> None:
        self._database = database
        self._model = model
        self._index = index

    @property
    def model(self) -> Model:
        """What turns questions into vectors."""
        return self._model

    async def search(
        self, tenant: UUID, question: str, most: int, *, dense: bool = True, lexical: bool = True
    ) -> Findings:
        """The passages for a question; `dense` and `lexical` switch one way off, to compare them."""
        near, (weights, proposed, exact) = await asyncio.gather(
            self._near(tenant, question) if dense else _nothing(), self._spoken(tenant, question)
        )
        passages = {one.key: one for one in (*proposed, *exact)}
        if missing := near.keys() - passages.keys():
            async with self._database.tenant(tenant) as connection:
                passages |= await _named(connection, missing)
        evidence = {key: weights.evidence(one.words) for key, one in passages.items()}
        spoken = sorted((one.key for one in proposed), key=lambda key: -evidence[key])
        named = {one.key for one in exact}
        fused = fuse(
            [key for key in near if key in passages],
            spoken if lexical else [],
            named if lexical else (),
        )
        found = [
            Found(
                passage=passages[key],
                dense=max(near.get(key, {}).values(), default=0.0),
                lexical=1.0 if key in named else evidence[key],
                fused=fused[key],
                views=near.get(key, {}),
            )
            for key in sorted(fused, key=lambda key: -fused[key])
        ]
        best = spread(found, most)
        gate = WITH_VECTORS if near else BY_WORDS
        return Findings(question, best, gate.sure(best), weights, by_words_alone=not near)

    async def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text's words."""
        async with self._database.connection() as connection:
            return await stems_of(connection, texts)

    async def _near(self, tenant: UUID, question: str) -> Near:
        """By sense; empty when there is no model or its index does not answer."""
        vectors = await self._model.embed([question])
        if vectors is None:
            return {}
        try:
            index = self._index.of(tenant, self._model.id)
            views = await index.nearest(vectors[0], _VIEWS)
        except VectorsError as error:
            log.warning("a question is answered by full text alone: %s", error)
            return {}
        near: Near = {}
        for key, cosine in views.items():
            passage, _, view = key.rpartition(":")
            near.setdefault(passage, {})[int(view)] = cosine
        return near

    async def _spoken(
        self, tenant: UUID, question: str
    ) -> tuple[Weights, list[Passage], list[Passage]]:
        """By words; and those that have a part number which was asked for."""
        typed = [f"%{_escaped(code)}%" for code in codes(question)]
        async with self._database.tenant(tenant) as connection:
            weights = await _weights(connection, question)
            async with connection.cursor(row_factory=class_row(Passage)) as cursor:
                said = " ".join(word for one in weights.of for word in one.words) or question
                await cursor.execute(_PROPOSE, (said, _PROPOSED))
                proposed = await cursor.fetchall()
                if typed:
                    await cursor.execute(_WITH_CODE, (typed,))
                return weights, proposed, await cursor.fetchall() if typed else []


def _escaped(code: str) -> str:
    return code.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _nothing() -> Near:
    return {}


async def _named(connection: Connection, keys: Collection[str]) -> dict[str, Passage]:
    if not keys:
        return {}
    documents = [UUID(key.partition(":")[0]) for key in keys]
    async with connection.cursor(row_factory=class_row(Passage)) as cursor:
        await cursor.execute(_NAMED, (list(keys), documents))
        return {one.key: one for one in await cursor.fetchall()}


async def _weights(connection: Connection, question: str) -> Weights:
    """How much each word of this question says in this knowledge."""
    words = list(asked(question))
    cursor = await connection.execute(
        _KNOWN, ([one for one, _ in words], [one for _, one in words])
    )
    rows = await cursor.fetchall()
    counts = {
        Asked(frozenset(wide), common=not _COMMON.isdisjoint(own)): count
        for own, wide, count, _ in rows
        if _ASKING.isdisjoint(own) or len(rows) == 1
    }
    return weigh(counts, rows[0][3] if rows else 0)


async def stems_of(connection: Connection, texts: Sequence[str]) -> list[list[str]]:
    """The stems of each text's words, as PostgreSQL sees them."""
    cursor = await connection.execute(
        "SELECT tsvector_to_array(to_tsvector('english', text))"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS given (text, number) ORDER BY number",
        (list(texts),),
    )
    return [row[0] for row in await cursor.fetchall()]
