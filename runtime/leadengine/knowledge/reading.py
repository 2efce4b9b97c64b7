"""From a file to sections of plain text: Markdown, plain text, HTML, and tables of questions."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePath

LARGEST = 900_000
"""Bytes of one file; a request to the stack takes a little more."""

_SILENT = frozenset(("script", "style", "nav", "footer", "noscript", "template", "svg", "form"))
_BLOCKS = frozenset(
    ("p", "div", "li", "br", "tr", "section", "article", "td", "th", "dd", "dt", "blockquote")
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "title"))


class UnreadableError(ValueError):
    """A file cannot be taken in; the text says why, for the person who handed it over."""


@dataclass(frozen=True)
class Section:
    """Text under one heading."""

    heading: str
    text: str


def read(name: str, content: bytes) -> list[Section]:
    """The sections of a file, by the end of its name.

    Raises:
        UnreadableError: it is too large, of another kind, not text, or has nothing to say.
    """
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise UnreadableError(f"{name}: give a file that ends in {', '.join(_READERS)}")
    if len(content) > LARGEST:
        raise UnreadableError(f"{name} is larger than {LARGEST // 1000} kB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(f"{name} is not text in UTF-8") from None
    sections = [section for section in reader(text.replace("\0", "")) if section.text]
    if not sections:
        raise UnreadableError(f"{name} contains no text")
    return sections


def _markdown(text: str) -> Iterator[Section]:
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("#") and line.lstrip("#").startswith(" "):
            yield Section(heading, _tidy("\n".join(lines)))
            heading, lines = line.strip("# \t"), []
        else:
            lines.append(line)
    yield Section(heading, _tidy("\n".join(lines)))


def _html(text: str) -> Iterator[Section]:
    page = _Page()
    page.feed(text)
    page.close()
    yield from page.sections()


def _questions(text: str) -> Iterator[Section]:
    """Two columns: a question, and its answer."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise UnreadableError(f"the table cannot be read: {error}") from None
    for row in rows:
        if len(row) < 2:
            raise UnreadableError("each row of the table needs a question and an answer")
        yield Section(_tidy(row[0]), _tidy(row[1]))


class _Page(HTMLParser):
    """What a person would read on a page; headings start sections, menus and scripts are silent."""

    def __init__(self) -> None:
        super().__init__()
        self._silent = 0
        self._heading: list[str] | None = None
        self._sections: list[tuple[str, list[str]]] = [("", [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _HEADINGS:
            self._heading = []
        elif tag in _BLOCKS:
            self._sections[-1][1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _HEADINGS and self._heading is not None:
            self._sections.append((_tidy("".join(self._heading)), []))
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)
        elif not self._silent:
            self._sections[-1][1].append(data)

    def sections(self) -> Iterator[Section]:
        for heading, texts in self._sections:
            yield Section(heading, _tidy("".join(texts)))


def _tidy(text: str) -> str:
    """One space between words, one line break between paragraphs."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return "\n".join(filter(None, lines))


_READERS: dict[str, Callable[[str], Iterator[Section]]] = {
    ".md": _markdown,
    ".txt": _markdown,
    ".html": _html,
    ".htm": _html,
    ".csv": _questions,
}
