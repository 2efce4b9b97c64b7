"""Markdown, and plain text, which is Markdown without marks."""

import re
from collections.abc import Iterator

from leadengine.knowledge.reading.section import Section, path, tidy

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")


def sections(text: str) -> Iterator[Section]:
    """Sections by heading, tables as lines `column: value`."""
    way: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield _section(way, lines)
        level = len(heading[1])
        way = [*way[: level - 1], *[""] * (level - 1 - len(way)), _plain(heading[2])]
        lines = []
    yield _section(way, lines)


def _section(way: list[str], lines: list[str]) -> Section:
    return Section(path(*way), tidy("\n".join(map(_plain, _without_tables(lines)))))


def _plain(line: str) -> str:
    """Links and emphasis as the words they show."""
    if _FENCE.match(line) or not line.strip("# "):
        return ""
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line)).strip()


def _without_tables(lines: list[str]) -> Iterator[str]:
    columns: list[str] = []
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if "|" in line and _RULE.match(following) and "|" in following:
            columns = cells(line)
        elif columns and _RULE.match(line):
            continue
        elif columns and "|" in line:
            yield as_line(columns, cells(line))
        else:
            columns = []
            yield line


def cells(line: str) -> list[str]:
    """The cells of a row between bars."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def as_line(columns: list[str], row: list[str]) -> str:
    """A row that can be read without its table: `column: value; column: value.`"""
    named = zip([*columns, *[""] * len(row)], row, strict=False)
    parts = [f"{column}: {value}" if column else value for column, value in named if value]
    return "; ".join(parts) + "." if parts else ""
