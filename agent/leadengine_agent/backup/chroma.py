"""The vector store over HTTP, record by record; standard library only, for one-off containers.

Its files cannot be copied while it runs, and a record says all there is to say of a vector.
"""

import http.client
import json
from collections.abc import Iterator
from typing import Any

_ROOT = "/api/v2/tenants/default_tenant/databases/default_database"
_PAGE = 300
_FIELDS = ("embeddings", "documents", "metadatas", "uris")
STAGED = "-restoring"
"""How a collection ends that is filled and not in service yet."""


class ChromaError(OSError):
    """The vector store does not answer, or not as it should."""


class Chroma:
    """One vector store."""

    def __init__(self, host: str, port: int = 8000) -> None:
        self._host = host
        self._port = port

    def collections(self) -> dict[str, dict[str, Any]]:
        """Name -> what the store says of it; those that a killed restore left are none."""
        found = self._all()
        return {name: each for name, each in found.items() if not name.endswith(STAGED)}

    def staged(self) -> list[str]:
        """Names of collections that are filled and not in service."""
        return [name for name in self._all() if name.endswith(STAGED)]

    def find(self, name: str) -> str:
        """A collection's id; empty: there is none of this name."""
        return str(self._all().get(name, {}).get("id", ""))

    def _all(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        while page := self._ask("GET", f"/collections?limit=200&offset={len(found)}"):
            found |= {each["name"]: each for each in page}
        return found

    def records(self, identity: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of records in the order of their ids; what is deleted meanwhile is left out."""
        ids = sorted(self._ids(identity))
        for start in range(0, len(ids), _PAGE):
            yield self._page(identity, ids[start : start + _PAGE])

    def _ids(self, identity: str) -> list[str]:
        found: list[str] = []
        while page := self._get(identity, limit=5000, offset=len(found), include=[])["ids"]:
            found += page
        return found

    def _page(self, identity: str, ids: list[str]) -> list[dict[str, Any]]:
        answer = self._get(identity, ids=ids, include=list(_FIELDS))
        columns = {name: answer.get(name) or [None] * len(answer["ids"]) for name in _FIELDS}
        rows = [
            {"id": each, **{name: columns[name][number] for name in _FIELDS}}
            for number, each in enumerate(answer["ids"])
        ]
        return sorted(rows, key=lambda row: str(row["id"]))

    def _get(self, identity: str, **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("POST", f"/collections/{identity}/get", query)
        return found

    def drop(self, name: str) -> None:
        """Forget a collection, if there is one of this name."""
        if name in self._all():
            self._ask("DELETE", f"/collections/{name}")

    def create(self, name: str, like: dict[str, Any]) -> str:
        """Make an empty collection with the settings of another; its id."""
        wanted = {"name": name, "metadata": like.get("metadata")}
        if like.get("configuration_json"):
            wanted["configuration"] = like["configuration_json"]
        return str(self._ask("POST", "/collections", wanted)["id"])

    def add(self, identity: str, rows: list[dict[str, Any]]) -> None:
        """Add records."""
        body: dict[str, Any] = {"ids": [row["id"] for row in rows]}
        for name in _FIELDS:
            column = [row[name] for row in rows]
            body[name] = column if any(each is not None for each in column) else None
        self._ask("POST", f"/collections/{identity}/add", body)

    def rename(self, identity: str, name: str) -> None:
        self._ask("PUT", f"/collections/{identity}", {"new_name": name})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        try:
            content = None if body is None else json.dumps(body).encode()
            headers = {"Content-Type": "application/json"}
            connection.request(method, _ROOT + path, content, headers)
            response = connection.getresponse()
            text = response.read()
        except http.client.HTTPException as error:
            message = f"the vector store broke off: {type(error).__name__}"
            raise ChromaError(message) from error
        finally:
            connection.close()
        if response.status >= 300:
            message = f"the vector store answers {response.status}: {text[:200]!r}"
            raise ChromaError(message)
        return json.loads(text or b"null")


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    """Records as they are kept and hashed: one line each, keys in order."""
    lines = (json.dumps(row, sort_keys=True, separators=(",", ":")) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()
