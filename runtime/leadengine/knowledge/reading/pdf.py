"""PDF files, by `pypdf`."""

import io
import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from leadengine.knowledge.reading.section import Section, UnreadableError, path, tidy

MOST_PAGES = 300
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_BROKEN_LINE = re.compile(r"(?<![.!?:;\n])\n(?=[a-z(0-9£$€])")


def sections(name: str, content: bytes) -> tuple[str, list[Section]]:
    """The title, and one section for each page.

    Raises:
        UnreadableError: it is locked, broken, too long, or made of pictures.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError(f"{name} is locked with a password")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableError(f"{name} has more than {MOST_PAGES} pages; split it")
        pages = list(_pages(reader))
        title = tidy(str((reader.metadata and reader.metadata.title) or ""))
    except UnreadableError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        # pypdf meets a broken file with whatever its contents break.
        raise UnreadableError(f"{name} is not a sound PDF file ({type(error).__name__})") from None
    if not any(pages):
        raise UnreadableError(f"{name} contains no text; a scanned page has to be recognised first")
    title = title or pages[0].partition("\n")[0][:120]
    many = len(pages) > 1
    return title, [
        Section(path(title, f"page {number}" if many else ""), text)
        for number, text in enumerate(pages, 1)
    ]


def _pages(reader: PdfReader) -> Iterator[str]:
    for page in reader.pages:
        text = _BROKEN_WORD.sub("", page.extract_text())
        yield tidy(_BROKEN_LINE.sub(" ", text))
