"""A plan as data: dry run, confirmation, record and progress are four views of the same plan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: `name` for programs, `sentence` for people, in the imperative."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Plan:
    """What an operation will do, in order, and what a person should know before it starts."""

    title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
