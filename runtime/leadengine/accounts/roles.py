"""Who may do what: one table; what is not in it is for administrators."""

from typing import Literal

Role = Literal["admin", "member", "viewer"]
ROLES: dict[Role, str] = {
    "admin": "everything, also settings and other people's accounts",
    "member": "leads, conversations and knowledge",
    "viewer": "looks, and changes nothing",
}
_RANK: dict[str, int] = {"viewer": 1, "member": 2, "admin": 3}

_LOOKING = (
    *("/", "/visits.csv", "/leads", "/leads.csv", "/leads/{lead}", "/conversations"),
    *("/conversations/{wanted}", "/insights", "/insights.csv", "/knowledge", "/live", "/settings"),
    *("/conversations.csv", "/knowledge.csv", "/leads/{lead}/deeds.csv"),
)
PERMITTED: dict[tuple[str, str], Role] = {
    **{("GET", path): "viewer" for path in _LOOKING},
    ("GET", "/settings/account"): "viewer",
    ("POST", "/settings/account/code"): "viewer",
    ("POST", "/settings/account/code/confirm"): "viewer",
    ("POST", "/settings/account/code/remove"): "viewer",
    ("POST", "/leads/{lead}/owner"): "member",
    ("POST", "/conversations/{wanted}"): "member",
    ("POST", "/conversations/{wanted}/resolve"): "member",
    ("POST", "/knowledge"): "member",
    ("POST", "/knowledge/remove"): "member",
}
"""The least role for each route, by method and the route's own path."""


def may(role: str, method: str, path: str) -> bool:
    """Whether somebody of this role may use a route; an unknown role may use none."""
    needed = PERMITTED.get(("GET" if method == "HEAD" else method, path), "admin")
    return _RANK.get(role, 0) >= _RANK[needed]
