"""What is taken out of a text before somebody else reads it. Pure; too much rather than too little."""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable

_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL)
_CREDENTIAL = re.compile(
    r"(?i)\b(authorization|cookie|set-cookie|x-api-key)(\"?\s*[:=]\s*)[^\r\n]+"
    r"|\b(bearer|basic)\s+[A-Za-z0-9+/._~=-]{6,}"
    r"|\b(password|passphrase|passwd|secret|token|api_?key)(\"?\s*[:=]\s*\"?)[^\s\",;&]+"
)
_SIGNED_IN = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}")
_QUERY = re.compile(r"(?<=[A-Za-z0-9/._-])[?#][A-Za-z0-9_%.~+=&;:@/!$*()-]+")
_PHONE = re.compile(r"(?<![\w.:-])\+\d[\d ()-]{7,18}\d\b")
_MAYBE_ADDRESS = re.compile(
    r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)"
)
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
# Made by chance: a long run with digits, or small, capital and digit together. No container's name is.
_RUN = re.compile(r"(?<!sha256:)(?<![\w/])(?=[A-Za-z_]*\d)\w{20,}(?![\w/])")
_MIXED = re.compile(
    r"(?<![\w/-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{25,}(?![\w/-])"
)


def redact(text: str, secrets: Iterable[str] = ()) -> tuple[str, Counter[str]]:
    """The text with what nobody else should read replaced by its kind, and how often each was found.

    Args:
        secrets: what is known to be secret, word for word.
    """
    found: Counter[str] = Counter()

    def hide(kind: str) -> Callable[[re.Match[str]], str]:
        def put(_match: re.Match[str]) -> str:
            found[kind] += 1
            return f"[{kind}]"

        return put

    for secret in sorted({one for one in secrets if len(one) > 3}, key=len, reverse=True):
        text = re.sub(re.escape(secret), hide("secret"), text)
    for kind, pattern in (
        ("key", _BLOCK),
        ("credential", _CREDENTIAL),
        ("credential", _SIGNED_IN),
        ("e-mail", _MAIL),
        ("query", _QUERY),
        ("telephone", _PHONE),
    ):
        text = pattern.sub(hide(kind), text)
    text = _MAYBE_ADDRESS.sub(lambda match: _address(match, hide("address")), text)
    for pattern in (_UUID, _MIXED, _RUN):
        text = pattern.sub(hide("token"), text)
    return text, found


def _address(match: re.Match[str], hide: Callable[[re.Match[str]], str]) -> str:
    try:
        ipaddress.ip_address(match[0].rstrip(".:") or match[0])
    except ValueError:
        return match[0]
    return hide(match)
