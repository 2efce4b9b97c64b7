"""Lists in pages, as each API gives them."""

from typing import Any

from tests.lab.cloud.web import Request


def hetzner_page(request: Request, name: str, found: list[Any]) -> dict[str, Any]:
    """With `meta.pagination`; 25 a page unless told, at most 50."""
    size = min(50, int(request.query.get("per_page", 25)))
    number = int(request.query.get("page", 1))
    last = max(1, -(-len(found) // size))
    pagination = {
        "page": number,
        "per_page": size,
        "previous_page": number - 1 if number > 1 else None,
        "next_page": number + 1 if number < last else None,
        "last_page": last,
        "total_entries": len(found),
    }
    return {
        name: found[(number - 1) * size : number * size],
        "meta": {"pagination": pagination},
    }


def digitalocean_page(request: Request, base: str, name: str, found: list[Any]) -> dict[str, Any]:
    """With `links.pages` and `meta.total`; 20 a page unless told, at most 200."""
    size = min(200, int(request.query.get("per_page", 20)))
    number = int(request.query.get("page", 1))
    last = max(1, -(-len(found) // size))
    links: dict[str, str] = {}
    if number < last:
        links = {
            "next": f"{base}?page={number + 1}&per_page={size}",
            "last": f"{base}?page={last}&per_page={size}",
        }
    return {
        name: found[(number - 1) * size : number * size],
        "links": {"pages": links} if links else {},
        "meta": {"total": len(found)},
    }
