"""Addresses of web pages, each in one form."""

from urllib.parse import urlsplit, urlunsplit


def bare(host: str) -> str:
    """A host without its `www.`: to visitors both are one site."""
    return host.lower().rstrip(".").removeprefix("www.")


def normal(url: str) -> str:
    """One form for the addresses of one page: no fragment, no default port, a path."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    if parts.username or parts.password:
        host = f"user@{host}"  # seen by the fetcher, which refuses it
    return urlunsplit((parts.scheme.lower(), host + port, parts.path or "/", parts.query, ""))
