"""What of the dashboard can be shown elsewhere: three views, and the routes that each consists of."""

from collections.abc import Collection
from typing import Literal

View = Literal["leads", "analytics", "concierge"]

VIEWS: dict[View, str] = {
    "leads": "who said who they are, and why they are worth a call",
    "analytics": "visits, where they come from, and funnels",
    "concierge": "conversations, and what the concierge knows",
}
START: dict[View, str] = {
    "leads": "/leads",
    "analytics": "/insights",
    "concierge": "/conversations",
}
"""The page that a view begins with."""

ROUTES: dict[View, frozenset[str]] = {
    "leads": frozenset(
        ("/leads", "/leads.csv", "/leads/{lead}", "/leads/{lead}/deeds.csv", "/leads/{lead}/owner")
    ),
    "analytics": frozenset(("/insights", "/insights.csv")),
    "concierge": frozenset(
        [
            *("/conversations", "/conversations.csv", "/conversations/{wanted}"),
            *("/conversations/{wanted}/resolve", "/knowledge", "/knowledge.csv"),
            "/knowledge/remove",
        ]
    ),
}


def shows(views: Collection[str], path: str) -> bool:
    """Whether a route, by its own path, belongs to one of these views; a new route belongs to none."""
    return any(path in paths for view, paths in ROUTES.items() if view in views)
