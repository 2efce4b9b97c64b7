"""Vectors in Chroma, one collection for each tenant and model.

Its HTTP interface is spoken directly: six calls, instead of a client with a dozen libraries of its own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import httpx2

from leadengine.knowledge.embedding.base import Matrix
from leadengine.knowledge.vectors.base import VectorsError

_ROOT = "/api/v2/tenants/default_tenant/databases/default_database/collections"
_BATCH = 200
_PAGE = 5000
_SECONDS = 10.0


def client(url: str) -> httpx2.AsyncClient:
    """A pool of connections to one Chroma; none is made yet."""
    return httpx2.AsyncClient(base_url=url, timeout=_SECONDS, trust_env=False)


def name_of(tenant: UUID, embedder: str) -> str:
    """The collection of a tenant's vectors of one model: another model makes another one."""
    return f"kb_{tenant.hex}_{embedder}"


class ChromaVectors:
    """One collection, made when it is first needed."""

    def __init__(self, http: httpx2.AsyncClient, name: str) -> None:
        self._http = http
        self._name = name
        self._id = ""

    async def nearest(self, vector: Matrix, most: int) -> Mapping[str, float]:
        asked = {"query_embeddings": [vector.tolist()], "n_results": most, "include": ["distances"]}
        found = await self._call("query", asked)
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return {key: 1.0 - distance for key, distance in pairs}

    async def put(self, vectors: Mapping[str, Matrix]) -> None:
        for batch in _batches(list(vectors), _BATCH):
            rows = [vectors[key].tolist() for key in batch]
            await self._call("upsert", {"ids": batch, "embeddings": rows})

    async def remove(self, ids: Collection[str]) -> None:
        for batch in _batches(list(ids), _BATCH):
            await self._call("delete", {"ids": batch})

    async def ids(self) -> frozenset[str]:
        found: set[str] = set()
        while True:
            asked = {"limit": _PAGE, "offset": len(found), "include": []}
            page = (await self._call("get", asked))["ids"]
            found.update(page)
            if len(page) < _PAGE:
                return frozenset(found)

    async def mark(self) -> str:
        collection = await self._open()
        return str((collection.get("metadata") or {}).get("mark", ""))

    async def set_mark(self, mark: str) -> None:
        path = f"{_ROOT}/{(await self._open())['id']}"
        await self._request("PUT", path, {"new_metadata": {"mark": mark}})

    async def drop(self) -> None:
        await self._open()
        await self._request("DELETE", f"{_ROOT}/{self._name}")
        self._id = ""

    async def _open(self) -> dict[str, Any]:
        asked = {
            "name": self._name,
            "get_or_create": True,
            "configuration": {"hnsw": {"space": "cosine"}},
        }
        collection: dict[str, Any] = await self._request("POST", _ROOT, asked)
        self._id = collection["id"]
        return collection

    async def _call(self, what: str, asked: Mapping[str, object]) -> dict[str, Any]:
        """Ask the collection; once more under its new id if it was lost and made again."""
        if not self._id:
            await self._open()
        try:
            return await self._request("POST", f"{_ROOT}/{self._id}/{what}", asked)
        except _GoneError:
            await self._open()
            return await self._request("POST", f"{_ROOT}/{self._id}/{what}", asked)

    async def _request(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise VectorsError(
                f"Chroma does not answer: {error or type(error).__name__}"
            ) from error
        if answer.status_code == 404:
            raise _GoneError("Chroma does not know the collection")
        if answer.is_error:
            raise VectorsError(f"Chroma answered {answer.status_code}: {answer.text[:200]}")
        found: dict[str, Any] = answer.json() or {}
        return found


class _GoneError(VectorsError):
    """The collection is not there any more."""


def _batches(keys: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch
