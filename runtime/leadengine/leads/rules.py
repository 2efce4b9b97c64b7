"""The rules of a score as data: a client may change them, and sees what that does before it counts."""

import re
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal[
    "company-mail",
    "private-mail",
    "mail-domain",
    "has-company",
    "has-phone",
    "said-who",
    "did",
    "read",
    "pages",
]
KINDS: dict[Kind, str] = {
    "company-mail": "writes from an address of their own company",
    "private-mail": "writes from a private mailbox",
    "mail-domain": "writes from one of these domains",
    "has-company": "named a company",
    "has-phone": "left a telephone number",
    "said-who": "said who they are",
    "did": "did one of these (names of events)",
    "read": "read one of these pages (parts of a path)",
    "pages": "for each page read, ten a day at most",
}
FADING: frozenset[Kind] = frozenset(["did", "read", "pages"])
"""What somebody did counts less as time goes by; who they are does not."""


def _words(value: str) -> str:
    return ", ".join(filter(None, (word.strip() for word in value.split(","))))


class Rule(BaseModel):
    """One reason to think more, or less, of a lead.

    `what` are the names or parts of paths that it is about, between commas; `most` limits what it
    can add up to. In `words`, `{domain}` and `{company}` stand for the lead's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    axis: Literal["fit", "engagement"]
    kind: Kind
    what: Annotated[str, StringConstraints(max_length=500), AfterValidator(_words)] = ""
    points: Annotated[int, Field(ge=-100, le=100)]
    most: Annotated[int, Field(ge=1, le=100)] = 100
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]

    def names(self) -> frozenset[str]:
        """The words of `what`, in small letters."""
        return frozenset(self.what.lower().split(", ")) - {""}

    def path(self) -> re.Pattern[str]:
        """Matches paths that have one of the words as a part."""
        return _path(self.what)


@lru_cache(maxsize=256)
def _path(what: str) -> re.Pattern[str]:
    parts = [re.escape(word.strip("/ ")) for word in what.split(",") if word.strip("/ ")]
    return re.compile(rf"/(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)", re.IGNORECASE)


Rules = Annotated[tuple[Rule, ...], Field(min_length=1, max_length=40)]


class Model(BaseModel):
    """All the rules, and the number under which they were published; 0 is what a stack begins with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 0
    rules: Rules


def _fit(kind: Kind, points: int, words: str) -> Rule:
    return Rule(axis="fit", kind=kind, points=points, words=words)


def _deed(kind: Kind, what: str, points: int, words: str, most: int = 100) -> Rule:
    return Rule(axis="engagement", kind=kind, what=what, points=points, words=words, most=most)


DEFAULT = Model(
    rules=(
        _fit("private-mail", 10, "writes from a private mailbox"),
        _fit("company-mail", 50, "writes from {domain}"),
        _fit("has-company", 25, "works for {company}"),
        _fit("has-phone", 25, "left a telephone number"),
        _deed("said-who", "", 20, "said who they are"),
        _deed("did", "Lead Submitted, Demo Requested", 50, "asked to be contacted"),
        _deed("read", "pricing, prices, plans, quote, valuation", 25, "looked at prices"),
        _deed(
            "read",
            "contact, demo, book, appointment, get-started",
            15,
            "looked for a way to get in touch",
        ),
        _deed("read", "career, careers, job, jobs", -30, "looked at job offers"),
        _deed("pages", "", 2, "pages read", 40),
    )
)
