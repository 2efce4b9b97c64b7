"""Columns of small numbers in one value of the database: read without a copy, counted by numpy."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

_ALIGNED = 8
_CODES = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True)
class Columns:
    """Columns by name, and for those that are codes the words that these stand for."""

    arrays: Mapping[str, Column]
    words: Mapping[str, Sequence[str]]

    def to_bytes(self) -> bytes:
        """What `of_bytes` reads: a line of JSON, then the columns one after the other."""
        shapes = [(name, each.dtype.str, len(each)) for name, each in self.arrays.items()]
        head = json.dumps({"columns": shapes, "words": self.words}).encode() + b"\n"
        return _padded(head) + b"".join(_padded(each.tobytes()) for each in self.arrays.values())

    @classmethod
    def of_bytes(cls, packed: bytes) -> "Columns":
        """The columns, as views of these bytes."""
        end = packed.index(b"\n") + 1
        head = json.loads(packed[:end])
        arrays, at = {}, _aligned(end)
        for name, kind, length in head["columns"]:
            arrays[name] = each = np.frombuffer(packed, np.dtype(kind), length, at)
            at += _aligned(each.nbytes)
        return cls(arrays, head["words"])


def coded(values: Iterable[str]) -> tuple[Column, list[str]]:
    """A number for each value, and the value of each number."""
    known: dict[str, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    kind = next(kind for kind in _CODES if len(known) <= np.iinfo(kind).max)
    return np.array(codes, kind), list(known)


def _aligned(length: int) -> int:
    return -(-length // _ALIGNED) * _ALIGNED


def _padded(data: bytes) -> bytes:
    return data.ljust(_aligned(len(data)), b"\0")
