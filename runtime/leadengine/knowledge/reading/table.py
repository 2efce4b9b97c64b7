"""A CSV table with a question and the wanted answer in each row."""

import csv
import io
from collections.abc import Iterator

from leadengine.knowledge.reading.section import Section, UnreadableError, tidy

_HEADERS = {("question", "answer"), ("q", "a"), ("questions", "answers")}


def sections(text: str) -> Iterator[Section]:
    """One section for each row.

    Raises:
        UnreadableError: it is no table, or a row has no answer.
    """
    try:
        rows = list(csv.reader(io.StringIO(text), _dialect(text), strict=True))
    except csv.Error as error:
        raise UnreadableError(f"the table cannot be read: {error}") from None
    for number, row in enumerate(rows):
        if not any(row) or (number == 0 and tuple(map(_word, row[:2])) in _HEADERS):
            continue
        if len(row) < 2:
            raise UnreadableError("each row of the table needs a question and an answer")
        yield Section(tidy(row[0]), tidy(row[1]))


def _word(cell: str) -> str:
    return cell.strip().lower()


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas, or the semicolons of a spreadsheet that was set to another country."""
    first = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = ";" if first.count(";") > first.count(",") else ","

    return Found
