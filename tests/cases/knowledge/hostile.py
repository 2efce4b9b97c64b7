"""Fifty files that are broken, or want to break whoever opens them."""

import io
import zipfile
import zlib
from collections.abc import Iterator

import docx

WORD = "word/document.xml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def sound_word() -> bytes:
    document = docx.Document()
    document.add_heading("Fees", 1)
    document.add_paragraph("Selling costs 1.5 per cent.")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A sound Word file with one part replaced."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sound_word())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return target.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return target.getvalue()


def pdf(stream: bytes, extra: bytes = b"", filters: bytes = b"") -> bytes:
    """A PDF of one page with this content stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), filters, stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size 6/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (extra, start)


TEXT = b"BT /F 9 Tf 9 9 Td (Selling costs 1.5 per cent of the price.) Tj ET"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(8))
    + "]><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
    "<w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>"
)
FILE = LAUGHS.replace('<!ENTITY a "ha">', '<!ENTITY i SYSTEM "file:///etc/passwd">').replace(
    '"&h;', '"'
)


def _words() -> Iterator[tuple[str, bytes]]:
    good = sound_word()
    yield "empty.docx", b""
    yield "cut.docx", good[: len(good) // 2]
    yield "cut-end.docx", good[:-30]
    yield "only-magic.docx", b"PK\x03\x04" + bytes(200)
    yield "a-pdf.docx", pdf(TEXT)
    yield "no-types.docx", archive({WORD: b"<x/>"})
    yield "no-document.docx", archive({"[Content_Types].xml": TYPES.encode()})
    yield "bomb.docx", with_part(WORD, b"<a>" + b" " * 60_000_000 + b"</a>")
    yield "many-parts.docx", archive({f"part{number}.xml": b"x" for number in range(3000)})
    yield "laughs.docx", with_part(WORD, LAUGHS.encode())
    yield "reads-a-file.docx", with_part(WORD, FILE.encode())
    yield "deep.docx", with_part(WORD, b"<a>" * 50_000 + b"</a>" * 50_000)
    yield "not-xml.docx", with_part(WORD, bytes(range(256)) * 20)
    yield "other-xml.docx", with_part(WORD, b"<html><body>Hello</body></html>")
    yield "up.docx", archive({"../../../tmp/x": b"x", "[Content_Types].xml": TYPES.encode()})
    yield "bad-crc.docx", good.replace(b"PK\x01\x02", b"PK\x01\x03", 1)


def _papers() -> Iterator[tuple[str, bytes]]:
    good = pdf(TEXT)
    yield "empty.pdf", b""
    yield "only-magic.pdf", b"%PDF-1.7\n"
    yield "cut.pdf", good[: len(good) // 2]
    yield "word.pdf", sound_word()
    yield "no-pages.pdf", good.replace(b"/Kids[3 0 R]", b"/Kids[]     ")
    yield "own-parent.pdf", good.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    yield "no-root.pdf", good.replace(b"/Root 1 0 R", b"/Root 9 0 R")
    yield "far-start.pdf", good.replace(b"startxref\n", b"startxref\n99999")
    yield "locked.pdf", pdf(TEXT, b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(y)/P -4>>/ID[(a)(b)]")
    yield "picture.pdf", pdf(b"0 0 99 99 re f")
    bomb = zlib.compress(b"BT " + b" " * 90_000_000 + b" ET", 9)
    yield "bomb.pdf", pdf(bomb, filters=b"/Filter/FlateDecode")
    twice = zlib.compress(zlib.compress(b" " * 90_000_000, 9), 9)
    yield "bomb-twice.pdf", pdf(twice, filters=b"/Filter[/FlateDecode/FlateDecode]")
    yield "bad-filter.pdf", pdf(TEXT, filters=b"/Filter/FlateDecode")
    yield "nested.pdf", pdf(b"[" * 200_000)
    yield "huge-number.pdf", good.replace(b"/Count 1", b"/Count 99999999999999999999")
    yield "noise.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 200


def _pages() -> Iterator[tuple[str, bytes]]:
    yield "deep.html", b"<div>" * 60_000 + b"Hello there" + b"</div>" * 60_000
    yield "unclosed.html", b"<p" * 50_000
    yield "attributes.html", b"<p " + b"a=1 " * 300_000 + b">Hello there, this is text</p>"
    yield "nul.html", b"<p>Hel\0lo there, this is a text</p>\0\0"
    yield "wide.html", "<p>Grüße aus Köln</p>".encode("utf-16")
    yield (
        "latin.html",
        "<meta charset=iso-8859-1><p>Grüße aus Köln am Rhein, schöne Straße</p>".encode("latin-1"),
    )
    yield "script.html", b"<script>" + b"x" * 500_000
    yield "comment.html", b"<!--" + b"-" * 500_000
    yield "binary.html", bytes(range(256)) * 1000


def _texts() -> Iterator[tuple[str, bytes]]:
    yield "picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    yield "half.md", "Grüße".encode("utf-16")[:-1]
    yield "one-line.md", b"a" * 3_000_000
    yield "emoji.md", ("\U0001f600" * 100_000).encode()
    yield "fences.md", b"```\n" * 100_000
    yield "quote.csv", b'"' * 100_001
    yield "wide.csv", b"a," * 400_000
    yield "one-column.csv", b"x\n" * 100
    yield "field.csv", b'q,"' + b"a" * 200_000 + b'"\n'


def hostile() -> dict[str, bytes]:
    """All of them, by name."""
    return {**dict(_words()), **dict(_papers()), **dict(_pages()), **dict(_texts())}
