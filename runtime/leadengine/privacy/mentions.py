"""An address of mail in a text: found as a whole, so that `ann@` is not found in `joann@`."""

import re


def pattern_of(email: str) -> str:
    """A regular expression, for Python and PostgreSQL alike, of an address in lower-case text.

    In URLs the `@` may be written as `%40`.
    """
    local, _, domain = email.lower().rpartition("@")
    whole = f"{re.escape(local)}(?:@|%40){re.escape(domain)}"
    return f"(?<![a-z0-9._+-]){whole}(?![a-z0-9-])(?!\\.[a-z0-9])"


def is_address(email: str) -> bool:
    """Whether it is enough of an address to be looked for: an empty one would be found everywhere."""
    local, _, domain = email.strip().rpartition("@")
    return bool(local and domain and len(email) <= 254 and not re.search(r"\s", email.strip()))
