"""What arrives is read as it comes: whole, or refused in one sentence."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from leadengine.travelling.manifest import Manifest, TableSum, Whose
from leadengine.travelling.reading import Lines, TravelError, read
from leadengine.travelling.tables import Sum

TEXT = b"".join(b"row %d\twith a tab\n" % number for number in range(5000))
PACKED = gzip.compress(TEXT)


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


def all_lines(data: bytes, size: int) -> list[bytes]:
    async def collect() -> list[bytes]:
        lines = Lines(pieces(data, size))
        found = [await lines.next() for _ in range(TEXT.count(b"\n"))]
        assert await lines.ended()
        return found

    return asyncio.run(collect())


@pytest.mark.parametrize("size", [1, 77, 4096, 10_000_000])
def test_lines_come_out_however_the_stream_is_cut(size: int) -> None:
    assert b"".join(all_lines(gzip.compress(TEXT), size)) == TEXT


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        PACKED[:-200],
        PACKED[:5],
        gzip.compress(TEXT[:-4000]),
        PACKED.replace(PACKED[40:60], bytes(20)),
    ],
    ids=("nothing", "nonsense", "cut", "head", "unended", "damaged"),
)
def test_what_is_cut_off_or_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(TravelError, match="what arrived is not whole, or not a client"):
        all_lines(data, 512)


def test_a_small_stream_cannot_become_an_endless_row() -> None:
    """A bomb: 100 MB of one row in 100 kB."""
    with pytest.raises(TravelError):
        all_lines(gzip.compress(b"x" * 100_000_000, 9), 4096)


def test_a_first_line_that_is_none_is_refused() -> None:
    good = {"client_id": "a" * 24, "slug": "acme", "domain": "acme.test", "email": "a@acme.test"}
    whose = Whose(**good, revision="0010")
    assert read(Whose, whose.model_dump_json().encode()) == whose
    for line in (b"{}", b"[]", b"\xff", b'{"client_id": "../etc"}', b'{"tables": {}}'):
        with pytest.raises(TravelError):
            read(Whose, line)


def test_manifests_differ_by_what_is_in_the_rows_and_by_their_order() -> None:
    def of(*rows: bytes) -> Manifest:
        total = Sum()
        for row in rows:
            total.add(row)
        return Manifest(tables={"leads": TableSum(**vars(total.found()))})

    one = of(b"a\n", b"b\n")
    assert one.differing(of(b"a\nb\n")) == []
    assert one.rows == 2
    assert one.differing(of(b"b\n", b"a\n")) == ["leads"]
    assert one.differing(of(b"a\n")) == ["leads"]
    assert one.differing(Manifest(tables={})) == ["leads"]
