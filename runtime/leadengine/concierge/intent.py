"""What a visitor wants besides an answer: told from their own words, without a model."""

import re
from collections.abc import Sequence

from leadengine.concierge.prompt import Turn

_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|pass|put me through|write)\b.{0,30}"
    r"\b(?:human|person|agent|someone|somebody|staff|team member|representative|advisor|colleague)\b"
    r"|\b(?:real|actual|live)\s+(?:human|person|agent)\b|^\s*(?:human|agent|person)\b[\s!.]*$"
    r"|\bcall me(?: back)?\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"\b(?:price|cost|quote|how much|book|demo|appointment|offer|buy)\b", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}")
_POINTING = re.compile(
    r"\b(?:it|its|that|those|these|they|them|same)\b|^\s*(?:and|what about|how about|why|or)\b",
    re.IGNORECASE,
)
_SHORT = 3


def wants_a_person(question: str) -> bool:
    """Whether they ask for a human being."""
    return bool(_PERSON.search(question))


def is_interested(question: str) -> bool:
    """Whether they ask as somebody does who might buy."""
    return bool(_PRICE.search(question))


def address_in(question: str) -> str:
    """An address of mail they left in their words; empty without one."""
    found = _EMAIL.search(question)
    return found[0] if found else ""


def with_what_it_points_to(question: str, earlier: Sequence[Turn]) -> str:
    """A question that seems to point back, behind the one before; empty when it stands alone."""
    if earlier and (len(question.split()) <= _SHORT or _POINTING.search(question)):
        return f"{earlier[-1].question} {question}"
    return ""
