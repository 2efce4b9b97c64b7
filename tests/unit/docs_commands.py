"""The commands that a document shows, and an operator to run them: `lectl` on hosts in memory."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"# exit code (\d+)$")
SSH = re.compile(r"ssh://[a-z]+@\[?([0-9A-Fa-f.:]+)\]?(:\d+)?")
NAME = re.compile(r"203\.0\.113\.\d+")
RENTED = re.compile(r"(hetzner|digitalocean|aws):[a-z0-9.-]+(@[a-z0-9-]+)?")
PROVIDERS = ("hetzner", "digitalocean", "aws", "cloudflare", "route53")


@dataclass(frozen=True)
class Shown:
    """A line of a document that starts with `$ `.

    Attributes:
        settings: what stands before the program, as NAME=value.
        code: the exit code the document promises.
    """

    line: str
    settings: dict[str, str]
    words: tuple[str, ...]
    code: int


def documents() -> list[Path]:
    """Every document that shows commands."""
    found = (Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md")))
    return [path for path in found if BLOCK.search(path.read_text(encoding="utf-8"))]


def shown_in(text: str) -> Iterator[Shown]:
    """The commands of a document, in order; a line that ends in a backslash goes on."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if line.lstrip().startswith("$ "):
                yield read(line.lstrip().removeprefix("$ "))


def read(line: str) -> Shown:
    code = CODE.search(line)
    words = shlex.split(line, comments=True)
    settings = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        settings[name] = value
    return Shown(line, settings, tuple(words), int(code[1]) if code else 0)


def in_memory(word: str) -> str:
    """Let a host of a document be one in memory: the name follows from the address. A provider, too."""
    if RENTED.fullmatch(word):
        return "memory:m2"
    if word in PROVIDERS:
        return "memory"
    if match := SSH.fullmatch(word):
        return f"memory://{plain_name(match[1])}"
    return plain_name(word) if NAME.fullmatch(word) else word


def plain_name(address: str) -> str:
    return "host-" + re.sub(r"[^0-9a-f]+", "-", address.lower())
