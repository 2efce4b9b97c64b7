"""Word files (DOCX), by `python-docx`."""

import io
import re
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from leadengine.knowledge.reading import markdown
from leadengine.knowledge.reading.section import Section, UnreadableError

LARGEST_UNPACKED = 40_000_000
_MOST_PARTS = 2000
_LEVEL = re.compile(r"(?:Heading (\d)|Title)$")


def sections(name: str, content: bytes) -> tuple[str, list[Section]]:
    """The title and the sections by heading, tables as lines.

    Raises:
        UnreadableError: it is broken, or would unpack to far more than it seems.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _bounded(name, parts)
        document = docx.Document(io.BytesIO(content))
        lines = list(_lines(document))
        title = document.core_properties.title.strip()
    except UnreadableError:
        raise
    except (
        OpcError,
        LxmlError,
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        NotImplementedError,
        EOFError,
    ) as error:
        message = f"{name} is not a sound Word file ({type(error).__name__})"
        raise UnreadableError(message) from None
    return title, list(markdown.sections("\n".join(lines)))


def _bounded(name: str, parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    if len(entries) > _MOST_PARTS or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
        limit = LARGEST_UNPACKED // 1_000_000
        raise UnreadableError(f"{name} unpacks to more than {limit} MB; that is no document")


def _lines(document: WordDocument) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block)
        elif block.text.strip():
            yield _marks(block) + block.text.replace("\n", " ").strip()


def _marks(paragraph: Paragraph) -> str:
    style = paragraph.style.name if paragraph.style is not None else ""
    level = _LEVEL.match(style or "")
    return "#" * int(level[1] or 1) + " " if level else ""


def _rows(table: Table) -> Iterator[str]:
    rows = [[cell.text.strip().replace("\n", " ") for cell in row.cells] for row in table.rows]
    for row in rows[1:] or rows:
        yield markdown.as_line(rows[0] if len(rows) > 1 else [], row)
