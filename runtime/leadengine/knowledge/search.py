"""Finding passages for a question: PostgreSQL's full text proposes, rare words decide.

A passage's evidence is the share of the question it speaks of, each word weighing the more the fewer
passages know it. A word that no passage knows weighs most: it is how a question that cannot be
answered is recognised.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from leadengine.database import Connection

ENOUGH = 0.45
"""Evidence from which on a passage may be given as an answer."""

_PROPOSED = 40
# They ask; they are not what is asked about.
_ASKING = frozenset(
    ("much", "mani", "long", "often", "soon", "pleas", "tell", "want", "need", "know")
)
_KNOWN = """
SELECT word, (SELECT count(*) FROM passages WHERE words @@ format('%%L', word)::tsquery)
FROM unnest(%s::text[]) AS asked (word)
"""
_PROPOSE = """
SELECT d.title, d.source, p.heading, p.text, tsvector_to_array(p.words) AS words
FROM passages p JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id,
     LATERAL (SELECT replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery AS query) q
WHERE p.words @@ q.query ORDER BY ts_rank_cd(p.words, q.query, 1) DESC LIMIT %s
"""


@dataclass(frozen=True)
class Passage:
    """A proposed source, with the stems of its words."""

    title: str
    source: str
    heading: str
    text: str
    words: list[str]


@dataclass(frozen=True)
class Found:
    """A passage with its evidence, from 0 to 1."""

    passage: Passage
    evidence: float


@dataclass(frozen=True)
class Weights:
    """How much each word of a question says."""

    of: Mapping[str, float]

    def evidence(self, words: Collection[str]) -> float:
        """The share of the question that these words speak of."""
        whole = sum(self.of.values())
        spoken = sum(weight for word, weight in self.of.items() if word in words)
        return spoken / whole if whole else 0.0


def weigh(known: Mapping[str, int], passages: int) -> Weights:
    """Weights from the number of passages that know each word."""
    return Weights(
        {word: math.log(1 + (passages + 1) / (count + 0.5)) for word, count in known.items()}
    )


async def weights(connection: Connection, question: str) -> Weights:
    """How much each word of this question says in this knowledge."""
    stems = await stems_of(connection, [question])
    asked = [word for word in stems[0] if word not in _ASKING] or stems[0]
    cursor = await connection.execute(_KNOWN, (asked,))
    known = dict(await cursor.fetchall())
    cursor = await connection.execute("SELECT count(*) FROM passages")
    row = await cursor.fetchone()
    return weigh(known, row[0] if row else 0)


async def search(
    connection: Connection, question: str, weights: Weights, limit: int
) -> list[Found]:
    """The passages with the most evidence, best first."""
    async with connection.cursor(row_factory=class_row(Passage)) as cursor:
        await cursor.execute(_PROPOSE, (question, _PROPOSED))
        proposed = await cursor.fetchall()
    found = [Found(passage, weights.evidence(passage.words)) for passage in proposed]
    return sorted(found, key=lambda one: -one.evidence)[:limit]


async def stems_of(connection: Connection, texts: Sequence[str]) -> list[list[str]]:
    """The stems of each text's words, as PostgreSQL sees them."""
    cursor = await connection.execute(
        "SELECT tsvector_to_array(to_tsvector('english', text))"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS given (text, number) ORDER BY number",
        (list(texts),),
    )
    return [row[0] for row in await cursor.fetchall()]
