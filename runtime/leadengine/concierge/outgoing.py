"""The last fence before a visitor: what a model says is cut down to what a concierge may say.

Text is let go sentence by sentence. Nothing of it is markup, links lead only to the client's own hosts,
the mark of the system prompt never passes, and a price or a promise needs a source.
"""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from leadengine.concierge.answers import Cited, Text
from leadengine.concierge.prompt import NO_ANSWER

LEAKED = "I cannot help with that here. A person can: leave your address of mail."
UNCONFIRMED = "Please ask us to confirm the details."

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)|!\[([^\]]*)\]\[[^\]]*\]")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LINK = re.compile(r"\[([^\]]*)\]\(\s*<?([^)>\s]*)>?[^)]*\)")
_BARE = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>()\[\]]+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n")
_OPEN = re.compile(r"\[[^\]]*$|\]\([^)]*$|<[^>]*$")
_PROMISE = re.compile(
    r"[£$€]\s?\d|\d\s?(?:%|per\s?cent|pounds?|euros?|dollars?)"
    r"|\b(?:guarantee\w*|warrant\w*|free of charge|discount\w*|refund\w*|we (?:will|promise)|legally)\b"
    r"|\bdiagnos\w*",
    re.IGNORECASE,
)
_LONGEST_WAIT = 600


class LeakedError(Exception):
    """The model tells what it was told; nothing more of it is passed on."""


class Outgoing:
    """One answer on its way out."""

    def __init__(self, hosts: Collection[str], canary: str) -> None:
        self._hosts = {_bare_host(host) for host in hosts}
        self._canary = canary
        self._waiting = ""
        self._unproven = ""
        self._said = ""

    def take(self, piece: Text | Cited) -> Iterator[Text | Cited]:
        """What of it, and of what waited, may be let go; nothing of an answer that says it has none.

        Raises:
            LeakedError: the canary is in it.
        """
        yield from self._cited(piece) if isinstance(piece, Cited) else self._text(piece)

    def _text(self, piece: Text) -> Iterator[Text]:
        self._waiting += piece.text
        self._said += piece.text
        if self._canary in re.sub(r"[\s*_`]", "", self._said):
            raise LeakedError
        if NO_ANSWER.startswith(self._said.strip()[: len(NO_ANSWER)]):
            return
        while end := self._end_of_sentence():
            sentence, self._waiting = self._waiting[:end], self._waiting[end:]
            yield from self._proven(sentence)

    def _cited(self, piece: Cited) -> Iterator[Text | Cited]:
        """A source: what waited for one is let go."""
        rest, self._waiting = self._unproven + self._waiting, ""
        self._unproven = ""
        if rest:
            yield Text(self.clean(rest))
        yield piece

    def end(self) -> Iterator[Text]:
        """What is left; a promise that nothing supports is replaced."""
        rest, self._waiting = self._waiting, ""
        if rest and not rest.strip().startswith(NO_ANSWER):
            yield from self._proven(rest)
        if self._unproven:
            self._unproven = ""
            yield Text(UNCONFIRMED)

    def clean(self, text: str) -> str:
        """Text alone, with links to known hosts."""
        text = _INVISIBLE.sub("", text)
        text = _IMAGE.sub("", text)
        text = _LINK.sub(self._link, text)
        text = _TAG.sub("", text)
        return _BARE.sub(lambda found: found[0] if self._is_ours(found[0]) else "", text)

    def _proven(self, sentence: str) -> Iterator[Text]:
        """A promise, and all after it, waits for its source."""
        if self._unproven or _PROMISE.search(sentence):
            self._unproven += sentence
        elif cleaned := self.clean(sentence):
            yield Text(cleaned)

    def _end_of_sentence(self) -> int:
        for found in _SENTENCE.finditer(self._waiting):
            if not _OPEN.search(self._waiting[: found.end()]):
                return found.end()
        return len(self._waiting) if len(self._waiting) > _LONGEST_WAIT else 0

    def _link(self, found: re.Match[str]) -> str:
        return found[0] if self._is_ours(found[2]) else found[1]

    def _is_ours(self, url: str) -> bool:
        try:
            parts = urlsplit(url if "://" in url else f"https://{url}")
        except ValueError:
            return False
        host = _bare_host(parts.hostname or "")
        return parts.scheme in ("https", "http") and not parts.username and host in self._hosts


def _bare_host(host: str) -> str:
    return host.lower().removeprefix("www.")
