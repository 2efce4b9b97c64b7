"""Files become sections and passages; what cannot be read is one clear sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.knowledge.passages import LONGEST, cut, sentences
from leadengine.knowledge.reading import LARGEST, Section, UnreadableError, read
from leadengine.knowledge.search import weigh

PAGE = b"""<!doctype html><html><head><title>Fees</title><style>p{}</style></head><body>
<nav>Home About</nav><script>var secret = 1</script>
<h1>Our <em>fees</em></h1><p>We charge 1.5&nbsp;%.</p><p>No sale, no fee.</p>
<h2>Letting</h2><ul><li>Ten per cent</li></ul><footer>Imprint</footer></body></html>"""


def texts(name: str, content: bytes) -> list[tuple[str, str]]:
    return [(section.heading, section.text) for section in read(name, content)]


def test_page_keeps_what_a_person_reads() -> None:
    assert texts("fees.html", PAGE) == [
        ("Our fees", "We charge 1.5 %.\nNo sale, no fee."),
        ("Letting", "Ten per cent"),
    ]


def test_markdown_is_cut_at_headings() -> None:
    content = b"Hello\n\n# Fees #\nWe charge.\n## Letting\nTen\n#hashtag is text\n####### "
    assert texts("a.md", content) == [
        ("", "Hello"),
        ("Fees", "We charge."),
        ("Letting", "Ten\n#hashtag is text"),
    ]


def test_table_of_questions() -> None:
    content = '\ufeffWhat is it?,"It is, well, this"\r\nWhy?,Because\r\n'.encode()
    assert texts("faq.csv", content) == [("What is it?", "It is, well, this"), ("Why?", "Because")]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "a.exe: give a file that ends in .md, .txt, .html, .htm, .csv"),
        ("a", b"x", "a: give a file"),
        ("a.md", b"\xff\xfe\x00", "a.md is not text in UTF-8"),
        ("a.md", b"x" * (LARGEST + 1), "a.md is larger than 900 kB"),
        ("a.md", b" \n# Only a heading\n", "a.md contains no text"),
        ("a.html", b"<script>alert(1)</script>", "a.html contains no text"),
        ("a.csv", b"only one column\n", "each row of the table needs a question and an answer"),
        ("a.csv", b'a,"b\n', "the table cannot be read"),
    ],
)
def test_unreadable_file_is_one_sentence(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(name, content)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300), st.sampled_from([".md", ".html", ".csv", ".txt"]))
def test_any_file_is_read_or_refused(content: bytes, suffix: str) -> None:
    try:
        sections = read("a" + suffix, content)
    except UnreadableError:
        return
    assert all(section.text for section in sections)


@given(st.lists(st.text(max_size=3000), max_size=5))
def test_passages_are_short_and_keep_every_word(given_texts: list[str]) -> None:
    sections = [Section("h", text) for text in given_texts]
    passages = list(cut(sections))
    assert all(0 < len(passage.text) <= LONGEST for passage in passages)
    before = "".join("".join(given_texts).split())
    assert "".join("".join(passage.text.split()) for passage in passages) == before


def test_sentences_end_where_a_person_ends_them() -> None:
    text = "We charge 1.5 % of it. No sale, no fee! Call 020 7946.\nOr write"
    assert sentences(text) == [
        "We charge 1.5 % of it.",
        "No sale, no fee!",
        "Call 020 7946.",
        "Or write",
    ]


def test_rare_words_decide() -> None:
    weights = weigh({"fee": 1, "hous": 90, "zeppelin": 0}, passages=100)
    assert weights.of["zeppelin"] > weights.of["fee"] > weights.of["hous"]
    assert weights.evidence({"fee", "hous", "zeppelin"}) == 1
    assert weights.evidence({"hous"}) < 0.2
    assert weigh({}, 0).evidence({"a"}) == 0
