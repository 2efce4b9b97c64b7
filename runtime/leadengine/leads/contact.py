"""Who a person says to be, as a website hands it over; nobody has proven it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadengine.tracking.queue import Value

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}")
_LONGEST_EMAIL = 254
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Contact:
    """A person by address of mail; what is not known is empty."""

    email: str
    name: str = ""
    company: str = ""
    phone: str = ""

    @property
    def domain(self) -> str:
        """The part behind the @, in small letters."""
        return self.email.rpartition("@")[2].lower()


def contact_from(traits: Mapping[str, Value]) -> Contact | None:
    """The person behind traits; None without an address that mail could be sent to."""
    email = _text(traits, "email")
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        return None
    name = _text(traits, "name") or " ".join(
        filter(None, (_text(traits, "firstName"), _text(traits, "lastName")))
    )
    return Contact(email, name[:_LONGEST_TEXT], _text(traits, "company"), _text(traits, "phone"))


def _text(traits: Mapping[str, Value], key: str) -> str:
    value = traits.get(key)
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""
