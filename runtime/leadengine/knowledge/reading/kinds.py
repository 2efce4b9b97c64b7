"""Which reader a file belongs to, by the end of its name and by what it begins with."""

from collections.abc import Callable
from pathlib import PurePath

from leadengine.knowledge.reading import html, markdown, pdf, table, word
from leadengine.knowledge.reading.limits import KINDS, LARGEST, MOST_TEXT
from leadengine.knowledge.reading.section import BETWEEN, Document, Section, UnreadableError, tidy
from leadengine.knowledge.reading.text import decode

_Reader = Callable[[str, bytes, str], Document]


def read(name: str, content: bytes, encoding: str = "") -> Document:
    """The sections of a file.

    Raises:
        UnreadableError: it is too large, of another kind, not what it says it is, or has nothing to say.
    """
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise UnreadableError(f"{name}: give a file that ends in {', '.join(KINDS)}")
    if len(content) > LARGEST:
        raise UnreadableError(f"{name} is larger than {LARGEST // 1_000_000} MB")
    document = reader(name, content, encoding)
    sections = tuple(section for section in document.sections if section.text)
    if not sections:
        raise UnreadableError(f"{name} contains no text")
    if sum(len(section.text) for section in sections) > MOST_TEXT:
        raise UnreadableError(f"{name} has more than {MOST_TEXT // 1_000_000} million characters")
    return Document(document.title or _called(name), sections, document.answers)


def _called(name: str) -> str:
    return PurePath(name).stem.replace("-", " ").replace("_", " ").strip() or name


def _is(name: str, content: bytes, mark: bytes, kind: str) -> None:
    if mark not in content[:1024]:
        raise UnreadableError(f"{name} is not {kind}, whatever its name says")


def _markdown(name: str, content: bytes, encoding: str) -> Document:
    found = list(markdown.sections(decode(name, content, encoding)))
    title = next(
        (section.heading.partition(BETWEEN)[0] for section in found if section.heading), ""
    )
    return Document(title, tuple(found))


def _html(name: str, content: bytes, encoding: str) -> Document:
    title, found = html.sections(decode(name, content, encoding))
    return Document(title, tuple(found))


def _table(name: str, content: bytes, encoding: str) -> Document:
    return Document("", tuple(table.sections(decode(name, content, encoding))), answers=True)


def _pdf(name: str, content: bytes, _: str) -> Document:
    _is(name, content, b"%PDF-", "a PDF file")
    title, found = pdf.sections(name, content)
    return Document(title, tuple(found))


def _word(name: str, content: bytes, _: str) -> Document:
    _is(name, content, b"PK\x03\x04", "a Word file")
    title, found = word.sections(name, content)
    title = title or next((one.heading.partition(BETWEEN)[0] for one in found if one.heading), "")
    return Document(tidy(title), tuple(_under(title, found)))


def _under(title: str, sections: list[Section]) -> list[Section]:
    return [section if section.heading else Section(title, section.text) for section in sections]


_READERS: dict[str, _Reader] = {
    ".pdf": _pdf,
    ".docx": _word,
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".txt": _markdown,
    ".csv": _table,
}
