"""Questions put to the knowledge from outside: how each way of finding does, side by side.

One question a line on standard input; one JSON object a line comes out: for `dense`, `lexical` and
`hybrid` the sources in order and the milliseconds of each try, and what a visitor would read without
a model.
"""

import json
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from leadengine.concierge.quoting import quote
from leadengine.database import Database
from leadengine.knowledge import library
from leadengine.knowledge.search import Findings, Retriever
from leadengine.settings import Settings

_MOST = 10
_WORK_SECONDS = 0.004
_WAYS = {"dense": (True, False, 1), "lexical": (False, True, 1), "hybrid": (True, True, 3)}
"""Whether sense and words take part, and how often it is tried."""


async def try_questions(
    settings: Settings, questions: Iterable[str], say: Callable[[str], None]
) -> None:
    """Answer each question in each way."""
    database = Database(settings.database_url.get_secret_value(), size=4)
    books = library.build(settings, database)
    await database.open()
    try:
        tenant = await database.tenant_of(settings.client_id)
        if tenant is not None:
            await books.retriever.search(tenant, "warm up", 1)
            for line in questions:
                if question := line.strip():
                    say(json.dumps(await _tried(books.retriever, tenant, question)))
    finally:
        await books.close()
        await database.close()


async def _tried(retriever: Retriever, tenant: UUID, question: str) -> dict[str, object]:
    ways: dict[str, object] = {}
    findings: Findings | None = None
    for name, (dense, lexical, tries) in _WAYS.items():
        times = []
        for _ in range(tries):
            begun = time.perf_counter()
            findings = await retriever.search(tenant, question, _MOST, dense=dense, lexical=lexical)
            times.append(round((time.perf_counter() - begun) * 1000, 2))
        assert findings is not None  # noqa: S101 - it was asked
        sources = [one.passage.source for one in findings.found]
        ways[name] = {"sources": sources, "ms": times}
    assert findings is not None  # noqa: S101 - there are three ways
    answer = await quote(retriever, findings)
    return {
        "question": question,
        "busy": _busy(),
        **ways,
        "sure": round(findings.sure, 4),
        "by_words_alone": findings.by_words_alone,
        "answered": answer.answered,
        "answer": answer.text,
        "cited": [one.source for one in answer.citations],
    }


def _busy() -> float:
    """How many times longer than its processor time a piece of work takes: 1 on an idle machine."""
    begun, spent = time.perf_counter(), time.process_time()
    while time.process_time() - spent < _WORK_SECONDS:
        pass
    return round((time.perf_counter() - begun) / (time.process_time() - spent), 2)
