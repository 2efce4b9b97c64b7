"""Web pages: `trafilatura` finds what the page is about; what nobody sees is taken out before."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import lxml.html
import trafilatura
from lxml import etree

from leadengine.knowledge.reading import markdown
from leadengine.knowledge.reading.section import Section, path, tidy

_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|$)"
    r"|(?:width|height)\s*:\s*[01]px|text-indent\s*:\s*-\d{3,}|left\s*:\s*-\d{4,}|clip\s*:\s*rect\(0"
)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;]+)")
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)")
_WHITE = {"white", "#fff", "#ffffff", "rgb(255,255,255)"}
_UNREAD = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "form",
    "iframe",
    "object",
    "nav",
    "footer",
)
_ENOUGH_OF_IT = 0.5
_TITLE_END = re.compile("\\s+[|\u2013\u2014·-]\\s+[^|\u2013\u2014·]*$")


def sections(text: str) -> tuple[str, list[Section]]:
    """The page's title, and its sections by heading; tables as lines `column: value`."""
    tree = _seen(text)
    if tree is None:
        return "", []
    for table in list(tree.iter("table")):
        _flatten(table)
    page = lxml.html.tostring(_main(tree), encoding="unicode")
    walked = _Page()
    walked.feed(page)
    walked.close()
    everything = list(walked.sections())
    title = _title(tree, walked)
    found = list(_of_main_part(everything, page))
    if _letters(found) < _ENOUGH_OF_IT * _letters(everything):
        found = everything
    return title, [Section(path(title, one.heading), one.text) for one in found]


def _main(tree: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """What the page itself calls its main part, when most of its text is there; else all of it.

    Two pages that say the same are told apart by the links beside it otherwise.
    """
    parts = tree.xpath("//main | //*[@role='main']")
    body = tree.find("body")
    if len(parts) != 1 or body is None:
        return tree
    inside, everything = (len(_letters_of(one.text_content())) for one in (parts[0], body))
    return parts[0] if inside >= _ENOUGH_OF_IT * everything else tree


def _of_main_part(everything: Iterable[Section], page: str) -> Iterator[Section]:
    """The lines that `trafilatura` takes for content: not menus, not what visitors wrote."""
    extracted = trafilatura.extract(
        page, include_comments=False, include_tables=True, favor_recall=True
    )
    main = _letters_of(extracted or "")
    for section in everything:
        lines = [line for line in section.text.splitlines() if _letters_of(line) in main]
        if lines:
            yield Section(section.heading, "\n".join(lines))


def _letters_of(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _letters(sections: Iterable[Section]) -> int:
    return sum(len(section.text) for section in sections)


def _flatten(table: lxml.html.HtmlElement) -> None:
    """A table as paragraphs, one for each row; a table of one column or row is only layout."""
    rows = [
        [tidy(cell.text_content()).replace("\n", " ") for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
    ]
    if len(rows) < 2 or max(map(len, rows)) < 2 or table.getparent() is None:
        return
    flat = lxml.html.Element("div")
    for row in rows[1:]:
        etree.SubElement(flat, "p").text = markdown.as_line(rows[0], row)
    flat.tail = table.tail
    table.getparent().replace(table, flat)


def _seen(text: str) -> lxml.html.HtmlElement | None:
    """The page without what a person does not see: a way to speak to machines alone."""
    try:
        # An encoding in the text contradicts text that is decoded already.
        tree = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.LxmlError, ValueError):
        return None
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in _UNREAD or _unseen(element):
            _drop(element)
    return tree


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _unseen(element: lxml.html.HtmlElement) -> bool:
    if "hidden" in element.attrib or element.get("aria-hidden") == "true":
        return True
    style = element.get("style", "").lower()
    if not style:
        return False
    colour, ground = _COLOUR.search(style), _GROUND.search(style)
    if colour and _plain(colour[1]) in ({_plain(ground[1])} if ground else _WHITE):
        return True
    return bool(_UNSEEN_STYLE.search(style))


def _plain(colour: str) -> str:
    return re.sub(r"\s|!important", "", colour)


def _title(tree: lxml.html.HtmlElement, page: "_Page") -> str:
    """The first heading, or the window's title without the name of the site."""
    first = next((level1 for level1 in page.titles if level1), "")
    window = tidy(tree.findtext(".//title") or "").replace("\n", " ")
    return first or _TITLE_END.sub("", window)


_BLOCKS = frozenset(
    ("p", "div", "li", "br", "tr", "section", "article", "dd", "dt", "blockquote", "pre")
)


class _Page(HTMLParser):
    """All that a person would read on a page; for pages too small to have a main part."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self._level = 0
        self._heading: list[str] = []
        self._way: list[str] = []
        self._sections: list[tuple[str, list[str]]] = [("", [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag) or tag == "title":
            self._level = 1 if tag == "title" else int(tag[1])
            self._heading = []
        elif tag in _BLOCKS:
            self._sections[-1][1].append("\n")
        elif tag in ("td", "th"):
            self._sections[-1][1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._level or not (re.fullmatch("h[1-6]", tag) or tag == "title"):
            return
        heading = tidy("".join(self._heading)).replace("\n", " ")
        if tag != "title":
            if self._level == 1:
                self.titles.append(heading)
            above = [*self._way, *[""] * self._level][: self._level - 1]
            self._way = [*above, heading]
            self._sections.append((path(*self._way), []))
        self._level = 0

    def handle_data(self, data: str) -> None:
        if self._level:
            self._heading.append(data)
        else:
            self._sections[-1][1].append(data)

    def sections(self) -> Iterator[Section]:
        for heading, texts in self._sections:
            if text := tidy("".join(texts)):
                yield Section(heading, text)
