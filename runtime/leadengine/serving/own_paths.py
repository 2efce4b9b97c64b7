"""The first parts of the stack's own paths; in a shared stack no client can be called like one."""

OWN_PATHS = frozenset(
    [
        *(
            "brand.css",
            "chat.js",
            "chat.json",
            "complaints",
            "consent.js",
            "conversations",
            "conversations.csv",
            "knowledge.csv",
            "embed",
            "embed.js",
        ),
        *("healthz", "insights", "insights.csv", "install", "internal", "knowledge", "leads"),
        *("leads.csv", "live", "metrics", "pixel.js", "readyz", "set-password", "settings"),
        *("sign-in", "sign-out", "static", "v1", "visits.csv", ".well-known"),
    ]
)
RESERVED = OWN_PATHS | {"admin", "api", "app", "assets", "cdn", "login", "platform", "www"}
"""What no client is called, so that these stay free."""
