"""What an answer is made of, whoever makes it: the same for a model and for quotations."""

from dataclasses import dataclass

DONT_KNOW = (
    "I could not find that in what I know about us."
    " Leave your address of mail, and a person will answer."
)
BUSY = "I cannot answer right now. Leave your address of mail, and a person will answer."


@dataclass(frozen=True)
class Citation:
    """Where something comes from; `url` is empty for a file, `quote` is what it says there."""

    title: str
    source: str
    url: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Text:
    """The next piece of an answer, in a small part of Markdown."""

    text: str


@dataclass(frozen=True)
class Cited:
    """What was just said stands there."""

    citation: Citation


@dataclass(frozen=True)
class Usage:
    """What a model was given and gave, in its tokens."""

    model: str
    input_tokens: int
    output_tokens: int


Piece = Text | Cited | Usage


class UnavailableError(Exception):
    """The model gives no answer; the text says why, for the log."""


@dataclass(frozen=True)
class Answer:
    """A whole answer; `answered` is False when nothing fitting is known."""

    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    mode: str = "quote"
    model: str = ""
