"""Which migrations may run while older code serves: those that are known to be additions.

Everything else is refused unless its file declares the oldest code that can live with it
(`oldest_compatible`). What the linter does not know counts as something else, and so does what reads
a whole table: all of a migration is one transaction, whose locks last until its end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from leadengine.migrations.tokens import Words, after, readable, split, starts, statements

_HARMLESS = (
    ("CREATE", "TYPE"),
    ("CREATE", "SCHEMA"),
    ("CREATE", "SEQUENCE"),
    ("CREATE", "VIEW"),
    ("GRANT",),
    ("COMMENT", "ON"),
)
# Each makes PostgreSQL read or lock the whole table, or makes the INSERT of older code fail.
_HEAVY = {"GENERATED", "UNIQUE", "PRIMARY", "KEY", "REFERENCES", "CHECK", "USING", "("}
_SERIAL = {"SERIAL", "BIGSERIAL", "SMALLSERIAL"}
_CONSTANT = {"TRUE", "FALSE"}


def refused(sql: str) -> tuple[str, ...]:
    """The statements of one revision that are not known to be additions."""
    made = _Made()
    return tuple(readable(words) for words in statements(sql) if not made.allows(words))


@dataclass
class _Made:
    """What the revision has made so far: nobody else knows of it, so anything may happen to it."""

    tables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def allows(self, words: Words) -> bool:
        if any(word[0] == "'" and "\\" in word for word in words):
            return False  # it may end elsewhere than it seems to
        if any(starts(words, *pattern) for pattern in _HARMLESS):
            return True
        return any(
            starts(words, *beginning) and judge(self, words[len(beginning) :])
            for beginning, judge in _RULES
        )

    def table(self, rest: Words) -> bool:
        if starts(rest, "IF") or "SELECT" in rest:  # not ours alone, or filled for a long time
            return False
        self.tables.add(_name(rest))
        return not {"PARTITION", "INHERITS"} & set(rest) or self._divides(rest)

    def _divides(self, rest: Words) -> bool:
        """A table made of partitions, or a partition of a table of the same revision."""
        of = [at for at, pair in enumerate(_pairs(rest)) if pair == ("PARTITION", "OF")]
        return "INHERITS" not in rest and all(_name(rest[at + 2 :]) in self.tables for at in of)

    def function(self, rest: Words) -> bool:
        self.functions.add(_name(rest))
        return True

    def of_own_table(self, rest: Words) -> bool:
        return "CONCURRENTLY" not in rest and "ON" in rest and self.own(_behind(rest, "ON"))

    def values(self, rest: Words) -> bool:
        return self.own(rest) and "SELECT" not in rest

    def own(self, rest: Words) -> bool:
        return _name(after(rest, "ONLY")) in self.tables

    def alteration(self, rest: Words) -> bool:
        rest = after(after(rest, "IF", "EXISTS"), "ONLY")
        if _name(rest) in self.tables:
            return True
        return all(_adds(action) for action in split(_behind_name(rest), ","))

    def revocation(self, rest: Words) -> bool:
        if "FUNCTION" not in rest or "FROM" not in rest:
            return False
        named = _behind(rest, "FUNCTION")
        named = named[: named.index("FROM")]
        return all(_name(function) in self.functions for function in split(named, ","))


_RULES: tuple[tuple[tuple[str, ...], Callable[[_Made, Words], bool]], ...] = (
    (("CREATE", "TABLE"), _Made.table),
    (("CREATE", "FUNCTION"), _Made.function),
    (("CREATE", "INDEX"), _Made.of_own_table),
    (("CREATE", "UNIQUE", "INDEX"), _Made.of_own_table),
    (("CREATE", "POLICY"), _Made.of_own_table),
    (("CREATE", "TRIGGER"), _Made.of_own_table),
    (("INSERT", "INTO"), _Made.values),
    (("ALTER", "TABLE"), _Made.alteration),
    (("REVOKE",), _Made.revocation),
)


def _adds(action: Words) -> bool:
    if starts(action, "ADD", "CONSTRAINT"):
        return action[-2:] == ("NOT", "VALID") and ("CHECK" in action or "FOREIGN" in action)
    if starts(action, "ADD"):
        column = after(after(action[1:], "COLUMN"), "IF", "NOT", "EXISTS")
        return _is_light(_behind_name(column))
    return False


def _is_light(definition: Words) -> bool:
    """A column that costs nothing to add, and that older code need not know of."""
    if (_HEAVY | _SERIAL) & set(definition):
        return False
    if "DEFAULT" not in definition:
        return ("NOT", "NULL") not in _pairs(definition)
    value = after(_behind(definition, "DEFAULT"), "-")
    return bool(value) and _is_constant(value[0]) and all(map(_follows_constant, value[1:]))


def _is_constant(word: str) -> bool:
    return word in _CONSTANT or word[0] == "'" or word[0].isdigit()


def _follows_constant(word: str) -> bool:
    """A cast of the constant, or NOT NULL; no operator and no call."""
    return word in ("::", "[", "]") or word.replace("_", "").isalnum()


def _pairs(words: Words) -> Iterator[tuple[str, str]]:
    return pairwise(words)


def _behind(words: Words, word: str) -> Words:
    return words[words.index(word) + 1 :]


def _name(words: Words) -> str:
    """The name at the beginning; an own schema makes another name, which nobody has made."""
    return "".join(words[: 3 if words[1:2] == (".",) else 1])


def _behind_name(words: Words) -> Words:
    return words[3 if words[1:2] == (".",) else 1 :]
