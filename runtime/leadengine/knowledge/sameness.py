"""Documents that say the same under several addresses: a fingerprint that similar texts share."""

import hashlib
import re
from collections import Counter

_WORD = re.compile(r"\w+")
_BITS = 64
_NEAR = 3


def fingerprint(text: str) -> int:
    """The SimHash of a text's runs of three words, as a number that PostgreSQL's bigint holds."""
    words = _WORD.findall(text.lower())
    runs = Counter(zip(words, words[1:], words[2:], strict=False)) or Counter([tuple(words)])
    sums = [0] * _BITS
    for run, times in runs.items():
        bits = int.from_bytes(hashlib.blake2b(" ".join(run).encode(), digest_size=8).digest())
        for at in range(_BITS):
            sums[at] += times if bits >> at & 1 else -times
    mark = sum(1 << at for at, total in enumerate(sums) if total > 0)
    return mark - (1 << _BITS) if mark >> (_BITS - 1) else mark


def same(one: int, other: int) -> bool:
    """Whether two fingerprints belong to texts that hardly differ."""
    return ((one ^ other) & ((1 << _BITS) - 1)).bit_count() <= _NEAR
